import type { GroupDescription } from '@kafka-ts/client'
import type { Listing } from '../output/listing.ts'
import { int64, integer, nullable, object, optional, type ShapeOf, text, unknownable } from '../output/shape.ts'

const shape = object({
  groupId: text(),
  state: text("Kafka's name"),
  type: text('classic or consumer (KIP-848)'),
  protocolType: text('consumer for consumers; empty where only offsets are known'),
  members: integer(),
  assignor: nullable(text('null while none has been chosen')),
  epoch: integer('the generation, in a classic group'),
  coordinator: integer('broker id'),
  lag: optional(unknownable(int64('with --min-lag; null: not known, or nothing is committed'))),
})
/** A group in a list. */
export type GroupItem = ShapeOf<typeof shape>

/** A description as an item. */
export function groupItem(description: GroupDescription, lag?: number | null): GroupItem {
  const { groupId, state, type, protocolType, members, assignor, groupEpoch, coordinator } = description
  return {
    groupId,
    state,
    type,
    protocolType,
    members: members.length,
    assignor: assignor === '' ? null : assignor,
    epoch: groupEpoch,
    coordinator,
    lag,
  }
}

/** Groups, one a line. */
export function groupListing({ hasLag }: { readonly hasLag: boolean }): Listing<GroupItem> {
  return {
    kind: 'GroupList',
    item: shape,
    name: (item) => item.groupId,
    columns: [
      { header: 'GROUP', value: (item) => item.groupId, isName: true },
      { header: 'STATE', value: (item) => item.state },
      { header: 'TYPE', value: (item) => item.type },
      { header: 'MEMBERS', value: (item) => item.members },
      ...(hasLag ? [{ header: 'LAG', value: (item: GroupItem) => item.lag, number: 'count' as const }] : []),
      { header: 'COORDINATOR', value: (item) => item.coordinator },
      { header: 'ASSIGNOR', value: (item) => item.assignor, isWide: true },
      { header: 'EPOCH', value: (item) => item.epoch, isWide: true },
      { header: 'PROTOCOL', value: (item) => item.protocolType, isWide: true },
    ],
  }
}

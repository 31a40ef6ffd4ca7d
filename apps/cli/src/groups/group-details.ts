import type { GroupMember } from '@kafka-ts/client'
import { totalsOf } from '@kafka-ts/lag'
import { humanAge, humanCount } from '../output/humanize.ts'
import type { Listing } from '../output/listing.ts'
import { decimal, flag, int64, integer, list, nullable, object, optional, type ShapeOf, text, unknownable } from '../output/shape.ts'
import { renderTable, type TableStyle } from '../output/table.ts'
import { memberLagColumns, partitionLagColumns } from './lag-columns.ts'
import { type LagRow, lagRowShape, lagRows } from './lag-rows.ts'
import { largest, type WatchedGroup } from './lag-watch.ts'

const memberShape = object({
  memberId: text(),
  instanceId: nullable(text('of a static member')),
  clientId: text(),
  host: text(),
  epoch: integer('the generation, in a classic group'),
  subscribedTopics: list(text()),
  assignment: list(text('topic/partition')),
})

const shape = object({
  groupId: text(),
  state: text("Kafka's name"),
  type: text('classic or consumer (KIP-848)'),
  assignor: nullable(text('null while none has been chosen')),
  epoch: integer('the generation, in a classic group'),
  coordinator: integer('broker id'),
  status: text('of the worst partition, or EMPTY, or REBALANCE'),
  lag: unknownable(int64('null: not known, or nothing is committed')),
  isLagLowerBound: flag('some partition is not counted'),
  timeLagMs: unknownable(decimal('how old the oldest record is that is not committed yet')),
  isTimeLagLowerBound: flag(),
  etaMs: unknownable(decimal('until the lag is worked off; null: never, or not known')),
  isEtaNever: flag(),
  members: list(memberShape),
  partitions: optional(list(lagRowShape)),
  lagByMember: optional(list(lagRowShape)),
})
/** A group in full. */
export type GroupDetails = ShapeOf<typeof shape>

/** What of a group is shown. */
export interface GroupSections {
  readonly hasPartitions: boolean
  readonly hasMembers: boolean
  readonly onlyLagging: boolean
}

/** A group as an item. */
export function groupDetails(group: WatchedGroup, { hasPartitions, hasMembers, onlyLagging }: GroupSections): GroupDetails {
  const { groupId, state, type, assignor, groupEpoch, coordinator, members } = group.description
  const totals = totalsOf(group.lag.partitions)
  const timeLag = largest(group.lag.partitions)
  const isShown = (row: LagRow) => !onlyLagging || row.lag !== 0
  return {
    groupId,
    state,
    type,
    assignor: assignor === '' ? null : assignor,
    epoch: groupEpoch,
    coordinator,
    status: group.lag.status,
    lag: totals.lag,
    isLagLowerBound: totals.isLowerBound,
    timeLagMs: timeLag?.ms,
    isTimeLagLowerBound: timeLag?.isExtrapolated ?? false,
    etaMs: typeof totals.eta === 'number' ? totals.eta : undefined,
    isEtaNever: totals.eta === 'never',
    members: members.map(memberItem),
    partitions: hasPartitions ? lagRows(group, 'partition').filter(isShown) : undefined,
    lagByMember: hasMembers ? lagRows(group, 'member').filter(isShown) : undefined,
  }
}

function memberItem({ memberId, instanceId, clientId, clientHost, memberEpoch, subscribedTopics, assignment }: GroupMember) {
  return {
    memberId,
    instanceId,
    clientId,
    host: clientHost,
    epoch: memberEpoch,
    subscribedTopics,
    assignment: assignment.map(({ topic, partition }) => `${topic}/${partition}`),
  }
}

/** A block a group: what it is, and a table of its partitions or members. */
export const groupDetailsListing: Listing<GroupDetails> = {
  kind: 'GroupDescriptionList',
  item: shape,
  name: (item) => item.groupId,
  columns: [
    { header: 'GROUP', value: (item) => item.groupId, isName: true },
    { header: 'STATE', value: (item) => item.state },
    { header: 'STATUS', value: (item) => item.status },
    { header: 'MEMBERS', value: (item) => item.members.length },
    { header: 'LAG', value: (item) => item.lag, number: 'count' },
    { header: 'TIME', value: (item) => item.timeLagMs, number: 'age' },
  ],
  draw: (items, style) => items.map((item) => drawGroup(item, style)).join('\n'),
}

function drawGroup(item: GroupDetails, style: TableStyle): string {
  const isWide = style.isWide === true
  const tables = [
    { columns: partitionLagColumns, rows: item.partitions },
    { columns: memberLagColumns, rows: item.lagByMember },
  ]
  const drawn = tables.flatMap(({ columns, rows }) =>
    rows === undefined
      ? []
      : [
          renderTable(
            columns.filter((column) => isWide || !column.isWide),
            rows,
            style,
          ),
        ],
  )
  return drawHeader(item, style) + drawn.join('')
}

function drawHeader(item: GroupDetails, { isRaw }: TableStyle): string {
  const lag = typeof item.lag !== 'number' ? '-' : `${item.isLagLowerBound ? '>=' : ''}${isRaw ? item.lag : humanCount(item.lag)}`
  const age = (ms: number) => (isRaw ? String(ms) : humanAge(ms))
  const time = typeof item.timeLagMs !== 'number' ? '?' : `${item.isTimeLagLowerBound ? '>' : ''}${age(item.timeLagMs)}`
  const eta =
    item.lag === 0 || item.status === 'EMPTY' ? '-' : item.isEtaNever ? 'never' : typeof item.etaMs === 'number' ? age(item.etaMs) : '?'
  return (
    `GROUP ${item.groupId}  STATE ${item.state}  TYPE ${item.type}  ASSIGNOR ${item.assignor ?? '-'}\n` +
    `MEMBERS ${item.members.length}   COORDINATOR ${item.coordinator}   LAG ${lag}   TIME-LAG ${time}   ETA ${eta}\n`
  )
}

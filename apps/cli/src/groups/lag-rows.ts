import { type GroupStatus, groupStatusOf, type LagTotals, type NamedPartitionLag, totalsOf } from '@kafka-ts/lag'
import { decimal, flag, int64, integer, nullable, object, optional, type ShapeOf, text, unknownable } from '../output/shape.ts'
import { largest, type WatchedGroup } from './lag-watch.ts'
import { keyOf } from './read-groups.ts'

/** What the lag is added up by. */
export const lagGroupings = ['group', 'topic', 'partition', 'member'] as const
export type LagGrouping = (typeof lagGroupings)[number]

/** The shape of a line of lag. */
export const lagRowShape = object({
  groupId: text(),
  topic: optional(text('by topic or partition')),
  partition: optional(integer('by partition')),
  memberId: optional(text('by member; empty: of nobody')),
  clientId: optional(unknownable(text('by partition or member: who works on it'))),
  host: optional(unknownable(text())),
  state: text("of the group: Kafka's name"),
  status: text('OK CATCHING BEHIND REWIND STALLED STOPPED NO-COMMIT WARMING UNKNOWN EMPTY REBALANCE'),
  members: optional(integer('by group')),
  partitions: integer('how many'),
  startOffset: optional(unknownable(int64('by partition'))),
  committedOffset: optional(unknownable(int64('by partition; null: nothing is committed'))),
  endOffset: optional(unknownable(int64('by partition'))),
  lag: unknownable(int64('null: nothing is committed, or it is not known')),
  isLagLowerBound: flag('some partition is not counted: nothing is committed there, or it could not be read'),
  isBelowLogStart: flag('records that were still to be read are deleted'),
  timeLagMs: unknownable(decimal('how old the oldest record is that is not committed yet')),
  isTimeLagLowerBound: flag(),
  inPerSecond: unknownable(decimal('records written')),
  outPerSecond: unknownable(decimal('records committed')),
  deltaPerSecond: unknownable(decimal('above 0 the lag grows')),
  etaMs: unknownable(decimal('until the lag is worked off; null: never, or not known')),
  isEtaNever: flag(),
  worstPartition: nullable(text('topic/partition with the largest lag')),
})

/** A line of lag. */
export type LagRow = ShapeOf<typeof lagRowShape>

/** The lines of a group, by what was asked for. */
export function lagRows(group: WatchedGroup, by: LagGrouping): LagRow[] {
  const { partitions } = group.lag
  switch (by) {
    case 'group':
      return [{ ...rowOf(group, partitions), status: group.lag.status, members: group.description.members.length }]
    case 'topic':
      return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, own]) => ({ ...rowOf(group, own), topic }))
    case 'partition':
      return partitions.map((partition) => partitionRow(group, partition))
    case 'member':
      return memberRows(group)
  }
}

function partitionRow(group: WatchedGroup, partition: NamedPartitionLag): LagRow {
  const owner = group.owners.get(keyOf(partition))
  return {
    ...rowOf(group, [partition]),
    topic: partition.topic,
    partition: partition.partition,
    clientId: owner?.clientId ?? null,
    host: owner?.clientHost ?? null,
    status: partition.status,
    startOffset: partition.logStartOffset,
    committedOffset: partition.committedOffset,
    endOffset: partition.endOffset,
    lag: partition.lag,
  }
}

/** Members without partitions too: they are why others have more. Partitions of nobody come last. */
function memberRows(group: WatchedGroup): LagRow[] {
  const { partitions } = group.lag
  const rows = group.description.members.map((member): LagRow => {
    const own = partitions.filter((partition) => group.owners.get(keyOf(partition))?.memberId === member.memberId)
    return { ...rowOf(group, own), memberId: member.memberId, clientId: member.clientId, host: member.clientHost }
  })
  const orphans = partitions.filter((partition) => !group.owners.has(keyOf(partition)))
  return orphans.length === 0 ? rows : [...rows, { ...rowOf(group, orphans), memberId: '', clientId: null, host: null }]
}

function rowOf({ groupId, lag: { state } }: WatchedGroup, partitions: readonly NamedPartitionLag[]): LagRow {
  const totals = totalsOf(partitions)
  const timeLag = largest(partitions)
  const worst = partitions[totals.worst]
  return {
    groupId,
    topic: undefined,
    partition: undefined,
    memberId: undefined,
    clientId: undefined,
    host: undefined,
    state,
    status: statusOf(state, partitions),
    members: undefined,
    partitions: partitions.length,
    startOffset: undefined,
    committedOffset: undefined,
    endOffset: undefined,
    lag: totals.lag,
    isLagLowerBound: totals.isLowerBound,
    isBelowLogStart: totals.isBelowLogStart,
    timeLagMs: timeLag?.ms,
    isTimeLagLowerBound: timeLag?.isExtrapolated ?? false,
    ...ratesOf(totals),
    worstPartition: worst === undefined || !worst.lag ? null : `${worst.topic}/${worst.partition}`,
  }
}

/** A member that works on nothing has nothing to be late with. */
function statusOf(state: string, partitions: readonly NamedPartitionLag[]): GroupStatus {
  return partitions.length === 0 ? 'OK' : groupStatusOf(state, partitions)
}

function ratesOf({ inPerSecond, outPerSecond, deltaPerSecond, eta }: LagTotals) {
  return { inPerSecond, outPerSecond, deltaPerSecond, etaMs: typeof eta === 'number' ? eta : undefined, isEtaNever: eta === 'never' }
}

import type { ClusterDescription, LogDirDescription, PartitionDescription, TopicDescription } from '@kafka-ts/client'
import type { Listing } from '../output/listing.ts'
import { decimal, flag, int64, integer, list, nullable, object, type ShapeOf, text } from '../output/shape.ts'
import { type Column, renderTable, type TableStyle } from '../output/table.ts'
import { partitionItem, partitionShape } from '../partitions/partition-list.ts'
import { isLeaderless, isNotPreferred, isUnderMinIsr, isUnderReplicated } from '../partitions/partition-state.ts'

const brokerShareShape = object({
  id: integer(),
  address: text('host:port'),
  rack: nullable(text()),
  isController: flag(),
  leaders: integer('partitions it leads'),
  share: decimal('of all partitions that have a leader, from 0 to 1'),
  preferredLeaders: integer('partitions it leads as their first replica'),
  preferred: integer('partitions whose first replica it is'),
  followers: integer('replicas it has of partitions that others lead'),
  underReplicated: integer('partitions it leads that have fewer in-sync replicas than replicas'),
  sizeBytes: int64('of the logs on its disks'),
})
type BrokerShare = ShapeOf<typeof brokerShareShape>

const shape = object({
  partitions: integer(),
  leaderless: integer(),
  underReplicated: integer(),
  underMinIsr: integer(),
  notPreferred: integer(),
  brokers: list(brokerShareShape),
  problems: list(partitionShape),
})
/** How leadership is spread over the brokers. */
export type LeaderShare = ShapeOf<typeof shape>

/** What the share is computed from. */
export interface LeaderReadings {
  readonly cluster: ClusterDescription
  readonly topics: readonly TopicDescription[]
  readonly minIsr: ReadonlyMap<string, number>
  readonly logDirs: readonly LogDirDescription[]
}

/** Counts who leads what. */
export function leaderShare({ cluster, topics, minIsr, logDirs }: LeaderReadings): LeaderShare {
  const all = topics.flatMap((topic) => topic.partitions.map((partition) => ({ topic: topic.name, partition })))
  const partitions = all.map(({ partition }) => partition)
  const led = partitions.filter((partition) => !isLeaderless(partition)).length
  const items = all.map(({ topic, partition }) => partitionItem(topic, partition, minIsr.get(topic)))
  return {
    partitions: partitions.length,
    leaderless: partitions.filter(isLeaderless).length,
    underReplicated: partitions.filter(isUnderReplicated).length,
    underMinIsr: all.filter(({ topic, partition }) => isUnderMinIsr(partition, minIsr.get(topic))).length,
    notPreferred: partitions.filter(isNotPreferred).length,
    brokers: cluster.brokers
      .map((broker) => brokerShare(broker, { partitions, led, controllerId: cluster.controllerId, logDirs }))
      .sort((left, right) => left.id - right.id),
    problems: items.filter((item) => item.problem !== null),
  }
}

interface ShareContext {
  readonly partitions: readonly PartitionDescription[]
  /** How many of them have a leader. */
  readonly led: number
  readonly controllerId: number
  readonly logDirs: readonly LogDirDescription[]
}

function brokerShare(broker: ClusterDescription['brokers'][number], context: ShareContext): BrokerShare {
  const { nodeId, host, port, rack } = broker
  const own = context.partitions.filter((partition) => partition.leader === nodeId)
  const replicas = context.logDirs.filter((logDir) => logDir.nodeId === nodeId).flatMap((logDir) => logDir.replicas)
  return {
    id: nodeId,
    address: `${host}:${port}`,
    rack,
    isController: nodeId === context.controllerId,
    leaders: own.length,
    share: context.led === 0 ? 0 : own.length / context.led,
    preferredLeaders: own.filter((partition) => partition.replicas[0] === nodeId).length,
    preferred: context.partitions.filter((partition) => partition.replicas[0] === nodeId).length,
    followers: context.partitions.filter((partition) => partition.leader !== nodeId && partition.replicas.includes(nodeId)).length,
    underReplicated: own.filter(isUnderReplicated).length,
    sizeBytes: replicas.reduce((sum, replica) => sum + replica.sizeBytes, 0),
  }
}

const BAR_WIDTH = 20

function drawBar(share: number, isAscii: boolean): string {
  return `${(isAscii ? '#' : '█').repeat(Math.round(share * BAR_WIDTH))} ${Math.round(share * 100)}%`.trimStart()
}

function brokerColumns(isAscii: boolean): Column<BrokerShare>[] {
  return [
    { header: 'BROKER', value: (item) => item.id },
    { header: 'ADDRESS', value: (item) => `${item.address}${item.isController ? ' *' : ''}`, isName: true },
    { header: 'RACK', value: (item) => item.rack },
    { header: 'LEADERS', value: (item) => item.leaders },
    { header: 'SHARE', value: (item) => drawBar(item.share, isAscii) },
    { header: 'PREF', value: (item) => `${item.preferredLeaders}/${item.preferred}` },
    { header: 'FOLLOW', value: (item) => item.followers },
    { header: 'UNDER', value: (item) => item.underReplicated },
    { header: 'DISK', value: (item) => item.sizeBytes, number: 'bytes' },
  ]
}

const problemColumns: readonly Column<LeaderShare['problems'][number]>[] = [
  { header: 'PROBLEM PARTITION', value: (item) => `${item.topic}/${item.partition}`, isName: true },
  { header: 'LEADER', value: (item) => item.leader ?? 'none' },
  { header: 'PREF', value: (item) => item.preferredLeader },
  { header: 'REPLICAS', value: (item) => item.replicas.join(',') },
  { header: 'ISR', value: (item) => item.isr.join(',') },
  { header: 'STATE', value: (item) => item.problem },
]

/** One block: the totals, a line a broker, a line a partition with a problem. */
export const leaderShareListing: Listing<LeaderShare> = {
  kind: 'LeaderShare',
  item: shape,
  name: (item) => item.brokers.map((broker) => broker.id).join('\n'),
  columns: [
    { header: 'PARTITIONS', value: (item) => item.partitions, number: 'count' },
    { header: 'LEADERLESS', value: (item) => item.leaderless, number: 'count' },
    { header: 'UNDER-REPL', value: (item) => item.underReplicated, number: 'count' },
    { header: 'UNDER-MIN-ISR', value: (item) => item.underMinIsr, number: 'count' },
    { header: 'NOT-PREFERRED', value: (item) => item.notPreferred, number: 'count' },
  ],
  draw: (items, style) => items.map((item) => drawShare(item, style)).join(''),
}

function drawShare(item: LeaderShare, style: TableStyle): string {
  const totals =
    `PARTITIONS ${item.partitions}   LEADERLESS ${item.leaderless}   UNDER-REPLICATED ${item.underReplicated}   ` +
    `BELOW MIN.INSYNC.REPLICAS ${item.underMinIsr}   NOT PREFERRED ${item.notPreferred}\n`
  const brokers = renderTable(brokerColumns(style.isAscii), item.brokers, style)
  return totals + brokers + (item.problems.length === 0 ? '' : renderTable(problemColumns, item.problems, style))
}

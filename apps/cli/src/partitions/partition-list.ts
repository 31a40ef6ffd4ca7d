import type { PartitionDescription } from '@kafka-ts/client'
import type { Listing } from '../output/listing.ts'
import { flag, integer, list, nullable, object, type ShapeOf, text } from '../output/shape.ts'
import { isLeaderless, isNotPreferred, problemOf } from './partition-state.ts'

/** The shape of a partition in lists. */
export const partitionShape = object({
  topic: text(),
  partition: integer(),
  leader: nullable(integer('broker id; null while nobody leads')),
  preferredLeader: nullable(integer('the first of its replicas')),
  isPreferred: flag('the preferred leader leads'),
  leaderEpoch: integer(),
  replicas: list(integer()),
  isr: list(integer()),
  offlineReplicas: list(integer()),
  offlineReason: nullable(text('why nobody leads it, where that is known')),
  problem: nullable(text('no leader, below min.insync.replicas, under-replicated or not preferred')),
})
/** A partition in a list. */
export type PartitionItem = ShapeOf<typeof partitionShape>

/** A partition of a topic as an item. `minIsr`: of its topic, if that was read. */
export function partitionItem(topic: string, partition: PartitionDescription, minIsr?: number): PartitionItem {
  const { replicas, isr, offlineReplicas, offlineReason, leaderEpoch } = partition
  return {
    topic,
    partition: partition.partition,
    leader: isLeaderless(partition) ? null : partition.leader,
    preferredLeader: replicas[0] ?? null,
    isPreferred: !isLeaderless(partition) && !isNotPreferred(partition),
    leaderEpoch,
    replicas,
    isr,
    offlineReplicas,
    offlineReason,
    problem: problemOf(partition, minIsr) ?? (isNotPreferred(partition) ? 'not preferred' : null),
  }
}

/** Partitions, one a line. */
export const partitionListing: Listing<PartitionItem> = {
  kind: 'PartitionList',
  item: partitionShape,
  name: (item) => `${item.topic}/${item.partition}`,
  columns: [
    { header: 'TOPIC', value: (item) => item.topic, isName: true },
    { header: 'PARTITION', value: (item) => item.partition },
    { header: 'LEADER', value: (item) => item.leader ?? 'none' },
    { header: 'PREF', value: (item) => item.preferredLeader, isWide: true },
    { header: 'EPOCH', value: (item) => item.leaderEpoch },
    { header: 'REPLICAS', value: (item) => item.replicas.join(',') },
    { header: 'ISR', value: (item) => item.isr.join(',') },
    { header: 'OFFLINE', value: (item) => item.offlineReplicas.join(','), isWide: true },
    { header: 'STATE', value: (item) => (item.problem === null ? 'ok' : `! ${item.problem}`) },
    { header: 'REASON', value: (item) => item.offlineReason, isWide: true },
  ],
}

import { apis, EARLIEST_TIMESTAMP, KafkaError, LATEST_TIMESTAMP, MAX_TIMESTAMP, uuidToString } from '@kafka-ts/protocol'
import type { ListedOffset, OffsetSpec } from '../admin/admin-types.ts'
import type { TopicPartition } from '../record.ts'
import type { ItemOutcome } from './ask-items.ts'
import { askLeaders, type PartitionAnswer } from './ask-leaders.ts'
import { groupByTopic, type Located } from './by-leader.ts'
import type { Cluster, RetryOptions } from './cluster.ts'

const READ_UNCOMMITTED = 0

/** An offset to look up: by a timestamp, or one of the constants for earliest, latest and newest. */
export interface OffsetLookup extends TopicPartition {
  readonly timestamp: number
}

/** How a query travels. Throws INVALID_ARGUMENT. */
export function toWireTimestamp(at: OffsetSpec): number {
  if (at === 'earliest') return EARLIEST_TIMESTAMP
  if (at === 'latest') return LATEST_TIMESTAMP
  if (at === 'max-timestamp') return MAX_TIMESTAMP
  const timestamp = Number(at.timestamp)
  if (Number.isSafeInteger(timestamp) && timestamp >= 0) return timestamp
  throw new KafkaError('INVALID_ARGUMENT', `a timestamp is whole milliseconds since 1970, not ${String(at.timestamp)}.`)
}

/** Looks offsets up at the leaders, in the order asked; see `askLeaders` for errors. */
export function listPartitionOffsets(
  cluster: Cluster,
  lookups: readonly OffsetLookup[],
  options: RetryOptions,
): Promise<ItemOutcome<OffsetLookup, ListedOffset>[]> {
  return askLeaders(cluster, lookups, { operation: 'listOffsets', options, ask: (nodeId, located) => listAt(cluster, nodeId, located) })
}

async function listAt(
  cluster: Cluster,
  nodeId: number,
  located: readonly Located<OffsetLookup>[],
): Promise<PartitionAnswer<ListedOffset>[]> {
  const byTopic = groupByTopic(located)
  const names = new Map([...byTopic.keys()].map(({ name, topicIdText }) => [topicIdText, name]))
  const topics = [...byTopic].map(([{ topicId }, entries]) => ({
    topicId,
    partitions: entries.map(({ item, partition }) => ({
      partition: item.partition,
      timestamp: item.timestamp,
      currentLeaderEpoch: partition.leaderEpoch,
    })),
  }))
  const { response } = await cluster.request(nodeId, apis.listOffsets, { request: { isolationLevel: READ_UNCOMMITTED, topics } })
  return response.topics.flatMap(({ topicId, partitions }) => {
    const topic = names.get(uuidToString(topicId)) ?? ''
    return partitions.map(({ partition, errorCode, offset, timestamp }) => ({ topic, partition, errorCode, value: { offset, timestamp } }))
  })
}

import { apis, HIGH_WATERMARK_OFFSET } from '@kafka-ts/protocol'
import { askLeaders } from '../cluster/ask-leaders.ts'
import { groupByTopic, type Located } from '../cluster/by-leader.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { listPartitionOffsets, toWireTimestamp } from '../cluster/list-offsets.ts'
import type { TopicPartition } from '../record.ts'
import { brokerTimeoutMs } from './admin-request.ts'
import type { AdminCallOptions, ListedOffset, OffsetQuery, Outcome } from './admin-types.ts'

interface DeleteTarget extends TopicPartition {
  readonly before: number | 'end'
}

export async function deleteRecords(
  cluster: Cluster,
  targets: readonly DeleteTarget[],
  options: AdminCallOptions,
): Promise<Outcome<TopicPartition, { readonly logStartOffset: number }>[]> {
  const outcomes = await askLeaders(cluster, targets, {
    operation: 'deleteRecords',
    options,
    ask: (nodeId, located) => deleteAt(cluster, nodeId, { located, options }),
  })
  return outcomes.map(({ item, value, error }) => ({
    topic: item.topic,
    partition: item.partition,
    ...(error === undefined ? { logStartOffset: value } : { error }),
  })) as Outcome<TopicPartition, { readonly logStartOffset: number }>[]
}

async function deleteAt(
  cluster: Cluster,
  nodeId: number,
  call: { readonly located: readonly Located<DeleteTarget>[]; readonly options: AdminCallOptions },
) {
  const topics = [...groupByTopic(call.located)].map(([{ name }, entries]) => ({
    name,
    partitions: entries.map(({ item }) => ({
      partition: item.partition,
      offset: item.before === 'end' ? HIGH_WATERMARK_OFFSET : item.before,
    })),
  }))
  const request = { topics, timeoutMs: brokerTimeoutMs(cluster, call.options) }
  const { response } = await cluster.request(nodeId, apis.deleteRecords, { request })
  return response.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition, lowWatermark, errorCode, errorMessage }) => ({
      topic: name,
      partition,
      value: lowWatermark,
      errorCode,
      errorMessage,
    })),
  )
}

export async function listOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  options: AdminCallOptions,
): Promise<Outcome<TopicPartition, ListedOffset>[]> {
  const wanted = queries.map(({ topic, partition, at }) => ({ topic, partition, timestamp: toWireTimestamp(at) }))
  const outcomes = await listPartitionOffsets(cluster, wanted, options)
  return outcomes.map(({ item, value, error }) => ({
    topic: item.topic,
    partition: item.partition,
    ...(error === undefined ? value : { error }),
  })) as Outcome<TopicPartition, ListedOffset>[]
}

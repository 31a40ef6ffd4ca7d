import type { KafkaApis, RequestDraftOf } from '@kafka-ts/kafka-wire'
import { KafkaError, ZERO_UUID } from '@kafka-ts/protocol'
import type { RawKafkaClient } from './raw-kafka-client.ts'

/** Creates one topic through Kafka's protocol; its id. Throws what the broker says. */
export async function createKafkaTopic(
  client: RawKafkaClient,
  name: string,
  options: { readonly partitions?: number; readonly configs?: Readonly<Record<string, string>> } = {},
): Promise<Uint8Array> {
  const configs = Object.entries(options.configs ?? {}).map(([config, value]) => ({ name: config, value }))
  const topic = { name, numPartitions: options.partitions ?? 1, replicationFactor: -1, assignments: [], configs }
  const { topics } = await client.send('createTopics', { topics: [topic] })
  const [result] = topics
  if (result === undefined || result.errorCode !== 0) throw KafkaError.fromWire(result?.errorCode ?? -1, result?.errorMessage ?? null)
  return result.topicId
}

export interface KafkaProduceOne {
  readonly topic: string
  readonly partition?: number
  readonly records: Uint8Array | null
  readonly acks?: number
  readonly version?: number
}

export function kafkaProduceRequest({ topic, partition = 0, records, acks = -1 }: KafkaProduceOne): RequestDraftOf<KafkaApis['produce']> {
  return { acks, timeoutMs: 5000, topicData: [{ name: topic, partitionData: [{ index: partition, records }] }] }
}

/** Produces to one partition; the partition's answer. */
export async function kafkaProduce(client: RawKafkaClient, one: KafkaProduceOne) {
  const { responses } = await client.send('produce', kafkaProduceRequest(one), one.version)
  const answer = responses[0]?.partitionResponses[0]
  if (answer === undefined) throw new Error('the response has no partition')
  return answer
}

export interface KafkaFetchOne {
  /** What the version goes by. */
  readonly topic?: string
  readonly topicId?: Uint8Array
  readonly partition?: number
  readonly offset: number
  readonly partitionMaxBytes?: number
  readonly maxWaitMs?: number
  readonly minBytes?: number
  readonly currentLeaderEpoch?: number
  readonly isolationLevel?: number
  readonly version?: number
}

export function kafkaFetchRequest(one: KafkaFetchOne): RequestDraftOf<KafkaApis['fetch']> {
  const { topic = '', topicId = ZERO_UUID, partition = 0, offset, partitionMaxBytes = 2 ** 20, currentLeaderEpoch = -1 } = one
  return {
    maxWaitMs: one.maxWaitMs ?? 0,
    minBytes: one.minBytes ?? 1,
    isolationLevel: one.isolationLevel ?? 0,
    topics: [{ topic, topicId, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes, currentLeaderEpoch }] }],
  }
}

/** Fetches from one partition; its answer, with the records copied out of the response. */
export async function kafkaFetch(client: RawKafkaClient, one: KafkaFetchOne) {
  const { responses } = await client.send('fetch', kafkaFetchRequest(one), one.version)
  const answer = responses[0]?.partitions[0]
  if (answer === undefined) throw new Error('the response has no partition')
  return answer
}

/** Asks for one offset. `timestamp`: as in the protocol. */
export async function kafkaListOffset(client: RawKafkaClient, topic: string, timestamp: number, version?: number) {
  const request = { replicaId: -1, topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }] }
  const { topics } = await client.send('listOffsets', request, version)
  const answer = topics[0]?.partitions[0]
  if (answer === undefined) throw new Error('the response has no partition')
  return answer
}

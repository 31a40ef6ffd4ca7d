import { apis, KafkaError, type MetadataResponse } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { readTopicMetadata, type TopicMetadata } from '../cluster/topic-metadata.ts'
import { type TopicLike, topicName } from '../topic.ts'
import { adminRequest, brokerTimeoutMs, itemError } from './admin-request.ts'
import type { AdminCallOptions, AdminChangeOptions, NewTopic, Outcome, TopicDescription, TopicListing, TopicName } from './admin-types.ts'

const BROKER_DEFAULT = -1

export async function listTopics(
  cluster: Cluster,
  options: AdminCallOptions & { readonly includeInternal?: boolean },
): Promise<TopicListing[]> {
  const response = await metadata(cluster, null, options)
  const topics = response.topics.map(readTopicMetadata).filter((topic): topic is TopicMetadata => !(topic instanceof KafkaError))
  return topics
    .filter((topic) => options.includeInternal === true || !topic.isInternal)
    .map(toListing)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

export async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
  options: AdminCallOptions,
): Promise<Outcome<TopicName, { readonly description: TopicDescription }>[]> {
  const response = await metadata(cluster, names, options)
  const byName = new Map(response.topics.map((topic) => [topic.name, topic]))
  return names.map((topic) => {
    const found = byName.get(topic)
    if (found === undefined) return { topic, error: new KafkaError('PROTOCOL_ERROR', `The broker's answer leaves out topic "${topic}".`) }
    const described = readTopicMetadata(found)
    if (described instanceof KafkaError) return { topic, error: described }
    return { topic, description: { ...toListing(described), partitions: described.partitions } }
  })
}

export async function createTopics(
  cluster: Cluster,
  topics: readonly NewTopic[],
  options: AdminChangeOptions,
): Promise<Outcome<TopicName, { readonly partitionCount: number }>[]> {
  const request = {
    topics: topics.map(({ topic, partitions, replicationFactor, configs, assignments }) => ({
      name: topicName(topic),
      numPartitions: partitions ?? BROKER_DEFAULT,
      replicationFactor: replicationFactor ?? BROKER_DEFAULT,
      assignments: (assignments ?? []).map((replicas, partition) => ({ partition, replicas: [...replicas] })),
      configs: Object.entries(configs ?? {}).map(([name, value]) => ({ name, value: String(value) })),
    })),
    timeoutMs: brokerTimeoutMs(cluster, options),
    validateOnly: options.validateOnly ?? false,
  }
  const response = await adminRequest(cluster, apis.createTopics, { request, options })
  const byName = new Map(response.topics.map((topic) => [topic.name, topic]))
  return topics.map((asked) => {
    const topic = topicName(asked.topic)
    const created = byName.get(topic)
    const error = itemError(created, `topic "${topic}"`)
    return error === undefined ? { topic, partitionCount: created?.numPartitions ?? 0 } : { topic, error }
  })
}

export async function deleteTopics(cluster: Cluster, names: readonly string[], options: AdminCallOptions): Promise<Outcome<TopicName>[]> {
  const request = { topics: names.map((name) => ({ name, topicId: null })), timeoutMs: brokerTimeoutMs(cluster, options) }
  const response = await adminRequest(cluster, apis.deleteTopics, { request, options })
  return outcomes(names, response.topics)
}

export async function createPartitions(
  cluster: Cluster,
  topics: readonly { readonly topic: TopicLike; readonly partitions: number }[],
  options: AdminChangeOptions,
): Promise<Outcome<TopicName>[]> {
  const request = {
    topics: topics.map(({ topic, partitions }) => ({ name: topicName(topic), totalCount: partitions, assignments: null })),
    timeoutMs: brokerTimeoutMs(cluster, options),
    validateOnly: options.validateOnly ?? false,
  }
  const response = await adminRequest(cluster, apis.createPartitions, { request, options })
  // Producers and consumers of this client should use the new partitions soon, not only when their metadata have aged.
  cluster.metadata.requestRefresh()
  return outcomes(
    topics.map(({ topic }) => topicName(topic)),
    response.topics,
  )
}

function metadata(cluster: Cluster, names: readonly string[] | null, options: AdminCallOptions): Promise<MetadataResponse> {
  return cluster.retrying('metadata', options, () => cluster.metadata.query(names))
}

function toListing({ name, topicIdText, isInternal, partitions }: TopicMetadata): TopicListing {
  return { name, topicId: topicIdText, isInternal, partitionCount: partitions.length }
}

interface TopicOutcome {
  readonly name: string | null
  readonly errorCode: number
  readonly errorMessage: string | null
}

function outcomes(names: readonly string[], answered: readonly TopicOutcome[]): Outcome<TopicName>[] {
  const byName = new Map(answered.map((topic) => [topic.name, topic]))
  return names.map((topic) => {
    const error = itemError(byName.get(topic), `topic "${topic}"`)
    return error === undefined ? { topic } : { topic, error }
  })
}

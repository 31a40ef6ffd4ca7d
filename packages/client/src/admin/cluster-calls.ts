import { apis, KafkaError } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { type TopicLike, topicName } from '../topic.ts'
import { adminRequest } from './admin-request.ts'
import type { AdminCallOptions, ClusterDescription, LogDirDescription } from './admin-types.ts'

export function describeCluster(cluster: Cluster, options: AdminCallOptions): Promise<ClusterDescription> {
  return adminRequest(cluster, apis.describeCluster, { request: {}, options })
}

export async function describeLogDirs(
  cluster: Cluster,
  options: AdminCallOptions & { readonly brokers?: readonly number[]; readonly topics?: readonly TopicLike[] },
): Promise<LogDirDescription[]> {
  const response = await cluster.retrying('metadata', options, () => cluster.metadata.query([]))
  const nodeIds = options.brokers ?? response.brokers.map(({ nodeId }) => nodeId)
  const topics = options.topics?.map((topic) => ({ name: topicName(topic), partitions: null })) ?? null
  const descriptions = await Promise.all(nodeIds.map((nodeId) => describeBroker(cluster, nodeId, { topics, options })))
  return descriptions.flat()
}

async function describeBroker(
  cluster: Cluster,
  nodeId: number,
  call: { readonly topics: { readonly name: string; readonly partitions: null }[] | null; readonly options: AdminCallOptions },
): Promise<LogDirDescription[]> {
  const { logDirs } = await adminRequest(cluster, apis.describeLogDirs, { request: { topics: call.topics }, options: call.options, nodeId })
  return logDirs.map(({ path, errorCode, totalBytes, usableBytes, topics }) => ({
    nodeId,
    path,
    ...(errorCode === 0 ? {} : { error: KafkaError.fromWire(errorCode) }),
    totalBytes,
    usableBytes,
    replicas: topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partition, size }) => ({ topic: name, partition, sizeBytes: size })),
    ),
  }))
}

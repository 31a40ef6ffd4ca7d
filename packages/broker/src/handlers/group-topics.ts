import { type TopicPartitions, uuidFromString, uuidToString } from '@kafka-ts/protocol'
import type { ClusterImage } from '../controller/cluster-image.ts'
import type { TopicPartitions as GroupPartitions } from '../coordinator/group/operations/consumer-heartbeat.ts'

/** Partitions as the coordinator names them. */
export function fromWire(topics: TopicPartitions): GroupPartitions[] {
  return topics.map(({ topicId, partitions }) => ({ topicId: uuidToString(topicId), partitions }))
}

/** Partitions as the native protocol names them. */
export function toWire(topics: readonly GroupPartitions[]): TopicPartitions {
  return topics.map(({ topicId, partitions }) => ({ topicId: uuidFromString(topicId), partitions }))
}

/** Partitions that are known by the name of their topic; those of topics that are gone are left out. */
export function namedToWire(
  image: ClusterImage,
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
): TopicPartitions {
  return topics.flatMap(({ topic, partitions }) => {
    const topicId = image.topics.get(topic)?.idBytes
    return topicId === undefined ? [] : [{ topicId, partitions }]
  })
}

import { KafkaError, type MetadataTopic, uuidToString } from '@kafka-ts/protocol'

/** Who leads a partition, as the newest metadata have it. `leader` is -1 while there is none. */
export interface PartitionMetadata {
  readonly partition: number
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly offlineReplicas: readonly number[]
  readonly offlineReason: string | null
}

/** A topic and its partitions, which stand at the index of their number. */
export interface TopicMetadata {
  readonly name: string
  readonly topicId: Uint8Array
  /** The same as text, for maps. */
  readonly topicIdText: string
  readonly isInternal: boolean
  readonly partitions: readonly PartitionMetadata[]
}

/** A topic of a metadata response, or its error. */
export function readTopicMetadata(topic: MetadataTopic): TopicMetadata | KafkaError {
  const name = topic.name ?? uuidToString(topic.topicId)
  if (topic.errorCode !== 0) return KafkaError.fromWire(topic.errorCode, `topic "${name}": ${KafkaError.fromWire(topic.errorCode).message}`)
  const partitions: PartitionMetadata[] = topic.partitions
    .map(({ partition, leaderId, leaderEpoch, replicas, isr, offlineReplicas, offlineReason }) => ({
      partition,
      leader: leaderId,
      leaderEpoch,
      replicas,
      isr,
      offlineReplicas,
      offlineReason,
    }))
    .sort((a, b) => a.partition - b.partition)
  const isContiguous = partitions.every((partition, index) => partition.partition === index)
  if (!isContiguous)
    return new KafkaError('PROTOCOL_ERROR', `topic "${name}": its partitions are not numbered 0 to ${partitions.length - 1}.`)
  return { name, topicId: topic.topicId, topicIdText: uuidToString(topic.topicId), isInternal: topic.isInternal, partitions }
}

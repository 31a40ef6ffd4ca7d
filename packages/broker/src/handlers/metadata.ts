import {
  type Apis,
  errorCode,
  type MetadataPartition,
  type MetadataRequest,
  type MetadataTopic,
  uuidToString,
  ZERO_UUID,
} from '@kafka-ts/protocol'
import { createMissingTopics } from '../controller/auto-create.ts'
import type { ClusterImage, PartitionImage, TopicImage } from '../controller/cluster-image.ts'
import { isInternalTopic } from '../controller/internal-topics.ts'
import { topicNameProblem } from '../controller/topic-names.ts'
import type { BrokerCore } from '../core.ts'
import type { Handler } from './handler.ts'

type RequestedTopic = NonNullable<MetadataRequest['topics']>[number]

/** Says which broker leads each partition; makes unknown topics where that is allowed. */
export const handleMetadata: Handler<Apis['metadata']> = async ({ core, connection }, request) => {
  if (request.allowAutoCreate) await createMissingTopics(core, namesOf(request))
  const { host, port } = core.advertised.addressFor(connection)
  const { nodeId, clusterId } = core
  const topics = describeTopics(core, request.topics)
  return { response: { brokers: [{ nodeId, host, port, rack: null }], clusterId, controllerId: nodeId, topics } }
}

/** Topics as they are now; null: all of them. Those that are not there come back with an error. */
export function describeTopics(core: BrokerCore, topics: MetadataRequest['topics']): MetadataTopic[] {
  const { image } = core.controller
  return topics === null ? describeAll(core, image) : topics.map((topic) => describeRequested(core, image, topic))
}

function namesOf({ topics }: MetadataRequest): string[] {
  return (topics ?? []).flatMap(({ name }) => name ?? [])
}

function describeAll(core: BrokerCore, image: ClusterImage): MetadataTopic[] {
  return [...image.topics.values()].filter((topic) => topic.partitions.length > 0).map((topic) => describeTopic(core, topic))
}

function describeRequested(core: BrokerCore, image: ClusterImage, { name, topicId }: RequestedTopic): MetadataTopic {
  if (name !== null) {
    const topic = image.topics.get(name)
    if (topic !== undefined) return describeTopic(core, topic)
    return unknownTopic(name, errorCode(topicNameProblem(name) === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'))
  }
  const topic = topicId === null ? undefined : image.topicsById.get(uuidToString(topicId))
  return topic === undefined ? unknownTopic(null, errorCode('UNKNOWN_TOPIC_ID')) : describeTopic(core, topic)
}

function unknownTopic(name: string | null, code: number): MetadataTopic {
  return { errorCode: code, name, topicId: ZERO_UUID, isInternal: false, partitions: [] }
}

function describeTopic(core: BrokerCore, topic: TopicImage): MetadataTopic {
  const { name, idBytes } = topic
  if (topic.partitions.length === 0) return { ...unknownTopic(name, errorCode('LEADER_NOT_AVAILABLE')), topicId: idBytes }
  const partitions = topic.partitions.map((partition) => describePartition(core, topic, partition))
  return { errorCode: errorCode('NONE'), name, topicId: idBytes, isInternal: isInternalTopic(name), partitions }
}

/** A partition that is offline has nobody to lead it. */
function describePartition(
  core: BrokerCore,
  topic: TopicImage,
  { partition, leader, leaderEpoch, replicas, isr }: PartitionImage,
): MetadataPartition {
  const offlineReason = core.partitions.find(topic.id, partition)?.offlineReason ?? null
  const common = { partition, leaderEpoch, replicas, isr, offlineReason }
  return offlineReason === null
    ? { ...common, errorCode: errorCode('NONE'), leaderId: leader, offlineReplicas: [] }
    : { ...common, errorCode: errorCode('LEADER_NOT_AVAILABLE'), leaderId: -1, offlineReplicas: replicas }
}

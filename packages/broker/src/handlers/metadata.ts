import {
  type Apis,
  errorCode,
  KafkaError,
  type MetadataPartition,
  type MetadataRequest,
  type MetadataTopic,
  uuidToString,
  ZERO_UUID,
} from '@kafka-ts/protocol'
import type { ClusterImage, PartitionImage, TopicImage } from '../controller/cluster-image.ts'
import { topicNameProblem } from '../controller/topic-names.ts'
import type { BrokerCore } from '../core.ts'
import type { Handler } from './handler.ts'

type RequestedTopic = NonNullable<MetadataRequest['topics']>[number]

/** Says which broker leads each partition; makes unknown topics where that is allowed. */
export const handleMetadata: Handler<Apis['metadata']> = async ({ core, connection }, request) => {
  if (request.allowAutoCreate && core.config.values['auto.create.topics.enable']) await createMissing(core, request.topics ?? [])
  const { image } = core.controller
  const { host, port } = core.advertised.addressFor(connection)
  const topics = request.topics === null ? describeAll(core, image) : request.topics.map((topic) => describeRequested(core, image, topic))
  const { nodeId, clusterId } = core
  return { response: { brokers: [{ nodeId, host, port, rack: null }], clusterId, controllerId: nodeId, topics } }
}

/** A topic that cannot be made is reported as what it then is: unknown, or badly named. */
async function createMissing(core: BrokerCore, topics: readonly RequestedTopic[]): Promise<void> {
  for (const { name } of topics) {
    if (name === null || core.controller.image.topics.has(name) || topicNameProblem(name) !== undefined) continue
    try {
      await core.controller.createTopic({ name, partitions: -1, replicationFactor: -1, overrides: {} }, { validateOnly: false })
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      if (error.code !== 'TOPIC_ALREADY_EXISTS')
        core.logger.warn({ err: error, topic: name }, 'could not create a topic that was asked for')
    }
  }
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
  return { errorCode: errorCode('NONE'), name, topicId: idBytes, isInternal: false, partitions }
}

/** A partition whose directory is offline has nobody to lead it. */
function describePartition(
  core: BrokerCore,
  topic: TopicImage,
  { partition, leader, leaderEpoch, replicas, isr }: PartitionImage,
): MetadataPartition {
  const isOffline = core.partitions.find(topic.id, partition)?.offlineReason !== undefined
  if (isOffline)
    return { errorCode: errorCode('LEADER_NOT_AVAILABLE'), partition, leaderId: -1, leaderEpoch, replicas, isr, offlineReplicas: replicas }
  return { errorCode: errorCode('NONE'), partition, leaderId: leader, leaderEpoch, replicas, isr, offlineReplicas: [] }
}

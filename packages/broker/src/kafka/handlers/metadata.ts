import type { KafkaApis, MetadataTopicResponse, MetadataRequest as Request, MetadataResponse as Response } from '@kafka-ts/kafka-wire'
import { errorCode, type MetadataTopic } from '@kafka-ts/protocol'
import { createMissingTopics } from '../../controller/auto-create.ts'
import type { RequestContext } from '../../handlers/handler.ts'
import { describeTopics } from '../../handlers/metadata.ts'
import { CLUSTER_OPERATIONS, TOPIC_OPERATIONS } from '../authorized-operations.ts'
import { idOrNull } from '../topic-ids.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** In version 0 an empty list of topics asks for all of them; later null does. */
const NULL_FOR_ALL_VERSION = 1
/** From here on a topic may be asked for by its id; versions 10 and 11 carry one that cannot be used. */
const TOPIC_BY_ID_VERSION = 12

type RequestedTopic = NonNullable<Request['topics']>[number]

/** Says which broker leads each partition; makes unknown topics where that is allowed, and then tells of them at once. */
export const handleMetadata: KafkaHandler<KafkaApis['metadata']> = async (context, request, version) => {
  const topics = version < NULL_FOR_ALL_VERSION && request.topics?.length === 0 ? null : request.topics
  if (version < TOPIC_BY_ID_VERSION && topics?.some(({ name }) => name === null) === true) {
    return toResponse(context, request, topics.map(refused))
  }
  const wanted = topics === null ? null : topics.map(toWanted)
  if (request.allowAutoTopicCreation) await createMissingTopics(context.core, wanted?.flatMap(({ name }) => name ?? []) ?? [])
  const found = describeTopics(context.core, wanted).map((topic) => toTopic(topic, request))
  return toResponse(context, request, wanted === null ? found : found.map((topic, index) => withAskedId(topic, wanted[index]?.topicId)))
}

/** By its id where it has one, else by its name. */
function toWanted({ name, topicId }: RequestedTopic): { readonly name: string | null; readonly topicId: Uint8Array | null } {
  const id = idOrNull(topicId)
  return id === null ? { name, topicId: null } : { name: null, topicId: id }
}

function toResponse({ core, connection }: RequestContext, request: Request, topics: readonly MetadataTopicResponse[]): Response {
  const { nodeId, clusterId } = core
  const { host, port } = core.advertised.addressFor(connection)
  const response = { ...NO_THROTTLE, brokers: [{ nodeId, host, port }], clusterId, controllerId: nodeId, topics }
  return request.includeClusterAuthorizedOperations ? { ...response, clusterAuthorizedOperations: CLUSTER_OPERATIONS } : response
}

function toTopic({ partitions, ...topic }: MetadataTopic, request: Request): MetadataTopicResponse {
  return {
    ...topic,
    partitions: partitions.map(({ partition, replicas, isr, ...rest }) => ({
      ...rest,
      partitionIndex: partition,
      replicaNodes: replicas,
      isrNodes: isr,
    })),
    topicAuthorizedOperations: request.includeTopicAuthorizedOperations ? TOPIC_OPERATIONS : undefined,
  }
}

/** An id that nobody knows comes back, so that the client sees which of its topics that is. */
function withAskedId(topic: MetadataTopicResponse, topicId: Uint8Array | null | undefined): MetadataTopicResponse {
  return topic.name === null && topicId ? { ...topic, topicId } : topic
}

function refused({ name }: RequestedTopic): MetadataTopicResponse {
  return { errorCode: errorCode('INVALID_REQUEST'), name: name ?? '', partitions: [] }
}

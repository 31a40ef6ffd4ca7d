import {
  type Apis,
  type DeleteTopicsRequest,
  type DeleteTopicsResponse,
  errorCode,
  KafkaError,
  uuidToString,
  ZERO_UUID,
} from '@kafka-ts/protocol'
import type { TopicImage } from '../controller/cluster-image.ts'
import type { BrokerCore } from '../core.ts'
import type { Handler } from './handler.ts'
import { asItemError, repeated } from './item-error.ts'

type RequestedTopic = DeleteTopicsRequest['topics'][number]
type DeletedTopic = DeleteTopicsResponse['topics'][number]

/** Deletes topics, one after the other; each succeeds or fails by itself. Their files go in the background. */
export const handleDeleteTopics: Handler<Apis['deleteTopics']> = async ({ core }, request) => ({
  response: { topics: await deleteTopics(core, request.topics) },
})

/** One outcome a topic, in order. */
export async function deleteTopics(core: BrokerCore, requestedTopics: readonly RequestedTopic[]): Promise<DeletedTopic[]> {
  const found = requestedTopics.map((topic) => find(core, topic))
  const twice = repeated(found.flatMap((topic) => (topic === undefined ? [] : [topic.id])))
  const topics: DeletedTopic[] = []
  for (const [index, requested] of requestedTopics.entries()) topics.push(await deleteOne(core, requested, { topic: found[index], twice }))
  return topics
}

async function deleteOne(
  core: BrokerCore,
  { name, topicId }: RequestedTopic,
  { topic, twice }: { readonly topic: TopicImage | undefined; readonly twice: ReadonlySet<string> },
): Promise<DeletedTopic> {
  const error = await asItemError(async () => {
    if ((name === null) === (topicId === null))
      throw new KafkaError('INVALID_REQUEST', 'a topic goes by its name or by its id, one of them')
    if (topic === undefined)
      throw name === null ? new KafkaError('UNKNOWN_TOPIC_ID') : new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${name}`)
    if (twice.has(topic.id)) throw new KafkaError('INVALID_REQUEST', `topic ${topic.name} is in the request twice`)
    await core.controller.deleteTopic(topic.name)
  })
  const isUnknown = topic === undefined || error.errorCode === errorCode('UNKNOWN_TOPIC_OR_PARTITION')
  return { name: topic?.name ?? name, topicId: isUnknown ? ZERO_UUID : topic.idBytes, ...error }
}

function find(core: BrokerCore, { name, topicId }: RequestedTopic): TopicImage | undefined {
  const { image } = core.controller
  if (name !== null) return image.topics.get(name)
  return topicId === null ? undefined : image.topicsById.get(uuidToString(topicId))
}

import type { DeleteTopicsRequest, KafkaApis } from '@kafka-ts/kafka-wire'
import { deleteTopics } from '../../handlers/delete-topics.ts'
import { idOrNull } from '../topic-ids.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** From here on topics may go by their ids. */
const TOPIC_ID_VERSION = 6

/** Deletes topics; each succeeds or fails by itself. */
export const handleDeleteTopics: KafkaHandler<KafkaApis['deleteTopics']> = async ({ core }, request, version) => ({
  ...NO_THROTTLE,
  responses: await deleteTopics(core, version < TOPIC_ID_VERSION ? byName(request) : byNameOrId(request)),
})

function byName({ topicNames }: DeleteTopicsRequest) {
  return topicNames.map((name) => ({ name, topicId: null }))
}

function byNameOrId({ topics }: DeleteTopicsRequest) {
  return topics.map(({ name, topicId }) => ({ name, topicId: idOrNull(topicId) }))
}

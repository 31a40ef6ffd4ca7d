import { defineApi } from '../api.ts'
import { array, type Infer, int16, int32, nullable, string, struct, uuid } from '../schema.ts'
import { MAX_TOPICS } from './limits.ts'

const request = struct({
  /** By name or by id, the other is null. */
  topics: array(struct({ name: nullable(string), topicId: nullable(uuid) }), MAX_TOPICS),
  timeoutMs: int32,
})

const response = struct({
  topics: array(
    struct({
      /** null only where the topic was named by an id that is not known. */
      name: nullable(string),
      /** All zeros where the topic is not known. */
      topicId: uuid,
      errorCode: int16,
      errorMessage: nullable(string),
    }),
    MAX_TOPICS,
  ),
})

/**
 * Deletes topics with all their records; each succeeds or fails by itself. Answers come in the order of the request.
 *
 * Errors of a topic: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INVALID_REQUEST (named twice, or by both), TOPIC_DELETION_DISABLED,
 * NOT_CONTROLLER, REQUEST_TIMED_OUT, TOPIC_AUTHORIZATION_FAILED. KIP-4, KIP-516.
 */
export const deleteTopics = defineApi({ key: 20, name: 'deleteTopics', minVersion: 0, maxVersion: 0, request, response })

export type DeleteTopicsRequest = Infer<typeof request>
export type DeleteTopicsResponse = Infer<typeof response>

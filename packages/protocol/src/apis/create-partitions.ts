import { defineApi } from '../api.ts'
import { array, boolean, type Infer, int16, int32, nullable, string, struct } from '../schema.ts'
import { MAX_PARTITIONS, MAX_REPLICAS, MAX_TOPICS } from './limits.ts'

const topicRequest = struct({
  name: string,
  /** How many partitions the topic is to have in all. */
  totalCount: int32,
  /** Replicas of each new partition, the preferred leader first. null: the broker chooses. */
  assignments: nullable(array(array(int32, MAX_REPLICAS), MAX_PARTITIONS)),
})

const request = struct({
  topics: array(topicRequest, MAX_TOPICS),
  timeoutMs: int32,
  /** Check only, change nothing. */
  validateOnly: boolean,
})

const response = struct({
  topics: array(struct({ name: string, errorCode: int16, errorMessage: nullable(string) }), MAX_TOPICS),
})

/**
 * Adds partitions to topics; records stay where they are, so a key may map to another partition from then on.
 *
 * Errors of a topic: UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS (not more than it has), INVALID_REPLICA_ASSIGNMENT, INVALID_REQUEST
 * (named twice), REASSIGNMENT_IN_PROGRESS, NOT_CONTROLLER, REQUEST_TIMED_OUT, TOPIC_AUTHORIZATION_FAILED. KIP-195.
 */
export const createPartitions = defineApi({ key: 37, name: 'createPartitions', minVersion: 0, maxVersion: 0, request, response })

export type CreatePartitionsRequest = Infer<typeof request>
export type CreatePartitionsTopicRequest = Infer<typeof topicRequest>
export type CreatePartitionsResponse = Infer<typeof response>

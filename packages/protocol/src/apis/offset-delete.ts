import { defineApi } from '../api.ts'
import { array, type Infer, int16, int32, string, struct, uuid } from '../schema.ts'
import { topicPartitions } from './group-partitions.ts'
import { MAX_PARTITIONS, MAX_TOPICS } from './limits.ts'

const request = struct({ groupId: string, topics: topicPartitions })

const response = struct({
  topics: array(struct({ topicId: uuid, partitions: array(struct({ partition: int32, errorCode: int16 }), MAX_PARTITIONS) }), MAX_TOPICS),
})

/**
 * Forgets committed offsets of a group.
 *
 * Errors of the whole: GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP (members that do not speak the consumer protocol), COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE,
 * NOT_COORDINATOR, GROUP_AUTHORIZATION_FAILED. Of a partition: GROUP_SUBSCRIBED_TO_TOPIC, UNKNOWN_TOPIC_ID. KIP-496.
 */
export const offsetDelete = defineApi({ key: 47, name: 'offsetDelete', minVersion: 0, maxVersion: 0, request, response })

export type OffsetDeleteRequest = Infer<typeof request>
export type OffsetDeleteResponse = Infer<typeof response>

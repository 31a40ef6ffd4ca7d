import { defineApi } from '../api.ts'
import { int16, int32, uuid } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  groupId: string,
  memberId: string,
  /** 0 joins, -1 leaves, -2 leaves as a static member that will be back. */
  memberEpoch: int32,
  instanceId: field(nullable(string), { default: null }),
  rackId: field(nullable(string), { default: null }),
  /** -1: unchanged. */
  rebalanceTimeoutMs: field(int32, { default: -1 }),
  /** null: unchanged. So for what follows. */
  subscribedTopicNames: field(nullable(array(string)), { default: null }),
  /** RE2 syntax. */
  subscribedTopicRegex: field(nullable(string), { versions: '1+', default: null }),
  serverAssignor: field(nullable(string), { default: null }),
  /** What the member owns. */
  topicPartitions: field(nullable(array(struct({ topicId: uuid, partitions: array(int32) }))), { default: null }),
})

const topicPartitions = struct({ topicId: uuid, partitions: array(int32) })

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: field(nullable(string), { default: null }),
  memberId: field(nullable(string), { default: null }),
  memberEpoch: int32,
  heartbeatIntervalMs: int32,
  /** null: unchanged. */
  assignment: field(nullable(struct({ topicPartitions: array(topicPartitions) })), { default: null }),
})

/**
 * Joins, keeps and leaves a consumer group of the new protocol (KIP-848).
 *
 * In version 0 the coordinator makes the member id, from version 1 on the member does; 1 also brings regular expressions.
 */
export const consumerGroupHeartbeat = defineApi({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: { min: 0, max: 1 },
  flexibleFrom: 0,
  request,
  response,
})

export type ConsumerGroupHeartbeatRequest = Infer<typeof request>
export type ConsumerGroupHeartbeatResponse = Draft<typeof response>

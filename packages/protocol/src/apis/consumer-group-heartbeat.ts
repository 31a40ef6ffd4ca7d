import { defineApi } from '../api.ts'
import { array, type Infer, int32, nullable, string, struct } from '../schema.ts'
import { topicPartitions } from './group-partitions.ts'
import { MAX_TOPICS } from './limits.ts'

/** The member epoch of somebody who joins. */
export const JOIN_GROUP_EPOCH = 0
/** The member epoch of somebody who leaves for good. */
export const LEAVE_GROUP_EPOCH = -1
/** The member epoch of a static member that leaves and will come back (KIP-345): its partitions wait for it. */
export const LEAVE_GROUP_STATIC_EPOCH = -2

const request = struct({
  groupId: string,
  /** Made by the member, and kept for its life. */
  memberId: string,
  /** What the member was last answered, or one of the three constants. */
  memberEpoch: int32,
  /** A static member's name; null: a dynamic member. */
  instanceId: nullable(string),
  rackId: nullable(string),
  /** How long the member may take to give up partitions. -1: as before. */
  rebalanceTimeoutMs: int32,
  /** null: as before. */
  subscribedTopicNames: nullable(array(string, MAX_TOPICS)),
  /** RE2 syntax, matched against whole names. null: as before; empty: none. */
  subscribedTopicRegex: nullable(string),
  /** null: the group's default. */
  serverAssignor: nullable(string),
  /** What the member still works on, all of it. null: as before. */
  ownedPartitions: nullable(topicPartitions),
  /** The broker may keep the request this long while it has no news for the member; it never keeps it longer than the heartbeat interval. */
  maxWaitMs: int32,
})

const response = struct({
  memberEpoch: int32,
  /** The next request is due this long after this answer. */
  heartbeatIntervalMs: int32,
  /** A member that is not heard of for so long is out. */
  sessionTimeoutMs: int32,
  /** All that the member may work on from now on; null: as before. */
  assignment: nullable(topicPartitions),
})

/**
 * Joins a consumer group, stays in it, tells and is told about partitions, leaves: KIP-848's heartbeat. The one difference is `maxWaitMs`: a
 * request with nothing to tell is parked until there is news, so that a new assignment reaches its member at once. A member has one
 * request parked at a time; a newer one releases the older, which is answered as if its time were up.
 *
 * Errors: INVALID_REQUEST, INVALID_GROUP_ID, GROUP_MAX_SIZE_REACHED, UNKNOWN_MEMBER_ID (also of a group that is gone) and FENCED_MEMBER_EPOCH (join again with epoch 0),
 * UNRELEASED_INSTANCE_ID, FENCED_INSTANCE_ID, UNSUPPORTED_ASSIGNOR, INVALID_REGULAR_EXPRESSION, INCONSISTENT_GROUP_PROTOCOL (classic members are in the group),
 * COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR.
 */
export const consumerGroupHeartbeat = defineApi({
  key: 68,
  name: 'consumerGroupHeartbeat',
  minVersion: 0,
  maxVersion: 0,
  request,
  response,
})

export type ConsumerGroupHeartbeatRequest = Infer<typeof request>
export type ConsumerGroupHeartbeatResponse = Infer<typeof response>

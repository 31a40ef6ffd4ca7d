import { defineApi } from '../api.ts'
import { array, boolean, type Infer, int16, int32, int64, nullable, string, struct, uuid } from '../schema.ts'
import { topicPartitions } from './group-partitions.ts'
import { MAX_GROUPS, MAX_PARTITIONS, MAX_TOPICS } from './limits.ts'

const groupRequest = struct({
  groupId: string,
  /** Empty and -1: somebody who is no member; nothing is checked. */
  memberId: string,
  memberEpoch: int32,
  /** null: everything the group has committed. */
  topics: nullable(topicPartitions),
})

const request = struct({
  groups: array(groupRequest, MAX_GROUPS),
  /** Whether offsets of transactions that are not decided yet make the answer UNSTABLE_OFFSET_COMMIT (KIP-447). */
  requireStable: boolean,
})

const partitionResponse = struct({
  partition: int32,
  errorCode: int16,
  /** -1: nothing is committed. */
  offset: int64,
  leaderEpoch: int32,
  metadata: string,
})

const groupResponse = struct({
  groupId: string,
  errorCode: int16,
  topics: array(struct({ topicId: uuid, partitions: array(partitionResponse, MAX_PARTITIONS) }), MAX_TOPICS),
})

const response = struct({ groups: array(groupResponse, MAX_GROUPS) })

/**
 * How far groups are. A group that does not exist has committed nothing.
 *
 * Errors of a group: UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, GROUP_AUTHORIZATION_FAILED.
 * Of a partition: UNKNOWN_TOPIC_ID, UNSTABLE_OFFSET_COMMIT. KIP-709.
 */
export const offsetFetch = defineApi({ key: 9, name: 'offsetFetch', minVersion: 0, maxVersion: 0, request, response })

export type OffsetFetchRequest = Infer<typeof request>
export type OffsetFetchResponse = Infer<typeof response>
export type OffsetFetchGroupResponse = Infer<typeof groupResponse>

import { defineApi } from '../api.ts'
import { array, type Infer, int16, int32, int64, string, struct, uuid } from '../schema.ts'
import { MAX_PARTITIONS, MAX_TOPICS } from './limits.ts'

/** The member epoch of a commit from outside of the group. */
export const NO_MEMBER_EPOCH = -1

const partitionRequest = struct({
  partition: int32,
  /** Of the next record to work on. */
  offset: int64,
  /** Of the last record worked on; -1: not known. */
  leaderEpoch: int32,
  /** Anything the committer wants to keep beside the offset. */
  metadata: string,
})

const request = struct({
  groupId: string,
  /** Empty with NO_MEMBER_EPOCH: somebody who is no member, which only an empty group accepts. */
  memberId: string,
  memberEpoch: int32,
  topics: array(struct({ topicId: uuid, partitions: array(partitionRequest, MAX_PARTITIONS) }), MAX_TOPICS),
})

const response = struct({
  topics: array(struct({ topicId: uuid, partitions: array(struct({ partition: int32, errorCode: int16 }), MAX_PARTITIONS) }), MAX_TOPICS),
})

/**
 * Records how far a group is. The answer comes once the offsets are as durable as an acknowledged record.
 *
 * Errors of the whole: INVALID_GROUP_ID, UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR,
 * GROUP_AUTHORIZATION_FAILED. Of a partition: UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, OFFSET_METADATA_TOO_LARGE. KIP-848.
 */
export const offsetCommit = defineApi({ key: 8, name: 'offsetCommit', minVersion: 0, maxVersion: 0, request, response })

export type OffsetCommitRequest = Infer<typeof request>
export type OffsetCommitResponse = Infer<typeof response>

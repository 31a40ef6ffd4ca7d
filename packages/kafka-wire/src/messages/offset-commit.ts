import { defineApi } from '../api.ts'
import { clampedInt64, int16, int32, int64 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const partitionRequest = struct({
  partitionIndex: int32,
  committedOffset: int64,
  /** -1: not known. */
  committedLeaderEpoch: field(int32, { versions: '6+', default: -1 }),
  committedMetadata: nullable(string),
})

const topicRequest = struct({ name: string, partitions: array(partitionRequest) })

const request = struct({
  groupId: string,
  /** -1, with an empty member id: a commit from outside of the group. */
  generationIdOrMemberEpoch: field(int32, { default: -1 }),
  memberId: string,
  groupInstanceId: field(nullable(string), { versions: '7+', default: null }),
  /** -1: that of the broker. */
  retentionTimeMs: field(clampedInt64, { versions: '2-4', default: -1 }),
  topics: array(topicRequest),
})

const topicResponse = struct({
  name: string,
  partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '3+' }),
  topics: array(topicResponse),
})

/**
 * Commits the offsets of a group.
 *
 * Version 5: no retention time of its own (KIP-211). 6: leader epochs (KIP-320). 7: static members (KIP-345). 8: flexible.
 * 9: member epochs (KIP-848).
 */
export const offsetCommit = defineApi({ key: 8, name: 'OffsetCommit', versions: { min: 2, max: 9 }, flexibleFrom: 8, request, response })

export type OffsetCommitRequest = Infer<typeof request>
export type OffsetCommitPartitionRequest = Infer<typeof partitionRequest>
export type OffsetCommitTopicRequest = Infer<typeof topicRequest>
export type OffsetCommitResponse = Draft<typeof response>
export type OffsetCommitTopicResponse = Draft<typeof topicResponse>

import { defineApi } from '../api.ts'
import { boolean, int16, int32, int64 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const groupRequest = struct({
  groupId: string,
  memberId: field(nullable(string), { versions: '9+', default: null }),
  memberEpoch: field(int32, { versions: '9+', default: -1 }),
  /** null: every topic the group has offsets of. */
  topics: nullable(array(struct({ name: string, partitionIndexes: array(int32) }))),
})

const request = struct({
  groupId: field(string, { versions: '1-7' }),
  /** null: every topic the group has offsets of. */
  topics: field(nullable(array(struct({ name: string, partitionIndexes: array(int32) })), '2-7'), { versions: '1-7' }),
  groups: field(array(groupRequest), { versions: '8+' }),
  /** Not while a transaction holds the offset open. */
  requireStable: field(boolean, { versions: '7+', default: false }),
})

const partitionResponse = struct({
  partitionIndex: int32,
  /** -1: none. */
  committedOffset: int64,
  committedLeaderEpoch: field(int32, { versions: '5-7', default: -1 }),
  metadata: nullable(string),
  errorCode: int16,
})

const topicResponse = struct({ name: string, partitions: array(partitionResponse) })

const topicPartitionResponse = struct({
  partitionIndex: int32,
  /** -1: none. */
  committedOffset: int64,
  committedLeaderEpoch: field(int32, { default: -1 }),
  metadata: nullable(string),
  errorCode: int16,
})

const groupTopicResponse = struct({ name: string, partitions: array(topicPartitionResponse) })

const groupResponse = struct({
  groupId: string,
  topics: array(groupTopicResponse),
  errorCode: field(int16, { default: 0 }),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '3+' }),
  topics: field(array(topicResponse), { versions: '1-7' }),
  errorCode: field(int16, { versions: '2-7', default: 0 }),
  groups: field(array(groupResponse), { versions: '8+' }),
})

/**
 * The committed offsets of a group, from version 8 on of several (KIP-709).
 *
 * Version 2: null asks for every topic. 5: leader epochs (KIP-320). 6: flexible. 7: `requireStable` (KIP-447). 9: member epochs (KIP-848).
 */
export const offsetFetch = defineApi({ key: 9, name: 'OffsetFetch', versions: { min: 1, max: 9 }, flexibleFrom: 6, request, response })

export type OffsetFetchRequest = Infer<typeof request>
export type OffsetFetchGroupRequest = Infer<typeof groupRequest>
export type OffsetFetchResponse = Draft<typeof response>
export type OffsetFetchPartitionResponse = Draft<typeof partitionResponse>
export type OffsetFetchTopicResponse = Draft<typeof topicResponse>
export type OffsetFetchTopicPartitionResponse = Draft<typeof topicPartitionResponse>
export type OffsetFetchGroupTopicResponse = Draft<typeof groupTopicResponse>
export type OffsetFetchGroupResponse = Draft<typeof groupResponse>

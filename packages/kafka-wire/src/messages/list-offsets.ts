import { defineApi } from '../api.ts'
import { clampedInt64, int8, int16, int32, int64 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const partitionRequest = struct({
  partitionIndex: int32,
  /** -1: not checked. */
  currentLeaderEpoch: field(int32, { versions: '4+', default: -1 }),
  /** Milliseconds since 1970: the first record at or after it. -1 the end, -2 the start, -3 the newest timestamp, -4 and -5 tiered storage. */
  timestamp: clampedInt64,
})

const topicRequest = struct({ name: string, partitions: array(partitionRequest) })

const request = struct({
  /** -1: a consumer. */
  replicaId: int32,
  /** 0 read_uncommitted, 1 read_committed. */
  isolationLevel: field(int8, { versions: '2+' }),
  topics: array(topicRequest),
})

const partitionResponse = struct({
  partitionIndex: int32,
  errorCode: int16,
  /** Of the record found; -1 for the start and the end. */
  timestamp: field(int64, { default: -1 }),
  /** -1 where no record matches. */
  offset: field(int64, { default: -1 }),
  leaderEpoch: field(int32, { versions: '4+', default: -1 }),
})

const topicResponse = struct({ name: string, partitions: array(partitionResponse) })

const response = struct({
  throttleTimeMs: field(int32, { versions: '2+' }),
  topics: array(topicResponse),
})

/**
 * Offsets by time: the start, the end, the first record at or after a timestamp, the newest timestamp.
 *
 * Version 1: one offset a partition (KIP-79). 2: isolation level (KIP-98). 4: leader epochs (KIP-320). 6: flexible.
 * 7: newest timestamp (KIP-734). 8: local log start (KIP-405). 9: last tiered offset (KIP-1005).
 */
export const listOffsets = defineApi({ key: 2, name: 'ListOffsets', versions: { min: 1, max: 9 }, flexibleFrom: 6, request, response })

export type ListOffsetsRequest = Infer<typeof request>
export type ListOffsetsPartitionRequest = Infer<typeof partitionRequest>
export type ListOffsetsTopicRequest = Infer<typeof topicRequest>
export type ListOffsetsResponse = Draft<typeof response>
export type ListOffsetsPartitionResponse = Draft<typeof partitionResponse>
export type ListOffsetsTopicResponse = Draft<typeof topicResponse>

import { defineApi } from '../api.ts'
import { int16, int32, int64 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const topicRequest = struct({
  topic: string,
  partitions: array(
    struct({
      partition: int32,
      currentLeaderEpoch: field(int32, { default: -1 }),
      leaderEpoch: int32,
    }),
  ),
})

const request = struct({
  /** -1: a consumer. -2: in place of a version that has none. */
  replicaId: field(int32, { versions: '3+', default: -2 }),
  topics: array(topicRequest),
})

const partitionResponse = struct({
  errorCode: int16,
  partition: int32,
  leaderEpoch: field(int32, { default: -1 }),
  /** The first offset after the epoch; -1: not known. */
  endOffset: field(int64, { default: -1 }),
})

const topicResponse = struct({ topic: string, partitions: array(partitionResponse) })

const response = struct({
  throttleTimeMs: int32,
  topics: array(topicResponse),
})

/**
 * Where a leader epoch ended (KIP-320).
 *
 * Version 2: current leader epoch. 3: replica id. 4: flexible.
 */
export const offsetForLeaderEpoch = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: { min: 2, max: 4 },
  flexibleFrom: 4,
  request,
  response,
})

export type OffsetForLeaderEpochRequest = Infer<typeof request>
export type OffsetForLeaderEpochTopicRequest = Infer<typeof topicRequest>
export type OffsetForLeaderEpochResponse = Draft<typeof response>
export type OffsetForLeaderEpochPartitionResponse = Draft<typeof partitionResponse>
export type OffsetForLeaderEpochTopicResponse = Draft<typeof topicResponse>

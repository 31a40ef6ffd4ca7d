import { defineApi } from '../api.ts'
import { boolean, clampedInt64, int16, int32, int64 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  /** null: all. */
  topics: nullable(array(struct({ topic: string, partitions: array(int32) }))),
})

const partitionResponse = struct({
  partitionIndex: int32,
  partitionSize: clampedInt64,
  /** How far a future log is behind, or a follower. */
  offsetLag: int64,
  /** A copy that is being moved here from another directory. */
  isFutureKey: boolean,
})

const topicResponse = struct({ name: string, partitions: array(partitionResponse) })

const resultResponse = struct({
  errorCode: int16,
  logDir: string,
  topics: array(topicResponse),
  /** Of the volume; -1: not known. */
  totalBytes: field(clampedInt64, { versions: '4+', default: -1 }),
  usableBytes: field(clampedInt64, { versions: '4+', default: -1 }),
})

const response = struct({
  throttleTimeMs: int32,
  errorCode: field(int16, { versions: '3+' }),
  results: array(resultResponse),
})

/**
 * The data directories of a broker and what lies in them (KIP-113).
 *
 * Version 2: flexible. 3: an error of the whole. 4: sizes of the volumes (KIP-827).
 */
export const describeLogDirs = defineApi({
  key: 35,
  name: 'DescribeLogDirs',
  versions: { min: 1, max: 4 },
  flexibleFrom: 2,
  request,
  response,
})

export type DescribeLogDirsRequest = Infer<typeof request>
export type DescribeLogDirsResponse = Draft<typeof response>
export type DescribeLogDirsPartitionResponse = Draft<typeof partitionResponse>
export type DescribeLogDirsTopicResponse = Draft<typeof topicResponse>
export type DescribeLogDirsResultResponse = Draft<typeof resultResponse>

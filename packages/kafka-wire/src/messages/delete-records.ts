import { defineApi } from '../api.ts'
import { clampedInt64, int16, int32, int64 } from '../fixed-types.ts'
import type { Draft, Infer } from '../schema.ts'
import { array, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const partitionRequest = struct({
  partitionIndex: int32,
  /** The new log start offset; -1: the high watermark. */
  offset: clampedInt64,
})

const topicRequest = struct({ name: string, partitions: array(partitionRequest) })

const request = struct({
  topics: array(topicRequest),
  timeoutMs: int32,
})

const partitionResponse = struct({
  partitionIndex: int32,
  /** The log start offset; -1 with an error. */
  lowWatermark: int64,
  errorCode: int16,
})

const topicResponse = struct({ name: string, partitions: array(partitionResponse) })

const response = struct({
  throttleTimeMs: int32,
  topics: array(topicResponse),
})

/**
 * Moves the log start offset of partitions forward (KIP-107).
 *
 * Version 2: flexible.
 */
export const deleteRecords = defineApi({ key: 21, name: 'DeleteRecords', versions: { min: 0, max: 2 }, flexibleFrom: 2, request, response })

export type DeleteRecordsRequest = Infer<typeof request>
export type DeleteRecordsPartitionRequest = Infer<typeof partitionRequest>
export type DeleteRecordsTopicRequest = Infer<typeof topicRequest>
export type DeleteRecordsResponse = Draft<typeof response>
export type DeleteRecordsPartitionResponse = Draft<typeof partitionResponse>
export type DeleteRecordsTopicResponse = Draft<typeof topicResponse>

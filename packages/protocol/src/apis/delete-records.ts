import { defineApi } from '../api.ts'
import { array, type Infer, int16, int32, int64, nullable, string, struct } from '../schema.ts'
import { MAX_PARTITIONS, MAX_TOPICS } from './limits.ts'

/** As the offset of a partition: delete all up to the high watermark. */
export const HIGH_WATERMARK_OFFSET = -1

const request = struct({
  topics: array(
    struct({
      name: string,
      /** Records below `offset` go. */
      partitions: array(struct({ partition: int32, offset: int64 }), MAX_PARTITIONS),
    }),
    MAX_TOPICS,
  ),
  timeoutMs: int32,
})

const partitionResponse = struct({
  partition: int32,
  /** The log start offset from now on; -1 with an error. */
  lowWatermark: int64,
  errorCode: int16,
  errorMessage: nullable(string),
})

const response = struct({
  topics: array(struct({ name: string, partitions: array(partitionResponse, MAX_PARTITIONS) }), MAX_TOPICS),
})

/**
 * Deletes the records of partitions below an offset, for good.
 *
 * Errors of a partition: OFFSET_OUT_OF_RANGE (above the high watermark), UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER,
 * POLICY_VIOLATION (a topic that is only compacted), REQUEST_TIMED_OUT, KAFKA_STORAGE_ERROR, TOPIC_AUTHORIZATION_FAILED. KIP-107.
 */
export const deleteRecords = defineApi({ key: 21, name: 'deleteRecords', minVersion: 0, maxVersion: 0, request, response })

export type DeleteRecordsRequest = Infer<typeof request>
export type DeleteRecordsResponse = Infer<typeof response>
export type DeleteRecordsPartitionResponse = Infer<typeof partitionResponse>

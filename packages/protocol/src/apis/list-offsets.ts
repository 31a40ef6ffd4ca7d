import { defineApi } from '../api.ts'
import { array, type Infer, int8, int16, int32, int64, struct, uuid } from '../schema.ts'
import { MAX_PARTITIONS, MAX_TOPICS } from './limits.ts'

/** Asks for the end: the high watermark, or the last stable offset with read_committed. */
export const LATEST_TIMESTAMP = -1
/** Asks for the log start offset. */
export const EARLIEST_TIMESTAMP = -2
/** Asks for the record with the highest timestamp (KIP-734). */
export const MAX_TIMESTAMP = -3

const partitionRequest = struct({
  partition: int32,
  /** Milliseconds since 1970: the first record at or after it. Or one of the three constants. */
  timestamp: int64,
  /** -1: not checked. */
  currentLeaderEpoch: int32,
})

const request = struct({
  /** 0 read_uncommitted, 1 read_committed. */
  isolationLevel: int8,
  topics: array(struct({ topicId: uuid, partitions: array(partitionRequest, MAX_PARTITIONS) }), MAX_TOPICS),
})

const partitionResponse = struct({
  partition: int32,
  errorCode: int16,
  /** -1 where no record matches. */
  offset: int64,
  /** Of the record found; -1 for the earliest and latest. */
  timestamp: int64,
  /** Of the record found; -1 where not known. */
  leaderEpoch: int32,
})

const response = struct({
  topics: array(struct({ topicId: uuid, partitions: array(partitionResponse, MAX_PARTITIONS) }), MAX_TOPICS),
  throttleMs: int32,
})

/**
 * Offsets by time: the start, the end, the first record at or after a timestamp, the newest timestamp.
 *
 * Errors of a partition: UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH,
 * OFFSET_NOT_AVAILABLE, KAFKA_STORAGE_ERROR, TOPIC_AUTHORIZATION_FAILED. KIP-79.
 */
export const listOffsets = defineApi({ key: 2, name: 'listOffsets', minVersion: 0, maxVersion: 0, request, response })

export type ListOffsetsRequest = Infer<typeof request>
export type ListOffsetsPartitionRequest = Infer<typeof partitionRequest>
export type ListOffsetsResponse = Infer<typeof response>
export type ListOffsetsPartitionResponse = Infer<typeof partitionResponse>

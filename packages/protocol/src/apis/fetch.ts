import { defineApi } from '../api.ts'
import { array, type Infer, int8, int16, int32, int64, struct, uint32, uuid } from '../schema.ts'
import { MAX_PARTITIONS, MAX_TOPICS } from './limits.ts'

const partitionRequest = struct({
  partition: int32,
  fetchOffset: int64,
  /** Limit of this partition; the first batch comes whole even if it is larger. */
  maxBytes: int32,
  /** What the client takes for current; -1: not checked (KIP-320). */
  currentLeaderEpoch: int32,
})

const request = struct({
  /** How long the broker may wait for `minBytes`. */
  maxWaitMs: int32,
  minBytes: int32,
  /** Limit of the whole response; the first batch of the first partition comes whole even if it is larger. */
  maxBytes: int32,
  /** 0 read_uncommitted: up to the high watermark; 1 read_committed: up to the last stable offset. */
  isolationLevel: int8,
  /** -1: a consumer. */
  replicaId: int32,
  topics: array(struct({ topicId: uuid, partitions: array(partitionRequest, MAX_PARTITIONS) }), MAX_TOPICS),
})

const partitionResponse = struct({
  partition: int32,
  errorCode: int16,
  /** -1 with an error. */
  highWatermark: int64,
  lastStableOffset: int64,
  logStartOffset: int64,
  /** Length of the partition's attachment: whole record batches, the first of which may begin below `fetchOffset`. */
  bytes: uint32,
})

const response = struct({
  topics: array(struct({ topicId: uuid, partitions: array(partitionResponse, MAX_PARTITIONS) }), MAX_TOPICS),
  throttleMs: int32,
})

/**
 * Reads record batches of many partitions, waiting for some if there are none. The batches are attachments of the response, in the
 * order of its partitions. A partition without new records, error or moved offsets may be left out of the response, and a topic
 * without such partitions too.
 *
 * Errors of a partition: OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH,
 * UNKNOWN_LEADER_EPOCH, OFFSET_NOT_AVAILABLE, KAFKA_STORAGE_ERROR, TOPIC_AUTHORIZATION_FAILED. KIP-74 (limits), KIP-98 (isolation).
 */
export const fetch = defineApi({ key: 1, name: 'fetch', minVersion: 0, maxVersion: 0, request, response })

export type FetchRequest = Infer<typeof request>
export type FetchPartitionRequest = Infer<typeof partitionRequest>
export type FetchResponse = Infer<typeof response>
export type FetchPartitionResponse = Infer<typeof partitionResponse>

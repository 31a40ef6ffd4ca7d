import { defineApi } from '../api.ts'
import { array, type Infer, int8, int16, int32, int64, nullable, string, struct, uint32, uuid } from '../schema.ts'
import { MAX_PARTITIONS, MAX_RECORD_ERRORS, MAX_TOPICS } from './limits.ts'

const request = struct({
  /** 0: no answer; 1: the leader has it; -1: every in-sync replica has it. */
  acks: int8,
  /** How long to wait for the replicas. */
  timeoutMs: int32,
  topics: array(
    struct({
      topicId: uuid,
      /** `bytes`: length of the partition's attachment, one or more whole record batches. */
      partitions: array(struct({ partition: int32, bytes: uint32 }), MAX_PARTITIONS),
    }),
    MAX_TOPICS,
  ),
})

const partitionResponse = struct({
  partition: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  /** Offset of the first record; -1 with an error. */
  baseOffset: int64,
  /** -1 unless the topic stamps records with the time of their append. */
  logAppendTimeMs: int64,
  logStartOffset: int64,
  /** Which records (by index in the partition's attachment) are to blame, where the broker knows. */
  recordErrors: array(struct({ batchIndex: int32, message: nullable(string) }), MAX_RECORD_ERRORS),
})

const response = struct({
  topics: array(struct({ topicId: uuid, partitions: array(partitionResponse, MAX_PARTITIONS) }), MAX_TOPICS),
  throttleMs: int32,
})

/**
 * Appends record batches to partitions. The batches are attachments of the request, in the order of its partitions.
 * With acks 0 there is no response; an error then closes the connection, as in Kafka. Topics go by id (KIP-516), so that a topic
 * made again under the same name is not written to by mistake.
 *
 * Errors: INVALID_REQUIRED_ACKS, INVALID_REQUEST (lengths that are not the attachments'). Of a partition: UNKNOWN_TOPIC_ID,
 * UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER, CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, INVALID_RECORD, INVALID_TIMESTAMP,
 * UNSUPPORTED_COMPRESSION_TYPE, NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND, REQUEST_TIMED_OUT, KAFKA_STORAGE_ERROR,
 * TOPIC_AUTHORIZATION_FAILED. Record errors: KIP-467.
 */
export const produce = defineApi({ key: 0, name: 'produce', minVersion: 0, maxVersion: 0, request, response })

export type ProduceRequest = Infer<typeof request>
export type ProduceResponse = Infer<typeof response>
export type ProducePartitionResponse = Infer<typeof partitionResponse>

/**
 * The bytes of a RecordBatch v2 (`DefaultRecordBatch` in Kafka), all integers big-endian:
 *
 * ```
 *  at size field                 at size field
 *   0    8 baseOffset            27    8 baseTimestamp
 *   8    4 batchLength           35    8 maxTimestamp
 *  12    4 partitionLeaderEpoch  43    8 producerId
 *  16    1 magic (2)             51    2 producerEpoch
 *  17    4 crc                   53    4 baseSequence
 *  21    2 attributes            57    4 recordCount
 *  23    4 lastOffsetDelta       61      records
 * ```
 *
 * `batchLength` counts what follows it. `crc` is the CRC-32C of everything from `attributes` to the end, so the broker may
 * stamp the base offset and the leader epoch without touching it.
 *
 * The single-field getters are for hot paths. None of these functions check bounds or contents: `checkBatch` does.
 */
import { readInt16, readInt32, readInt64, readUint32 } from './big-endian.ts'

export const BASE_OFFSET_AT = 0
export const BATCH_LENGTH_AT = 8
export const LEADER_EPOCH_AT = 12
export const MAGIC_AT = 16
export const CRC_AT = 17
export const ATTRIBUTES_AT = 21
export const LAST_OFFSET_DELTA_AT = 23
export const BASE_TIMESTAMP_AT = 27
export const MAX_TIMESTAMP_AT = 35
export const PRODUCER_ID_AT = 43
export const PRODUCER_EPOCH_AT = 51
export const BASE_SEQUENCE_AT = 53
export const RECORD_COUNT_AT = 57

/** Bytes of a batch before its first record. */
export const BATCH_HEADER_BYTES = 61
/** Bytes that `batchLength` does not count: the base offset and the length itself. */
export const LOG_OVERHEAD = 12
/** The only format version written or accepted here. */
export const MAGIC_V2 = 2

export const CODEC_MASK = 0x07
/** Set: every record's timestamp is `maxTimestamp`, the time of the append (LogAppendTime). */
export const TIMESTAMP_TYPE_BIT = 0x08
export const TRANSACTIONAL_BIT = 0x10
export const CONTROL_BIT = 0x20
/** Set: `baseTimestamp` holds the delete horizon of the batch's tombstones (KIP-534). */
export const DELETE_HORIZON_BIT = 0x40

/** The producer id, epoch and sequence of a batch without an idempotent producer. */
export const NO_PRODUCER_ID = -1
export const NO_PRODUCER_EPOCH = -1
export const NO_SEQUENCE = -1
/** The timestamp of a record without one. */
export const NO_TIMESTAMP = -1

/** The header of one batch, read out; `batchBytes` is the size of the whole batch. */
export interface BatchHeader {
  readonly baseOffset: number
  readonly batchBytes: number
  readonly leaderEpoch: number
  readonly magic: number
  readonly crc: number
  readonly attributes: number
  readonly lastOffsetDelta: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/** Reads the header of the batch that begins at `at`; `BATCH_HEADER_BYTES` must be there. */
export function readBatchHeader(buffer: Uint8Array, at: number): BatchHeader {
  return {
    baseOffset: baseOffsetOf(buffer, at),
    batchBytes: batchBytesOf(buffer, at),
    leaderEpoch: leaderEpochOf(buffer, at),
    magic: magicOf(buffer, at),
    crc: crcOf(buffer, at),
    attributes: attributesOf(buffer, at),
    lastOffsetDelta: lastOffsetDeltaOf(buffer, at),
    baseTimestamp: baseTimestampOf(buffer, at),
    maxTimestamp: maxTimestampOf(buffer, at),
    producerId: producerIdOf(buffer, at),
    producerEpoch: producerEpochOf(buffer, at),
    baseSequence: baseSequenceOf(buffer, at),
    recordCount: recordCountOf(buffer, at),
  }
}

export function baseOffsetOf(buffer: Uint8Array, at: number): number {
  return readInt64(buffer, at + BASE_OFFSET_AT)
}

/** Size of the whole batch in bytes, the 12 before and with its length field included. */
export function batchBytesOf(buffer: Uint8Array, at: number): number {
  return readInt32(buffer, at + BATCH_LENGTH_AT) + LOG_OVERHEAD
}

export function leaderEpochOf(buffer: Uint8Array, at: number): number {
  return readInt32(buffer, at + LEADER_EPOCH_AT)
}

export function magicOf(buffer: Uint8Array, at: number): number {
  return buffer[at + MAGIC_AT]!
}

export function crcOf(buffer: Uint8Array, at: number): number {
  return readUint32(buffer, at + CRC_AT)
}

export function attributesOf(buffer: Uint8Array, at: number): number {
  return readInt16(buffer, at + ATTRIBUTES_AT)
}

export function lastOffsetDeltaOf(buffer: Uint8Array, at: number): number {
  return readInt32(buffer, at + LAST_OFFSET_DELTA_AT)
}

/** The offset of the last record, inclusive. */
export function lastOffsetOf(buffer: Uint8Array, at: number): number {
  return baseOffsetOf(buffer, at) + lastOffsetDeltaOf(buffer, at)
}

export function baseTimestampOf(buffer: Uint8Array, at: number): number {
  return readInt64(buffer, at + BASE_TIMESTAMP_AT)
}

export function maxTimestampOf(buffer: Uint8Array, at: number): number {
  return readInt64(buffer, at + MAX_TIMESTAMP_AT)
}

export function producerIdOf(buffer: Uint8Array, at: number): number {
  return readInt64(buffer, at + PRODUCER_ID_AT)
}

export function producerEpochOf(buffer: Uint8Array, at: number): number {
  return readInt16(buffer, at + PRODUCER_EPOCH_AT)
}

export function baseSequenceOf(buffer: Uint8Array, at: number): number {
  return readInt32(buffer, at + BASE_SEQUENCE_AT)
}

export function recordCountOf(buffer: Uint8Array, at: number): number {
  return readInt32(buffer, at + RECORD_COUNT_AT)
}

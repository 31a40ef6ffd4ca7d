import { writeInt16, writeInt32, writeInt64 } from './big-endian.ts'
import { crc32c } from './crc32c.ts'
import {
  ATTRIBUTES_AT,
  attributesOf,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  batchBytesOf,
  CRC_AT,
  LEADER_EPOCH_AT,
  MAX_TIMESTAMP_AT,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  TIMESTAMP_TYPE_BIT,
} from './layout.ts'

/** What the leader decides about a batch; both fields lie outside of its CRC. */
export interface BatchStamp {
  readonly baseOffset: number
  readonly leaderEpoch: number
}

/** Writes the base offset and the leader epoch into the batch at `at`, in place. */
export function stampBatch(buffer: Uint8Array, at: number, stamp: BatchStamp): void {
  writeInt64(buffer, at + BASE_OFFSET_AT, stamp.baseOffset)
  writeInt32(buffer, at + LEADER_EPOCH_AT, stamp.leaderEpoch)
}

/** Who wrote a batch, and where it stands among the batches of that producer. */
export interface ProducerStamp {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
}

/** Makes the (whole) batch at `at` one of an idempotent producer, in place. */
export function stampProducer(buffer: Uint8Array, at: number, stamp: ProducerStamp): void {
  writeInt64(buffer, at + PRODUCER_ID_AT, stamp.producerId)
  writeInt16(buffer, at + PRODUCER_EPOCH_AT, stamp.producerEpoch)
  writeInt32(buffer, at + BASE_SEQUENCE_AT, stamp.baseSequence)
  sealBatch(buffer, at)
}

/** Makes `timestampMs` the timestamp of every record of the (whole) batch at `at`, in place: `message.timestamp.type=LogAppendTime`. */
export function restampLogAppendTime(buffer: Uint8Array, at: number, timestampMs: number): void {
  writeInt64(buffer, at + MAX_TIMESTAMP_AT, timestampMs)
  writeInt16(buffer, at + ATTRIBUTES_AT, attributesOf(buffer, at) | TIMESTAMP_TYPE_BIT)
  sealBatch(buffer, at)
}

/** Computes and writes the CRC of the (whole) batch at `at`. */
export function sealBatch(buffer: Uint8Array, at: number): void {
  writeInt32(buffer, at + CRC_AT, batchCrc(buffer, at))
}

/** The CRC-32C that the (whole) batch at `at` should carry. */
export function batchCrc(buffer: Uint8Array, at: number): number {
  return crc32c(buffer, at + ATTRIBUTES_AT, at + batchBytesOf(buffer, at))
}

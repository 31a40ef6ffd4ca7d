import { CRC_AT, crc32c, lastOffsetDeltaOf, leaderEpochOf, maxTimestampOf, readInt64 } from '@kafka-ts/protocol/records'

/** A stamped batch and what indexes and the tail cache need of its header. */
export interface StoredBatch {
  /** The whole batch: a view of the buffer it arrived in, never changed again. */
  readonly bytes: Uint8Array
  readonly baseOffset: number
  /** The offset behind its last record. */
  readonly nextOffset: number
  readonly maxTimestamp: number
  readonly leaderEpoch: number
  /** CRC-32C of the 17 bytes that the batch's own CRC leaves out. */
  readonly headerChecksum: number
}

/** The `StoredBatch` of a whole, stamped batch. Takes over the view. */
export function storedBatchOf(bytes: Uint8Array): StoredBatch {
  const baseOffset = readInt64(bytes, 0)
  return {
    bytes,
    baseOffset,
    nextOffset: baseOffset + lastOffsetDeltaOf(bytes, 0) + 1,
    maxTimestamp: maxTimestampOf(bytes, 0),
    leaderEpoch: leaderEpochOf(bytes, 0),
    headerChecksum: headerChecksumOf(bytes, 0),
  }
}

/** CRC-32C of base offset, length, leader epoch and magic of the batch at `at`. */
export function headerChecksumOf(buffer: Uint8Array, at: number): number {
  return crc32c(buffer, at, at + CRC_AT)
}

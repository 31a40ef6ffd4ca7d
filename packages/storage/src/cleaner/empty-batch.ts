import {
  ATTRIBUTES_AT,
  attributesOf,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_HEADER_BYTES,
  BATCH_LENGTH_AT,
  CODEC_MASK,
  DELETE_HORIZON_BIT,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LOG_OVERHEAD,
  MAGIC_AT,
  MAGIC_V2,
  MAX_TIMESTAMP_AT,
  maxTimestampOf,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  sealBatch,
  writeInt16,
  writeInt32,
  writeInt64,
} from '@kafka-ts/protocol/records'

/** Offsets whose records are all gone. */
export interface Gap {
  readonly baseOffset: number
  /** Behind its last offset. */
  readonly nextOffset: number
  readonly leaderEpoch: number
  /** The largest of the records that were there, -1 for none: retention still goes by it. */
  readonly maxTimestamp: number
}

/**
 * A batch without records that stands for a gap. Batches of a log follow one another without a hole, compacted or not: so a missing one is always
 * damage, and every leader epoch begins where it began.
 */
export function gapBatch({ baseOffset, nextOffset, leaderEpoch, maxTimestamp }: Gap): Uint8Array {
  const batch = new Uint8Array(BATCH_HEADER_BYTES)
  writeInt64(batch, BASE_OFFSET_AT, baseOffset)
  writeInt32(batch, LEADER_EPOCH_AT, leaderEpoch)
  batch[MAGIC_AT] = MAGIC_V2
  writeInt32(batch, LAST_OFFSET_DELTA_AT, nextOffset - 1 - baseOffset)
  writeInt64(batch, PRODUCER_ID_AT, NO_PRODUCER_ID)
  writeInt16(batch, PRODUCER_EPOCH_AT, NO_PRODUCER_EPOCH)
  writeInt32(batch, BASE_SEQUENCE_AT, NO_SEQUENCE)
  return sealEmpty(batch, maxTimestamp)
}

/** `batch` without its records: it still tells of its producer, its offsets and its time (as Kafka's cleaner leaves the last of a producer). */
export function emptiedBatch(batch: Uint8Array): Uint8Array {
  const header = batch.slice(0, BATCH_HEADER_BYTES)
  writeInt16(header, ATTRIBUTES_AT, attributesOf(header, 0) & ~(CODEC_MASK | DELETE_HORIZON_BIT))
  return sealEmpty(header, maxTimestampOf(batch, 0))
}

function sealEmpty(header: Uint8Array, timestamp: number): Uint8Array {
  writeInt32(header, BATCH_LENGTH_AT, BATCH_HEADER_BYTES - LOG_OVERHEAD)
  writeInt64(header, BASE_TIMESTAMP_AT, timestamp)
  writeInt64(header, MAX_TIMESTAMP_AT, timestamp)
  writeInt32(header, RECORD_COUNT_AT, 0)
  sealBatch(header, 0)
  return header
}

import type { Clock, Compression } from '@kafka-ts/io'
import {
  ATTRIBUTES_AT,
  attributesOf,
  BASE_TIMESTAMP_AT,
  BATCH_HEADER_BYTES,
  BATCH_LENGTH_AT,
  baseOffsetOf,
  baseTimestampOf,
  CONTROL_BIT,
  codecOf,
  compressRecords,
  DELETE_HORIZON_BIT,
  decompressRecords,
  LOG_OVERHEAD,
  lastOffsetOf,
  MALFORMED,
  MAX_TIMESTAMP_AT,
  maxTimestampOf,
  NULL_POSITION,
  producerIdOf,
  RECORD_COUNT_AT,
  RecordsError,
  RecordWalker,
  recordCountOf,
  sealBatch,
  TIMESTAMP_TYPE_BIT,
  writeInt16,
  writeInt32,
  writeInt64,
} from '@kafka-ts/protocol/records'
import { emptiedBatch } from './empty-batch.ts'
import type { OffsetMap } from './offset-map.ts'
import type { Pacer } from './pacer.ts'
import { RetainedRecords } from './retained-records.ts'

/** What one compressed batch may become; a larger one ends the cleaning. */
export const MAX_DECOMPRESSED_BYTES = 64 * 1024 * 1024
/** Looking at the clock costs as much as a few records do. */
export const RECORDS_PER_LOOK = 32

export interface BatchFilterOptions {
  readonly map: OffsetMap
  readonly clock: Pick<Clock, 'now'>
  readonly pacer: Pacer
  readonly compression: Compression
  /** `delete.retention.ms` */
  readonly deleteRetentionMs: number
  /** Records below are not served any more. */
  readonly logStartOffset: number
  /** Whether a producer's last offset is the last one of this batch, so that the batch alone tells of its sequence. */
  readonly isLastOfProducer: (producerId: number, lastOffset: number) => boolean
}

/**
 * Decides, batch by batch, what compaction keeps: records up to the last offset of the map whose key has no later one there, and everything
 * behind it. Offsets never change.
 *
 * A tombstone stays until its delete horizon (KIP-534): when it is first cleaned, and so everything of its key before it is gone, the batch gets
 * the horizon, in the base timestamp, with bit 6 of its attributes set; once the wall clock is past it, the next cleaning drops the tombstone.
 */
export class BatchFilter {
  readonly #options: BatchFilterOptions
  readonly #walker = new RecordWalker()
  readonly #retained = new RetainedRecords()
  /** The next time at which there are tombstones to drop; infinite when there are none with a horizon. */
  earliestHorizonMs = Number.POSITIVE_INFINITY

  constructor(options: BatchFilterOptions) {
    this.#options = options
  }

  /** What is left of a whole batch: itself, another, or undefined for nothing. Throws `RecordsError` when it cannot be opened. */
  async filter(batch: Uint8Array): Promise<Uint8Array | undefined> {
    const attributes = attributesOf(batch, 0)
    // What transactions decided is not known here.
    if ((attributes & CONTROL_BIT) !== 0) return batch
    if (recordCountOf(batch, 0) === 0) return this.#isProducerNeeded(batch) ? batch : undefined
    const codec = codecOf(attributes)
    const { compression } = this.#options
    const isPlain = codec === 'none'
    const records = isPlain
      ? batch.subarray(BATCH_HEADER_BYTES)
      : await decompressRecords(codec, batch.subarray(BATCH_HEADER_BYTES), MAX_DECOMPRESSED_BYTES, compression)
    await this.#select(batch, records)
    const { count, hasTombstone } = this.#retained
    if (count === 0) return this.#isProducerNeeded(batch) ? emptiedBatch(batch) : undefined
    const presentHorizonMs = horizonOf(batch)
    const horizonMs = hasTombstone ? (presentHorizonMs ?? this.#newHorizon(batch)) : presentHorizonMs
    if (hasTombstone && horizonMs !== undefined) this.earliestHorizonMs = Math.min(this.earliestHorizonMs, horizonMs)
    if (count === recordCountOf(batch, 0) && horizonMs === presentHorizonMs) return batch
    const baseTimestamp = horizonMs ?? baseTimestampOf(batch, 0)
    const encoded = this.#retained.encode(baseTimestamp)
    return this.#rebuild(batch, isPlain ? encoded : await compressRecords(codec, encoded, compression), horizonMs)
  }

  async #select(batch: Uint8Array, records: Uint8Array): Promise<void> {
    const { pacer } = this.#options
    const walker = this.#walker
    const recordCount = recordCountOf(batch, 0)
    const baseOffset = baseOffsetOf(batch, 0)
    const horizonMs = horizonOf(batch)
    const areTombstonesDue = horizonMs !== undefined && this.#options.clock.now() >= horizonMs
    this.#retained.begin(records, baseTimestampOf(batch, 0))
    let at = 0
    for (let index = 0; index < recordCount; index++) {
      const end = walker.walk(records, at, records.length)
      if (end === MALFORMED) throw new RecordsError('corrupt', `the batch at offset ${baseOffset}: ${walker.problem}`)
      const isTombstone = walker.valueStart === NULL_POSITION
      const isKept = this.#isLatest(records, baseOffset + walker.offsetDelta) && !(isTombstone && areTombstonesDue)
      if (isKept) this.#retained.add(at, end, { timestampDelta: walker.timestampDelta, isTombstone })
      at = end
      if ((index + 1) % RECORDS_PER_LOOK === 0 && pacer.isOver) await pacer.rest()
    }
    if (at !== records.length) throw new RecordsError('corrupt', `the batch at offset ${baseOffset} does not end with its last record`)
  }

  /** Whether the record that was walked is the last of its key, as far as the map knows; one without a key is not any. */
  #isLatest(records: Uint8Array, offset: number): boolean {
    const { map, logStartOffset } = this.#options
    if (offset < logStartOffset) return false
    if (offset > map.latestOffset) return true
    const { keyStart, keyEnd } = this.#walker
    return keyStart !== NULL_POSITION && map.get(records, keyStart, keyEnd) <= offset
  }

  /** undefined while what lies before the tombstones of the batch may not be gone yet. */
  #newHorizon(batch: Uint8Array): number | undefined {
    const { map, clock, deleteRetentionMs } = this.#options
    if (lastOffsetOf(batch, 0) > map.latestOffset) return undefined
    return Math.min(clock.now() + deleteRetentionMs, Number.MAX_SAFE_INTEGER)
  }

  #isProducerNeeded(batch: Uint8Array): boolean {
    const producerId = producerIdOf(batch, 0)
    return producerId >= 0 && this.#options.isLastOfProducer(producerId, lastOffsetOf(batch, 0))
  }

  #rebuild(batch: Uint8Array, records: Uint8Array, horizonMs: number | undefined): Uint8Array {
    const { count, maxTimestamp } = this.#retained
    const attributes = attributesOf(batch, 0)
    const rebuilt = new Uint8Array(BATCH_HEADER_BYTES + records.length)
    rebuilt.set(batch.subarray(0, BATCH_HEADER_BYTES))
    rebuilt.set(records, BATCH_HEADER_BYTES)
    writeInt32(rebuilt, BATCH_LENGTH_AT, rebuilt.length - LOG_OVERHEAD)
    if (horizonMs !== undefined) {
      writeInt16(rebuilt, ATTRIBUTES_AT, attributes | DELETE_HORIZON_BIT)
      writeInt64(rebuilt, BASE_TIMESTAMP_AT, horizonMs)
    }
    const isLogAppendTime = (attributes & TIMESTAMP_TYPE_BIT) !== 0
    writeInt64(rebuilt, MAX_TIMESTAMP_AT, isLogAppendTime ? maxTimestampOf(batch, 0) : maxTimestamp)
    writeInt32(rebuilt, RECORD_COUNT_AT, count)
    sealBatch(rebuilt, 0)
    return rebuilt
  }
}

/** The delete horizon of a batch, milliseconds since 1970; undefined while it has none. */
export function horizonOf(batch: Uint8Array): number | undefined {
  return (attributesOf(batch, 0) & DELETE_HORIZON_BIT) === 0 ? undefined : baseTimestampOf(batch, 0)
}

import type { Compression } from '@kafka-ts/io'
import { batchBytesOf, maxTimestampOf, openBatch, recordCountOf } from '@kafka-ts/protocol/records'
import type { LogAppender } from './log-appender.ts'
import type { LogReader } from './log-reader.ts'

/** The offset of a record and its timestamp. */
export interface TimestampOffset {
  readonly timestamp: number
  readonly offset: number
}

const READ_BYTES = 256 * 1024
/** As `LogReader` callers are told: what one compressed batch may become. */
const MAX_DECOMPRESSED_BYTES = 64 * 1024 * 1024

/** Finds records by their timestamps, with the help of the time indexes. */
export class TimestampLookup {
  readonly #appender: LogAppender
  readonly #reader: LogReader
  readonly #compression: Compression

  constructor(appender: LogAppender, reader: LogReader, compression: Compression) {
    this.#appender = appender
    this.#reader = reader
    this.#compression = compression
  }

  /** The first record (by offset) with a timestamp of at least `timestampMs` below `limitOffset`. */
  findFirst(timestampMs: number, limitOffset: number): Promise<TimestampOffset | undefined> {
    return this.#unlessReplaced(() => this.#findFirst(timestampMs, limitOffset))
  }

  /** The first record with the largest timestamp below `limitOffset` (KIP-734). */
  findMax(limitOffset: number): Promise<TimestampOffset | undefined> {
    return this.#unlessReplaced(() => this.#findMax(limitOffset))
  }

  /** Searches again when the log was cleaned meanwhile: files of the segments that were gone through may be gone. */
  async #unlessReplaced<Result>(search: () => Promise<Result>): Promise<Result> {
    const { segments } = this.#appender.storage
    const isReplaced = (): boolean => segments !== this.#appender.storage.segments
    try {
      const found = await search()
      return isReplaced() ? await this.#unlessReplaced(search) : found
    } catch (error) {
      if (isReplaced()) return this.#unlessReplaced(search)
      throw error
    }
  }

  async #findFirst(timestampMs: number, limitOffset: number): Promise<TimestampOffset | undefined> {
    for (const segment of this.#appender.storage.segments) {
      const indexes = await segment.ensureIndexes(this.#appender.config.indexIntervalBytes)
      if (indexes.maxTimestamp < timestampMs) continue
      const from = indexes.timeIndex.lookupBelow(timestampMs)?.offset ?? segment.baseOffset
      const found = await this.#scan(Math.max(from, this.#appender.offsets.logStart), limitOffset, timestampMs)
      if (found !== undefined) return found
    }
    return undefined
  }

  async #findMax(limitOffset: number): Promise<TimestampOffset | undefined> {
    let max: TimestampOffset | undefined
    for (const segment of this.#appender.storage.segments) {
      if (segment.baseOffset >= limitOffset) break
      const indexes = await segment.ensureIndexes(this.#appender.config.indexIntervalBytes)
      if (indexes.maxTimestamp <= (max?.timestamp ?? -1)) continue
      max = (await this.#scanMax(segment.baseOffset, Math.min(limitOffset, this.#endOf(segment.baseOffset)), max)) ?? max
    }
    return max
  }

  #endOf(baseOffset: number): number {
    const { segments } = this.#appender.storage
    return segments.find((segment) => segment.baseOffset > baseOffset)?.baseOffset ?? this.#appender.offsets.written
  }

  async #scan(from: number, limitOffset: number, timestampMs: number): Promise<TimestampOffset | undefined> {
    for await (const batch of this.#batches(from, limitOffset)) {
      if (maxTimestampOf(batch, 0) < timestampMs) continue
      const reader = await this.#open(batch)
      while (reader.next()) {
        if (reader.timestamp >= timestampMs && reader.offset >= from) return { timestamp: reader.timestamp, offset: reader.offset }
      }
    }
    return undefined
  }

  async #scanMax(from: number, limitOffset: number, least: TimestampOffset | undefined): Promise<TimestampOffset | undefined> {
    let maxBatch: Uint8Array | undefined
    let maxTimestamp = least?.timestamp ?? -1
    for await (const batch of this.#batches(Math.max(from, this.#appender.offsets.logStart), limitOffset)) {
      // What compaction emptied keeps its timestamp, for retention.
      if (maxTimestampOf(batch, 0) <= maxTimestamp || recordCountOf(batch, 0) === 0) continue
      maxTimestamp = maxTimestampOf(batch, 0)
      maxBatch = batch
    }
    if (maxBatch === undefined) return undefined
    const reader = await this.#open(maxBatch)
    while (reader.next()) if (reader.timestamp === maxTimestamp) return { timestamp: maxTimestamp, offset: reader.offset }
    return undefined
  }

  #open(batch: Uint8Array): ReturnType<typeof openBatch> {
    return openBatch(batch, 0, { maxOutputBytes: MAX_DECOMPRESSED_BYTES, door: this.#compression })
  }

  async *#batches(from: number, limitOffset: number): AsyncGenerator<Uint8Array> {
    let offset = from
    for (;;) {
      const slice = await this.#reader.read({ offset, maxBytes: READ_BYTES, limitOffset, atLeastOne: true })
      if (slice.bytes === 0) return
      for (const buffer of slice.buffers) yield* batchesOf(buffer)
      offset = slice.nextOffset
    }
  }
}

function* batchesOf(buffer: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < buffer.length; ) {
    const end = at + batchBytesOf(buffer, at)
    yield buffer.subarray(at, end)
    at = end
  }
}

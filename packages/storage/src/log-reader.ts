import { DiskError } from '@kafka-ts/io'
import { BATCH_HEADER_BYTES, batchBytesOf, checkBatch, recordCountOf } from '@kafka-ts/protocol/records'
import { MAX_BATCH_BYTES } from './batch-scanner.ts'
import type { LogAppender } from './log-appender.ts'
import type { LogDamage } from './log-listener.ts'
import type { Segment } from './segment.ts'
import { StorageError } from './storage-error.ts'
import { type StoredBatch, storedBatchOf } from './stored-batch.ts'

export interface LogReadOptions {
  readonly offset: number
  readonly maxBytes: number
  /** Exclusive; batches that end above it are not returned. */
  readonly limitOffset: number
  /** The first batch is returned even when it is larger than `maxBytes`. */
  readonly atLeastOne: boolean
}

/** Whole batches, uncopied: of the log's memory, so they must not be changed. The first may begin below the offset asked for. */
export interface LogSlice {
  readonly buffers: readonly Uint8Array[]
  readonly bytes: number
  /** The base offset of the first batch; the offset asked for when there is none. */
  readonly firstOffset: number
  /** Where to read on. */
  readonly nextOffset: number
}

/** What is read beyond the bytes asked for, so that the batch with the offset, which the index finds only roughly, still fits. */
const SLACK_BYTES = 16 * 1024
/** Where readers that go on where they stopped left off; the oldest is forgotten. */
const MAX_CURSORS = 8

/** What a read found on disk. */
interface FoundSlice extends LogSlice {
  readonly hasRecords: boolean
}

interface Cursor {
  readonly segment: Segment
  readonly position: number
}

/** Reads of one log: from memory where it still is, else from its segments, each batch checked before it is served. */
export class LogReader {
  readonly #appender: LogAppender
  readonly #onDamage: (damage: LogDamage) => void
  readonly #cursors = new Map<number, Cursor>()

  /** `onDamage` hears of each place on disk that fails its checks. */
  constructor(appender: LogAppender, onDamage: (damage: LogDamage) => void) {
    this.#appender = appender
    this.#onDamage = onDamage
  }

  /** Throws `StorageError` `OFFSET_OUT_OF_RANGE`, `CORRUPT`; rejects with them when it had to go to the disk. */
  read(options: LogReadOptions): LogSlice | Promise<LogSlice> {
    this.#ensureInRange(options.offset)
    const limitOffset = Math.min(options.limitOffset, this.#appender.offsets.written)
    if (options.offset >= limitOffset) return emptySlice(options.offset)
    const bounded = limitOffset === options.limitOffset ? options : { ...options, limitOffset }
    return this.#readMemory(bounded) ?? this.readDisk(bounded)
  }

  /** Forgets positions: the segments changed. */
  clear(): void {
    this.#cursors.clear()
  }

  #readMemory({ offset, maxBytes, limitOffset, atLeastOne }: LogReadOptions): LogSlice | undefined {
    const { tail } = this.#appender
    const first = tail.find(offset)
    if (first === undefined) return undefined
    const slice = new SliceBuilder(offset)
    for (let index = first; ; index++) {
      const batch = tail.at(index)
      if (batch === undefined || batch.nextOffset > limitOffset) break
      if (slice.bytes + batch.bytes.length > maxBytes && !(atLeastOne && slice.bytes === 0)) break
      slice.add(batch)
    }
    return slice.build()
  }

  /** As `read`, of what is on disk even where memory has it too. */
  async readDisk(options: LogReadOptions): Promise<LogSlice> {
    const { segments } = this.#appender.storage
    try {
      const slice = await this.#readRecords(options)
      // An index and the file it was used for may be of one segment before and after its cleaning.
      return segments === this.#appender.storage.segments ? slice : await this.readDisk(options)
    } catch (error) {
      // The segment may have been deleted, cut or replaced between looking it up and reading it.
      this.#ensureInRange(options.offset)
      if (segments !== this.#appender.storage.segments) return this.readDisk(options)
      if (error instanceof DiskError && error.code === 'ENOENT') {
        throw new StorageError('OFFSET_OUT_OF_RANGE', `offset ${options.offset} was deleted`, { cause: error })
      }
      throw error
    }
  }

  /** Batches that compaction emptied are served only in front of others, or when nothing follows them: some clients take them for the end. */
  async #readRecords(options: LogReadOptions): Promise<LogSlice> {
    let slice = await this.#readSegments(options)
    while (!slice.hasRecords && slice.nextOffset > options.offset && slice.nextOffset < options.limitOffset) {
      const next = await this.#readSegments({ ...options, offset: slice.nextOffset })
      if (next.bytes === 0) break
      slice = next
    }
    return slice
  }

  async #readSegments(options: LogReadOptions): Promise<FoundSlice> {
    const cursor = this.#takeCursor(options.offset)
    const { segments } = this.#appender.storage
    let index =
      cursor === undefined ? segments.findLastIndex((segment) => segment.baseOffset <= options.offset) : segments.indexOf(cursor.segment)
    let position = cursor?.position
    for (; index < segments.length; index++) {
      const segment = segments[index]
      if (segment === undefined) break
      position ??= await this.#positionOf(segment, options.offset)
      const slice = await this.#readSegment(segment, position, options)
      if (slice.bytes > 0) return slice
      // Nothing behind the offset in this segment: it lies in the next one.
      const next = segments[index + 1]
      if (next === undefined || slice.nextOffset !== options.offset || next.baseOffset > options.offset) return slice
      position = 0
    }
    throw new StorageError('OFFSET_OUT_OF_RANGE', `offset ${options.offset} is not in the log`)
  }

  async #positionOf(segment: Segment, offset: number): Promise<number> {
    const indexes = await segment.ensureIndexes(this.#appender.config.indexIntervalBytes)
    return indexes.offsetIndex.lookup(offset)
  }

  async #readSegment(segment: Segment, from: number, options: LogReadOptions): Promise<FoundSlice> {
    let position = from
    let wanted = options.maxBytes + SLACK_BYTES
    for (;;) {
      const end = Math.min(segment.sizeBytes, position + Math.max(wanted, BATCH_HEADER_BYTES))
      const chunk = new Uint8Array(Math.max(end - position, 0))
      const filled = await segment.file.read(chunk, position)
      if (filled < chunk.length) await this.#refuse(segment, position + filled, 'the file is shorter than it was')
      const indexes = await segment.ensureIndexes(this.#appender.config.indexIntervalBytes)
      const checksums = await indexes.headerChecksums.read(position, position + filled, segment.checksumFile)
      const slice = new SliceBuilder(options.offset)
      let at = 0
      let isFull = false
      while (at < filled && !isFull) {
        const problem = checkBatch(chunk, at, filled, { validation: 'checksum', allowOffsetGaps: true, maxBytes: MAX_BATCH_BYTES })
        if (problem?.kind === 'truncated') break
        if (problem !== undefined) await this.#refuse(segment, position + at, problem.message)
        const batch = storedBatchOf(chunk.subarray(at, at + batchBytesOf(chunk, at)))
        if (checksums.next(position + at) !== batch.headerChecksum)
          await this.#refuse(segment, position + at, 'the header checksum does not match')
        isFull = batch.nextOffset > options.limitOffset
        if (!isFull && batch.nextOffset > options.offset) {
          isFull = slice.bytes + batch.bytes.length > options.maxBytes && !(options.atLeastOne && slice.bytes === 0)
          if (!isFull) slice.add(batch)
        }
        if (!isFull) at += batch.bytes.length
      }
      if (slice.bytes > 0 || isFull || position + at >= segment.sizeBytes) {
        this.#noteCursor(slice.nextOffset, { segment, position: position + at })
        return slice.build()
      }
      if (at === 0) {
        const batchBytes = filled < BATCH_HEADER_BYTES ? Number.POSITIVE_INFINITY : batchBytesOf(chunk, 0)
        if (position + batchBytes > segment.sizeBytes) await this.#refuse(segment, position, 'the batch is cut short')
        wanted = batchBytes
      }
      position += at
    }
  }

  #takeCursor(offset: number): Cursor | undefined {
    const cursor = this.#cursors.get(offset)
    if (cursor === undefined) return undefined
    this.#cursors.delete(offset)
    return this.#appender.storage.segments.includes(cursor.segment) ? cursor : undefined
  }

  #noteCursor(offset: number, cursor: Cursor): void {
    this.#cursors.delete(offset)
    this.#cursors.set(offset, cursor)
    if (this.#cursors.size <= MAX_CURSORS) return
    for (const oldest of this.#cursors.keys()) {
      this.#cursors.delete(oldest)
      return
    }
  }

  #ensureInRange(offset: number): void {
    const { logStart, logEnd } = this.#appender.offsets
    if (offset >= logStart && offset <= logEnd) return
    throw new StorageError('OFFSET_OUT_OF_RANGE', `offset ${offset} is outside of ${logStart} to ${logEnd}`)
  }

  async #refuse(segment: Segment, position: number, problem: string): Promise<never> {
    const file = segment.files.log
    // The file may have been deleted, cut or replaced meanwhile: what was read of it says nothing of the log any more.
    if (this.#appender.storage.segments.includes(segment) && position < segment.sizeBytes) {
      const { offsetIndex } = await segment.ensureIndexes(this.#appender.config.indexIntervalBytes)
      const { from, to } = offsetIndex.offsetsAround(position)
      const { segments, nextOffset } = this.#appender.storage
      const toOffset = to ?? segments[segments.indexOf(segment) + 1]?.baseOffset ?? nextOffset
      this.#onDamage({ file, position, fromOffset: from, toOffset, problem })
    }
    throw new StorageError('CORRUPT', `${file} at byte ${position}: ${problem}. It was not served.`)
  }
}

class SliceBuilder {
  readonly #offset: number
  readonly #buffers: Uint8Array[] = []
  #firstOffset: number | undefined
  #hasRecords = false
  nextOffset: number
  bytes = 0

  constructor(offset: number) {
    this.#offset = offset
    this.nextOffset = offset
  }

  add(batch: StoredBatch): void {
    this.#firstOffset ??= batch.baseOffset
    this.nextOffset = batch.nextOffset
    this.bytes += batch.bytes.length
    this.#hasRecords ||= recordCountOf(batch.bytes, 0) > 0
    const last = this.#buffers.at(-1)
    // Neighbours in memory leave as one buffer: a gathering write costs per buffer.
    if (last !== undefined && last.buffer === batch.bytes.buffer && last.byteOffset + last.length === batch.bytes.byteOffset) {
      this.#buffers[this.#buffers.length - 1] = new Uint8Array(last.buffer, last.byteOffset, last.length + batch.bytes.length)
    } else {
      this.#buffers.push(batch.bytes)
    }
  }

  build(): FoundSlice {
    const { bytes, nextOffset } = this
    return { buffers: this.#buffers, bytes, firstOffset: this.#firstOffset ?? this.#offset, nextOffset, hasRecords: this.#hasRecords }
  }
}

function emptySlice(offset: number): LogSlice {
  return { buffers: [], bytes: 0, firstOffset: offset, nextOffset: offset }
}

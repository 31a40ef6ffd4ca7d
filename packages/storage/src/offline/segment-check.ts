import type { Disk } from '@kafka-ts/io'
import { readInt64, readUint32 } from '@kafka-ts/protocol/records'
import { readFileSync } from '../atomic-file.ts'
import { HEADER_CHECKSUM_ENTRY_BYTES } from '../header-checksums.ts'
import { OFFSET_INDEX_ENTRY_BYTES } from '../offset-index.ts'
import type { SegmentFiles } from '../segment-files.ts'
import type { StoredBatch } from '../stored-batch.ts'
import { TIME_INDEX_ENTRY_BYTES } from '../time-index.ts'

/**
 * Holds the three tables beside a log file against its batches, which are shown in order. An entry that no batch bears out is a problem of its
 * file, not of the records.
 */
export class SegmentCheck {
  readonly #baseOffset: number
  readonly #checksums: Uint8Array
  readonly #offsetIndex: IndexEntries
  readonly #timeIndex: IndexEntries
  readonly #problems = new Map<string, string>()

  /** Throws `DiskError`. */
  constructor(disk: Disk, files: SegmentFiles, options: { readonly baseOffset: number; readonly mustHaveFiles: boolean }) {
    this.#baseOffset = options.baseOffset
    const read = (path: string, entryBytes: number): Uint8Array => {
      if (disk.statSync(path) === undefined) {
        if (options.mustHaveFiles) this.#problems.set(path, 'is missing')
        return new Uint8Array(0)
      }
      const bytes = readFileSync(disk, path)
      if (bytes.length % entryBytes !== 0) this.#problems.set(path, `${bytes.length} bytes are no multiple of ${entryBytes}`)
      return bytes
    }
    this.#checksums = read(files.headerChecksums, HEADER_CHECKSUM_ENTRY_BYTES)
    this.#offsetIndex = { path: files.offsetIndex, bytes: read(files.offsetIndex, OFFSET_INDEX_ENTRY_BYTES), at: 0 }
    this.#timeIndex = { path: files.timeIndex, bytes: read(files.timeIndex, TIME_INDEX_ENTRY_BYTES), at: 0 }
  }

  /** By file, what is wrong with it: the first thing that was found. */
  get problems(): ReadonlyMap<string, string> {
    return this.#problems
  }

  /** Whether a batch lies at `position` whose head has these bytes. What the file does not cover cannot be told from what was written. */
  isHeadRight(batch: StoredBatch, position: number): boolean {
    let low = 0
    let high = Math.floor(this.#checksums.length / HEADER_CHECKSUM_ENTRY_BYTES)
    const count = high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (readUint32(this.#checksums, middle * HEADER_CHECKSUM_ENTRY_BYTES) < position) low = middle + 1
      else high = middle
    }
    if (low === count) return true
    const at = low * HEADER_CHECKSUM_ENTRY_BYTES
    return readUint32(this.#checksums, at) === position && readUint32(this.#checksums, at + 4) === batch.headerChecksum
  }

  /** Shows the next good batch. */
  add(batch: StoredBatch, position: number): void {
    this.#checkOffsetIndex(batch, position)
    this.#checkTimeIndex(batch)
  }

  /** Entries up to here concern bytes that are no batch: nothing can be said of them. */
  skipTo(position: number, offset: number): void {
    const { bytes } = this.#offsetIndex
    while (hasEntry(this.#offsetIndex, OFFSET_INDEX_ENTRY_BYTES) && readUint32(bytes, this.#offsetIndex.at + 4) < position)
      this.#offsetIndex.at += OFFSET_INDEX_ENTRY_BYTES
    while (hasEntry(this.#timeIndex, TIME_INDEX_ENTRY_BYTES) && this.#timeOffset() < offset) this.#timeIndex.at += TIME_INDEX_ENTRY_BYTES
  }

  /** After the last batch. */
  finish(): void {
    if (hasEntry(this.#offsetIndex, OFFSET_INDEX_ENTRY_BYTES)) this.#complain(this.#offsetIndex, 'an entry points behind the last batch')
    if (hasEntry(this.#timeIndex, TIME_INDEX_ENTRY_BYTES)) this.#complain(this.#timeIndex, 'an entry names an offset behind the last batch')
  }

  #checkOffsetIndex({ nextOffset }: StoredBatch, position: number): void {
    const index = this.#offsetIndex
    while (hasEntry(index, OFFSET_INDEX_ENTRY_BYTES)) {
      const entryPosition = readUint32(index.bytes, index.at + 4)
      if (entryPosition > position) return
      const offset = this.#baseOffset + readUint32(index.bytes, index.at)
      if (entryPosition < position) this.#complain(index, `no batch begins at position ${entryPosition}`)
      else if (offset !== nextOffset - 1)
        this.#complain(index, `position ${position} is of the batch that ends with ${nextOffset - 1}, not with ${offset}`)
      index.at += OFFSET_INDEX_ENTRY_BYTES
    }
  }

  #checkTimeIndex({ nextOffset, maxTimestamp }: StoredBatch): void {
    while (hasEntry(this.#timeIndex, TIME_INDEX_ENTRY_BYTES) && this.#timeOffset() < nextOffset) {
      const timestamp = readInt64(this.#timeIndex.bytes, this.#timeIndex.at)
      if (timestamp !== maxTimestamp)
        this.#complain(this.#timeIndex, `offset ${this.#timeOffset()} has timestamp ${maxTimestamp}, not ${timestamp}`)
      this.#timeIndex.at += TIME_INDEX_ENTRY_BYTES
    }
  }

  #timeOffset(): number {
    return this.#baseOffset + readUint32(this.#timeIndex.bytes, this.#timeIndex.at + 8)
  }

  #complain({ path }: IndexEntries, problem: string): void {
    if (!this.#problems.has(path)) this.#problems.set(path, problem)
  }
}

interface IndexEntries {
  readonly path: string
  readonly bytes: Uint8Array
  /** Of the next entry to compare. */
  at: number
}

function hasEntry({ bytes, at }: IndexEntries, entryBytes: number): boolean {
  return at + entryBytes <= bytes.length
}

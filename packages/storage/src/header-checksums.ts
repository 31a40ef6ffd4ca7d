import type { DiskFile } from '@kafka-ts/io'
import { readUint32, writeInt32 } from '@kafka-ts/protocol/records'
import { EntryTable } from './entry-table.ts'

/** Bytes of an entry: the position of a batch in the log file, then the CRC-32C of its first 17 bytes. */
export const HEADER_CHECKSUM_ENTRY_BYTES = 8
/** How much of the file one step of a search reads. */
const BLOCK_ENTRIES = 512

/** The header checksums of consecutive batches of a segment, by position. */
export class HeaderChecksumRange {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** The checksum of the batch at `position`; undefined when no entry is for it. Positions must be asked in rising order. */
  next(position: number): number | undefined {
    while (this.#at < this.#bytes.length) {
      const entryPosition = readUint32(this.#bytes, this.#at)
      if (entryPosition > position) return undefined
      this.#at += HEADER_CHECKSUM_ENTRY_BYTES
      if (entryPosition === position) return readUint32(this.#bytes, this.#at - 4)
    }
    return undefined
  }
}

/**
 * The checksums of the header bytes that a batch's CRC leaves out, one entry a batch. Only what is not flushed yet is in
 * memory: with small batches the whole would be several percent of the log.
 */
export class HeaderChecksums {
  readonly table = new EntryTable(HEADER_CHECKSUM_ENTRY_BYTES)

  append(position: number, checksum: number): void {
    const at = this.table.addEntry()
    writeInt32(this.table.bytes, at, position)
    writeInt32(this.table.bytes, at + 4, checksum)
  }

  /** The entries of the batches that begin between `from` and `to` (exclusive). `file`: the open file, if there is one yet. */
  async read(from: number, to: number, file: DiskFile | undefined): Promise<HeaderChecksumRange> {
    const inMemory = this.#memoryRange(from, to)
    const onDisk = this.table.firstInMemory
    if (file === undefined || onDisk === 0 || (inMemory.length > 0 && readUint32(inMemory, 0) === from)) {
      return new HeaderChecksumRange(inMemory)
    }
    const first = await findFirst(file, onDisk, from)
    const end = await findFirst(file, onDisk, to)
    const joined = new Uint8Array((end - first) * HEADER_CHECKSUM_ENTRY_BYTES + inMemory.length)
    await file.read(joined.subarray(0, joined.length - inMemory.length), first * HEADER_CHECKSUM_ENTRY_BYTES)
    joined.set(inMemory, joined.length - inMemory.length)
    return new HeaderChecksumRange(joined)
  }

  /** How many batches begin before `position`. */
  async countBefore(position: number, file: DiskFile | undefined): Promise<number> {
    const inMemory = this.#firstInMemoryAtLeast(position)
    if (inMemory > this.table.firstInMemory || file === undefined) return inMemory
    return findFirst(file, this.table.firstInMemory, position)
  }

  #memoryRange(from: number, to: number): Uint8Array {
    const first = this.#firstInMemoryAtLeast(from)
    const end = this.#firstInMemoryAtLeast(to)
    return this.table.bytes.slice(this.table.at(first), this.table.at(end))
  }

  #firstInMemoryAtLeast(position: number): number {
    let low = this.table.firstInMemory
    let high = this.table.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (readUint32(this.table.bytes, this.table.at(middle)) < position) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The first of the `count` entries of the file whose position is at least `position`, or `count`. */
async function findFirst(file: DiskFile, count: number, position: number): Promise<number> {
  const block = new Uint8Array(BLOCK_ENTRIES * HEADER_CHECKSUM_ENTRY_BYTES)
  let low = 0
  let high = count
  while (high - low > BLOCK_ENTRIES) {
    const middle = (low + high) >>> 1
    const entry = block.subarray(0, HEADER_CHECKSUM_ENTRY_BYTES)
    // A table shorter than expected ends the search before its end; the checks of the caller then find the entry missing.
    const found = await file.read(entry, middle * HEADER_CHECKSUM_ENTRY_BYTES)
    if (found === entry.length && readUint32(entry, 0) < position) low = middle + 1
    else high = middle
  }
  const bytes = await file.read(block.subarray(0, (high - low) * HEADER_CHECKSUM_ENTRY_BYTES), low * HEADER_CHECKSUM_ENTRY_BYTES)
  for (let at = 0; at + HEADER_CHECKSUM_ENTRY_BYTES <= bytes; at += HEADER_CHECKSUM_ENTRY_BYTES) {
    if (readUint32(block, at) >= position) return low + at / HEADER_CHECKSUM_ENTRY_BYTES
  }
  return low + Math.floor(bytes / HEADER_CHECKSUM_ENTRY_BYTES)
}

import { Buffer } from 'node:buffer'
import type { Disk } from '@kafka-ts/io'

const INITIAL_ENTRIES = 16

/**
 * Entries of one size, appended in order: the content of an index file. What was appended since the last flush is only in
 * memory; what was flushed may be dropped from memory (`forgetFlushed`) when the file alone is to answer.
 */
export class EntryTable {
  readonly entryBytes: number
  #bytes: Uint8Array = new Uint8Array(0)
  /** The first entry that is in memory; those before it are in the file. */
  #first = 0
  #count = 0
  #flushedCount = 0
  /** The file holds entries that were cut off again. */
  #isFileTooLong = false

  constructor(entryBytes: number) {
    this.entryBytes = entryBytes
  }

  get count(): number {
    return this.#count
  }

  get firstInMemory(): number {
    return this.#first
  }

  get isDirty(): boolean {
    return this.#isFileTooLong || this.#flushedCount < this.#count
  }

  /** The bytes of the entries in memory; valid until the next `addEntry`. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Makes room for one entry behind the last; returns where in `bytes` the caller writes it. */
  addEntry(): number {
    const at = (this.#count - this.#first) * this.entryBytes
    if (at + this.entryBytes > this.#bytes.length) this.#grow()
    this.#count++
    return at
  }

  /** Where in `bytes` entry `index` lies, which must be in memory. */
  at(index: number): number {
    return (index - this.#first) * this.entryBytes
  }

  /** Cuts back to `count` entries. */
  truncate(count: number): void {
    if (count >= this.#count) return
    this.#count = count
    if (count < this.#first) this.#first = count
    if (count < this.#flushedCount) {
      this.#flushedCount = count
      this.#isFileTooLong = true
    }
  }

  /** Takes over the content of a file; a rest shorter than an entry is dropped. */
  load(content: Uint8Array): void {
    this.#bytes = content
    this.#first = 0
    this.#count = Math.floor(content.length / this.entryBytes)
    this.#flushedCount = this.#count
    this.#isFileTooLong = content.length % this.entryBytes !== 0
  }

  /** Starts anew as the continuation of a file of which `count` entries hold, none of them in memory; the file may be longer. */
  continueFile(count: number, isFileLonger: boolean): void {
    this.#bytes = new Uint8Array(0)
    this.#first = count
    this.#count = count
    this.#flushedCount = count
    this.#isFileTooLong = isFileLonger
  }

  /** Drops from memory what the file has. */
  forgetFlushed(): void {
    const keptFrom = this.at(this.#flushedCount)
    this.#bytes = this.#bytes.slice(keptFrom, this.at(this.#count))
    this.#first = this.#flushedCount
  }

  /** Writes what the file lacks of the first `count` entries and syncs it; the others wait for the next flush. */
  async flush(disk: Disk, path: string, count: number): Promise<void> {
    if (!this.isDirty) return
    const from = this.#flushedCount
    const to = Math.max(from, Math.min(count, this.#count))
    // A copy: `bytes` may move or be cut back while the write is under way.
    const pending = Buffer.from(this.#bytes.subarray(this.at(from), this.at(to)))
    const file = disk.openSync(path, 'create')
    try {
      if (this.#isFileTooLong) file.truncateSync(from * this.entryBytes)
      if (pending.length > 0) await file.write([pending], from * this.entryBytes)
      await file.sync()
    } finally {
      file.closeSync()
    }
    this.#isFileTooLong = this.#count < to
    this.#flushedCount = Math.min(to, this.#count)
  }

  #grow(): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, INITIAL_ENTRIES * this.entryBytes))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

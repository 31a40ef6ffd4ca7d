import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import type { Disk, Random } from '@kafka-ts/io'
import { copyBytes } from '@kafka-ts/protocol'
import { JournalFile } from './journal-file.ts'
import {
  ENTRY_HEADER_BYTES,
  encodeEntryHeader,
  entryTemplate,
  JOURNAL_HEADER_BYTES,
  type JournalEntryKind,
  NONCE_BYTES,
} from './journal-format.ts'
import { type JournalVisitor, replayJournal } from './journal-replay.ts'
import { isDiskFull } from './storage-error.ts'
import type { StoredBatch } from './stored-batch.ts'

/** The size of the first file: small, so that a broker in a test costs next to nothing. Each later one is larger by the factor. */
const FIRST_FILE_BYTES = 2 * 1024 * 1024
const GROWTH_FACTOR = 4
/** A file takes at most this share of the space that is left, so that a small disk is not full of journal. */
const SHARE_OF_FREE_SPACE = 1 / 8
const STAGING_BYTES = 64 * 1024
/** Smaller batches are copied together: a gathering write costs more per buffer than the copy. */
const COPIED_BELOW_BYTES = 2048
const FILE_SUFFIX = '.wal'
const NO_BATCHES: readonly StoredBatch[] = []
const END_TEMPLATE = entryTemplate({ topic: '', topicId: new Uint8Array(16), partition: 0 })

export interface JournalOptions<Member> {
  readonly disk: Disk
  readonly random: Random
  /** The directory of the files; made with the first one. */
  readonly path: string
  /** Makes the entry of that directory durable. */
  readonly syncParent: () => Promise<void>
  readonly maxFileBytes: number
  readonly maxFiles: number
  /** A file is full. Once everything its members wrote is durable elsewhere, `release` gives it back. */
  readonly onFull: (file: JournalFile<Member>) => void
  /** There is a file to `rotate` to. */
  readonly onRoom: () => void
  /** No file could be prepared; the next need tries again. */
  readonly onPrepareFailed: (error: unknown) => void
}

/** One entry to be: what `member` appended, or a note about its log. */
export interface JournalEntry<Member> {
  readonly member: Member
  /** From `entryTemplate`. */
  readonly template: Uint8Array
  readonly kind: Exclude<JournalEntryKind, 'end'>
  readonly offset: number
  readonly batches: readonly StoredBatch[]
  readonly payloadBytes: number
}

/**
 * The write-ahead journal of a directory: what is appended to any of its logs is written here one after the other, so that
 * one fdatasync makes it all durable. Groups of entries are gathered by `add` and written by `write`, each group into one file.
 */
export class Journal<Member> {
  readonly #options: JournalOptions<Member>
  readonly #free: JournalFile<Member>[] = []
  #files: JournalFile<Member>[] = []
  #current: JournalFile<Member> | undefined
  #unsynced: JournalFile<Member>[] = []
  #sequence = 0
  #targetBytes: number
  #preparing: Promise<void> | undefined
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #staging = new Uint8Array(STAGING_BYTES)
  #stagedBytes = 0
  /** Where the staged bytes that are not in `#gathered` yet begin. */
  #stagedFrom = 0
  #isClosed = false

  constructor(options: JournalOptions<Member>) {
    assert(options.maxFiles >= 2, 'a journal of one file could never be used again while its segments are flushed')
    this.#options = options
    this.#targetBytes = Math.min(FIRST_FILE_BYTES, options.maxFileBytes)
  }

  get hasUnsynced(): boolean {
    return this.#unsynced.length > 0
  }

  /** The bytes of the entry with this payload. */
  static entryBytes(template: Uint8Array, payloadBytes: number): number {
    return template.length + payloadBytes
  }

  /** Whether `bytes` of entries fit into the file that is written to. */
  fits(bytes: number): boolean {
    const file = this.#current
    if (file === undefined) return false
    if (file.position > JOURNAL_HEADER_BYTES && file.position > file.sizeBytes / 2) this.#prepareNext()
    return this.#gatheredBytes === 0
      ? file.hasRoomFor(bytes + ENTRY_HEADER_BYTES)
      : file.position + this.#gatheredBytes + bytes + ENTRY_HEADER_BYTES <= file.sizeBytes
  }

  /**
   * Goes on with the next file; false when none is free, then `onRoom` or `onPrepareFailed` follows. Nothing may be
   * gathered. Throws `DiskError`, after which the journal must not be used.
   */
  rotate(): boolean {
    assert(this.#gatheredBytes === 0, 'a group of entries lies in one file')
    const next = this.#free.shift()
    if (next === undefined) {
      this.#prepareNext()
      return false
    }
    const full = this.#current
    const sequence = this.#sequence + 1
    if (full !== undefined) this.#writeEnd(full, sequence)
    next.begin({ sequence, nonce: this.#options.random.bytes(NONCE_BYTES) })
    this.#sequence = sequence
    this.#current = next
    this.#noteUnsynced(next)
    if (full !== undefined) this.#options.onFull(full)
    return true
  }

  /** Gathers an entry that `fits`. */
  add(entry: JournalEntry<Member>): void {
    const file = this.#current!
    file.members.add(entry.member)
    const headerAt = this.#stage(entry.template.length)
    const fields = { kind: entry.kind, nonce: file.header!.nonce, offset: entry.offset, payloadBytes: entry.payloadBytes }
    encodeEntryHeader(this.#staging, headerAt, { template: entry.template, fields, batches: entry.batches })
    for (const { bytes } of entry.batches) {
      if (bytes.length < COPIED_BELOW_BYTES) {
        // First the place, then the buffer: making room may put another one there.
        const at = this.#stage(bytes.length)
        copyBytes('journal', this.#staging, at, bytes)
      } else {
        this.#gatherStaged()
        this.#gathered.push(bytes)
      }
    }
    this.#gatheredBytes += entry.template.length + entry.payloadBytes
  }

  /** Writes what was gathered into the page cache. Throws `DiskError`: then `abandon`. */
  write(): void {
    if (this.#gatheredBytes === 0) return
    const file = this.#current!
    this.#gatherStaged()
    // What is larger than the file makes it longer, by the end note too: on a disk that is full by then, that could not be written any more.
    if (file.position + this.#gatheredBytes + ENTRY_HEADER_BYTES > file.sizeBytes) this.#gathered.push(new Uint8Array(ENTRY_HEADER_BYTES))
    file.write(this.#gathered, file.position)
    file.position += this.#gatheredBytes
    this.#noteUnsynced(file)
    this.#clearGathered()
  }

  /** Makes sure that nothing of a group whose `write` failed is ever replayed. Throws `DiskError`. */
  abandon(): void {
    const file = this.#current!
    this.#clearGathered()
    file.invalidate()
  }

  /** Makes everything written so far durable. Rejects with `DiskError`, after which nothing may be synced again. */
  async sync(): Promise<void> {
    const files = this.#unsynced
    this.#unsynced = []
    // In order: entries count only if every one before them does.
    for (const file of files) await file.sync()
  }

  /** Gives back a file that was reported full. Rejects with `DiskError`. */
  async release(file: JournalFile<Member>): Promise<void> {
    await file.retire()
    try {
      await file.preallocate(await this.#affordableBytes())
    } catch (error) {
      // A smaller file is as good; it is merely full sooner.
      if (!isDiskFull(error)) throw error
    }
    if (this.#isClosed) return
    this.#free.push(file)
    this.#options.onRoom()
  }

  /** Opens the files that exist, before anything else. */
  openFiles(): void {
    const { disk, path } = this.#options
    if (disk.statSync(path) === undefined) return
    for (const name of disk.listSync(path)) {
      if (name.endsWith(FILE_SUFFIX)) this.#files.push(new JournalFile(disk, join(path, name)))
    }
  }

  /** Replays what a crash left in the files; see `replayJournal`. */
  replay(visitor: JournalVisitor): Promise<void> {
    return replayJournal(this.#files, visitor)
  }

  /** Ends the use of every file: what they held is durable elsewhere. With this the journal can be written to. */
  async reset(options: { readonly isKnownEmpty: boolean }): Promise<void> {
    // A process that was killed may have made a file and not synced its name: what is written to it now would go with a power cut.
    if (this.#files.length > 0) {
      await this.#options.disk.syncDirectory(this.#options.path)
      await this.#options.syncParent()
    }
    for (const file of this.#files) {
      if (!options.isKnownEmpty || file === this.#current) await file.retire()
      if (file.sizeBytes > JOURNAL_HEADER_BYTES && !this.#free.includes(file)) this.#free.push(file)
      this.#targetBytes = Math.max(this.#targetBytes, Math.min(file.sizeBytes, this.#options.maxFileBytes))
    }
    this.#current = undefined
  }

  /** Waits for background work, then closes the files. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#preparing
    for (const file of this.#files) file.close()
    this.#files = []
  }

  #writeEnd(file: JournalFile<Member>, nextSequence: number): void {
    const fields = { kind: 'end', nonce: file.header!.nonce, offset: nextSequence, payloadBytes: 0 } as const
    const bytes = new Uint8Array(ENTRY_HEADER_BYTES)
    encodeEntryHeader(bytes, 0, { template: END_TEMPLATE, fields, batches: NO_BATCHES })
    file.write([bytes], file.position)
    this.#noteUnsynced(file)
  }

  #noteUnsynced(file: JournalFile<Member>): void {
    if (!this.#unsynced.includes(file)) this.#unsynced.push(file)
  }

  /** Reserves bytes in the staging buffer; returns where. */
  #stage(bytes: number): number {
    if (this.#stagedBytes + bytes > this.#staging.length) {
      this.#gatherStaged()
      // The full one is still referred to by what was gathered; it is dropped after the write.
      this.#staging = new Uint8Array(Math.max(STAGING_BYTES, bytes))
      this.#stagedBytes = 0
      this.#stagedFrom = 0
    }
    const at = this.#stagedBytes
    this.#stagedBytes += bytes
    return at
  }

  #gatherStaged(): void {
    if (this.#stagedBytes > this.#stagedFrom) this.#gathered.push(this.#staging.subarray(this.#stagedFrom, this.#stagedBytes))
    this.#stagedFrom = this.#stagedBytes
  }

  #clearGathered(): void {
    this.#gathered = []
    this.#gatheredBytes = 0
    this.#stagedBytes = 0
    this.#stagedFrom = 0
  }

  #prepareNext(): void {
    if (this.#preparing !== undefined || this.#free.length > 0 || this.#isClosed) return
    const unprepared = this.#files.find((file) => file.sizeBytes <= JOURNAL_HEADER_BYTES)
    if (unprepared === undefined && this.#files.length >= this.#options.maxFiles) return
    this.#preparing = this.#prepare(unprepared).finally(() => {
      this.#preparing = undefined
    })
  }

  async #prepare(unprepared: JournalFile<Member> | undefined): Promise<void> {
    const { disk, path, syncParent, maxFileBytes, onRoom, onPrepareFailed } = this.#options
    try {
      const file = unprepared ?? this.#createFile()
      await file.preallocate(await this.#affordableBytes())
      await disk.syncDirectory(path)
      await syncParent()
      this.#targetBytes = Math.min(this.#targetBytes * GROWTH_FACTOR, maxFileBytes)
      this.#free.push(file)
    } catch (error) {
      onPrepareFailed(error)
      return
    }
    if (!this.#isClosed) onRoom()
  }

  async #affordableBytes(): Promise<number> {
    const { disk, path } = this.#options
    const share = Math.floor((await disk.freeBytes(path)) * SHARE_OF_FREE_SPACE)
    return Math.min(this.#targetBytes, Math.max(FIRST_FILE_BYTES, share))
  }

  #createFile(): JournalFile<Member> {
    const { disk, path } = this.#options
    disk.makeDirectorySync(path)
    let number = this.#files.length
    const pathOf = (): string => join(path, `${number}${FILE_SUFFIX}`)
    while (this.#files.some((file) => file.path === pathOf())) number++
    const file = new JournalFile<Member>(disk, pathOf())
    this.#files.push(file)
    return file
  }
}

import type { Disk, DiskFile } from '@kafka-ts/io'
import { ENTRY_HEADER_BYTES, encodeFileHeader, JOURNAL_HEADER_BYTES, type JournalFileHeader } from './journal-format.ts'

/** What one write of zeros covers, so that preallocation never keeps the disk busy for long. */
const ZEROS_BYTES = 1024 * 1024

/**
 * One file of the journal. Filled with zeros before it is used, so that a later fdatasync has data to write and no inode;
 * used again and again.
 */
export class JournalFile<Member> {
  readonly path: string
  readonly #file: DiskFile
  #sizeBytes: number
  /** Where the next entry goes. */
  position = JOURNAL_HEADER_BYTES
  header: JournalFileHeader | undefined
  /** Whose entries the current use of the file holds. */
  readonly members = new Set<Member>()

  constructor(disk: Disk, path: string) {
    this.path = path
    this.#file = disk.openSync(path, 'create')
    this.#sizeBytes = this.#file.sizeSync()
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Bytes left for entries; an empty file takes an entry of any size. */
  hasRoomFor(bytes: number): boolean {
    return this.position === JOURNAL_HEADER_BYTES || this.position + bytes <= this.#sizeBytes
  }

  /**
   * Grows the file to `sizeBytes` of zeros, durably. Rejects with `DiskError`. Each piece is synced by itself: synced at once, all of them would hold up
   * the syncs of the file in use by some 20 ms.
   */
  async preallocate(sizeBytes: number): Promise<void> {
    if (this.#sizeBytes >= sizeBytes) return
    const zeros = new Uint8Array(Math.min(ZEROS_BYTES, sizeBytes - this.#sizeBytes))
    try {
      for (let at = this.#sizeBytes; at < sizeBytes; at += zeros.length) {
        await this.#file.write([zeros.subarray(0, sizeBytes - at)], at)
      }
    } catch (error) {
      // Zeros that are not enough are of no use, and the logs need the space.
      this.#file.truncateSync(this.#sizeBytes)
      throw error
    }
    await this.#file.sync()
    this.#sizeBytes = sizeBytes
  }

  /** Begins a use of the file. Not durable before the sync that makes its first entries durable. Throws `DiskError`. */
  begin(header: JournalFileHeader): void {
    this.#file.writeSync([encodeFileHeader(header)], 0)
    this.header = header
    this.position = JOURNAL_HEADER_BYTES
  }

  /** Ends the use: after a restart nothing of it is read. Durable when it resolves. */
  async retire(): Promise<void> {
    this.#file.writeSync([new Uint8Array(JOURNAL_HEADER_BYTES)], 0)
    await this.#file.sync()
    this.header = undefined
    this.position = JOURNAL_HEADER_BYTES
    this.members.clear()
  }

  /** Throws `DiskError`. */
  write(buffers: readonly Uint8Array[], position: number): void {
    this.#file.writeSync(buffers, position)
  }

  /** Ends the valid entries at `position`, durably. Throws `DiskError`. */
  invalidate(): void {
    this.#file.writeSync([new Uint8Array(ENTRY_HEADER_BYTES)], this.position)
    this.#file.syncSync()
  }

  sync(): Promise<void> {
    return this.#file.sync()
  }

  /** All of it, for replay. */
  async read(): Promise<Uint8Array> {
    const content = new Uint8Array(this.#file.sizeSync())
    return content.subarray(0, await this.#file.read(content, 0))
  }

  async readHeaderBytes(): Promise<Uint8Array> {
    const bytes = new Uint8Array(JOURNAL_HEADER_BYTES)
    return bytes.subarray(0, await this.#file.read(bytes, 0))
  }

  close(): void {
    this.#file.closeSync()
  }
}

import type { Disk, DiskFile } from '@kafka-ts/io'
import type { KeySpace } from '../key-space.ts'
import { MetadataError } from '../metadata-error.ts'
import type { RevisionBatch } from '../metadata-store.ts'
import type { RevisionLog } from '../revision-log.ts'
import { encodeFrame } from './frame.ts'
import { writePayload } from './payload.ts'
import { openStoreFile, writeSnapshot } from './store-file.ts'

/** Batches that may wait for the disk. */
const MAX_WAITING_BATCHES = 4096
/** Batches that share one write and one fsync. */
const MAX_GROUP_BATCHES = 64
/** A file smaller than this is not rewritten. */
const MIN_REWRITE_BYTES = 4 * 1024 * 1024
/** The file is rewritten when it has grown to this many times its last snapshot. */
const REWRITE_GROWTH = 4

interface Waiter {
  readonly batch: RevisionBatch | undefined
  resolve(): void
  reject(error: unknown): void
}

export interface FileRevisionLogOptions {
  readonly disk: Disk
  readonly directory: string
  readonly keySpace: KeySpace
  /** Bytes of the file, all of them whole frames. */
  readonly sizeBytes: number
  /** `MIN_REWRITE_BYTES`. */
  readonly minRewriteBytes?: number
}

/**
 * Appends revisions to the store's file. One write is under way at a time, as one frame: what comes meanwhile shares the next
 * (group commit), and a crash can tear no more than the last frame, none of which was acknowledged.
 */
export class FileRevisionLog implements RevisionLog {
  readonly #disk: Disk
  readonly #directory: string
  readonly #keySpace: KeySpace
  readonly #minRewriteBytes: number
  #file: DiskFile
  #sizeBytes: number
  #rewriteBytes: number
  #durableRevision: number
  #waiting: Waiter[] = []
  #writing: Promise<void> | undefined
  #failure: unknown
  #closing: Promise<void> | undefined

  constructor(options: FileRevisionLogOptions) {
    this.#disk = options.disk
    this.#directory = options.directory
    this.#keySpace = options.keySpace
    this.#minRewriteBytes = options.minRewriteBytes ?? MIN_REWRITE_BYTES
    this.#file = openStoreFile(options.disk, options.directory)
    this.#sizeBytes = options.sizeBytes
    this.#rewriteBytes = this.#nextRewriteBytes()
    this.#durableRevision = options.keySpace.revision
  }

  ensureRoom(): void {
    if (this.#waiting.length < MAX_WAITING_BATCHES) return
    throw new MetadataError('TOO_MANY_REQUESTS', `${this.#waiting.length} transactions wait for the disk already`)
  }

  commit(batch: RevisionBatch | undefined): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      this.#writing ??= this.#writeWaiting()
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#writing
    try {
      if (this.#failure === undefined) await this.#append({ kind: 'closed' })
    } finally {
      this.#file.closeSync()
    }
  }

  async #writeWaiting(): Promise<void> {
    // What the caller begins before it waits for anything joins the first group.
    await undefined
    try {
      while (this.#waiting.length > 0) {
        const group = this.#waiting.slice(0, MAX_GROUP_BATCHES)
        await this.#writeGroup(group)
        this.#waiting.splice(0, group.length)
        for (const waiter of group) waiter.resolve()
        if (this.#sizeBytes >= this.#rewriteBytes) await this.#rewrite()
      }
    } catch (error) {
      this.#failure = error
      for (const waiter of this.#waiting.splice(0)) waiter.reject(error)
    } finally {
      this.#writing = undefined
    }
  }

  async #writeGroup(group: readonly Waiter[]): Promise<void> {
    const batches = group.flatMap(({ batch }) => batch ?? [])
    if (batches.length === 0) return
    await this.#append({ kind: 'revisions', batches })
    this.#durableRevision = batches.at(-1)?.revision ?? this.#durableRevision
  }

  async #append(payload: Parameters<typeof writePayload>[1]): Promise<void> {
    const frame = encodeFrame(this.#sizeBytes, (writer) => writePayload(writer, payload))
    this.#file.writeSync([frame], this.#sizeBytes)
    await this.#file.sync()
    this.#sizeBytes += frame.length
  }

  /** Between two groups, so that nothing is appended to the file which is about to go. */
  async #rewrite(): Promise<void> {
    this.#sizeBytes = await writeSnapshot(this.#disk, this.#directory, { keySpace: this.#keySpace, revision: this.#durableRevision })
    this.#file.closeSync()
    this.#file = openStoreFile(this.#disk, this.#directory)
    this.#rewriteBytes = this.#nextRewriteBytes()
  }

  #nextRewriteBytes(): number {
    return Math.max(this.#minRewriteBytes, REWRITE_GROWTH * this.#sizeBytes)
  }
}

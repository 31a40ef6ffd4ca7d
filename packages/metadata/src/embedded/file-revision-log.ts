import { type Disk, DiskError, type DiskFile } from '@kafka-ts/io'
import type { KeySpace } from '../key-space.ts'
import { MetadataError } from '../metadata-error.ts'
import type { RevisionBatch } from '../metadata-store.ts'
import type { RevisionLog } from '../revision-log.ts'
import { encodeFrame } from './frame.ts'
import { type Payload, writePayload } from './payload.ts'
import { discardSnapshot, installSnapshot, openStoreFile, prepareSnapshot } from './store-file.ts'

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
        await this.#writeGroup(this.#waiting.slice(0, MAX_GROUP_BATCHES))
        if (this.#sizeBytes >= this.#rewriteBytes) await this.#rewrite()
      }
    } catch (error) {
      this.#failure = error
      this.#rejectWaiting(error)
    } finally {
      this.#writing = undefined
    }
  }

  async #writeGroup(group: readonly Waiter[]): Promise<void> {
    const batches = group.flatMap(({ batch }) => batch ?? [])
    const refusal = batches.length === 0 ? undefined : await this.#append({ kind: 'revisions', batches })
    if (refusal !== undefined) {
      this.#refuseWaiting(refusal)
      return
    }
    this.#durableRevision = batches.at(-1)?.revision ?? this.#durableRevision
    this.#waiting.splice(0, group.length)
    for (const waiter of group) waiter.resolve()
  }

  /** Returns the error of a full disk, with the file as it was before. */
  async #append(payload: Payload): Promise<DiskError | undefined> {
    const frame = encodeFrame(this.#sizeBytes, (writer) => writePayload(writer, payload))
    try {
      this.#file.writeSync([frame], this.#sizeBytes)
    } catch (error) {
      if (!isDiskFull(error)) throw error
      this.#file.truncateSync(this.#sizeBytes)
      return error
    }
    await this.#file.sync()
    this.#sizeBytes += frame.length
    return undefined
  }

  /** All that waits was worked out on top of what could not be kept. No transaction may run between taking it back and telling. */
  #refuseWaiting(cause: unknown): void {
    this.#keySpace.rollBack(this.#durableRevision)
    this.#rejectWaiting(new MetadataError('UNAVAILABLE', 'the disk is full: nothing was written', { cause }))
  }

  #rejectWaiting(error: unknown): void {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error)
  }

  /** Between two groups, so that nothing is appended to the file which is about to go. */
  async #rewrite(): Promise<void> {
    const snapshot = await this.#prepareSnapshot()
    if (snapshot === undefined) {
      this.#rewriteBytes = this.#sizeBytes + this.#minRewriteBytes
      return
    }
    await installSnapshot(this.#disk, this.#directory)
    this.#sizeBytes = snapshot.sizeBytes
    this.#file.closeSync()
    this.#file = openStoreFile(this.#disk, this.#directory)
    this.#rewriteBytes = this.#nextRewriteBytes()
  }

  /** undefined when the disk has no room for it: the file it would replace serves on. */
  async #prepareSnapshot(): Promise<{ readonly sizeBytes: number } | undefined> {
    try {
      return await prepareSnapshot(this.#disk, this.#directory, { keySpace: this.#keySpace, revision: this.#durableRevision })
    } catch (error) {
      if (!isDiskFull(error)) throw error
      discardSnapshot(this.#disk, this.#directory)
      return undefined
    }
  }

  #nextRewriteBytes(): number {
    return Math.max(this.#minRewriteBytes, REWRITE_GROWTH * this.#sizeBytes)
  }
}

function isDiskFull(error: unknown): error is DiskError {
  return error instanceof DiskError && error.code === 'ENOSPC'
}

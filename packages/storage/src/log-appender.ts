import { strict as assert } from 'node:assert'
import type { Clock } from '@kafka-ts/io'
import { restampLogAppendTime, stampBatch } from '@kafka-ts/protocol/records'
import type { CheckedBatches } from './append-validator.ts'
import { entryTemplate } from './journal-format.ts'
import type { LogConfig } from './log-config.ts'
import type { LogOffsets } from './log-offsets.ts'
import type { LogStorage, StorageMark } from './log-storage.ts'
import { StorageError } from './storage-error.ts'
import { type StoredBatch, storedBatchOf } from './stored-batch.ts'
import { LogTail, type TailCache, type TailOwner } from './tail-cache.ts'

/** Where an append went. */
export interface AppendResult {
  readonly baseOffset: number
  /** Inclusive. */
  readonly lastOffset: number
  /** The timestamp all its records got, -1 where they keep their own. */
  readonly logAppendTimeMs: number
}

/** What an appender tells its log; see `LogListener`. */
export interface AppendEvents {
  onDurable(): void
  onAppendFailed(fromOffset: number, error: StorageError): void
}

export interface LogAppenderOptions {
  readonly storage: LogStorage
  readonly offsets: LogOffsets
  readonly tailCache: TailCache
  readonly config: LogConfig
  readonly events: AppendEvents
  /** Asks for a group write at the end of this tick. */
  readonly requestWrite: (appender: LogAppender) => void
  readonly clock: Pick<Clock, 'monotonic'>
}

/**
 * The way of batches into a log: assigned an offset at once, written to the segment with the group at the end of the tick,
 * durable some time later. Between these steps the batches that are not written yet wait here.
 */
export class LogAppender implements TailOwner {
  readonly storage: LogStorage
  readonly offsets: LogOffsets
  /** The fixed part of this log's journal entries. */
  readonly journalTemplate: Uint8Array
  tail = new LogTail()
  config: LogConfig
  /** Kept by the group writer: whether it has this one on its list of the tick, and of the next sync. */
  isRequested = false
  isUnsynced = false
  /** Appends wait, assigned but not written, until this resolves; undefined when nothing holds them. Never rejects. */
  held: Promise<void> | undefined
  readonly #tailCache: TailCache
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #events: AppendEvents
  readonly #requestWrite: (appender: LogAppender) => void
  #pending: StoredBatch[] = []
  /** The state before the group that is being written. */
  #groupMark: StorageMark | undefined

  constructor(options: LogAppenderOptions) {
    this.storage = options.storage
    this.offsets = options.offsets
    this.config = options.config
    this.journalTemplate = entryTemplate(options.storage.id)
    this.#tailCache = options.tailCache
    this.#clock = options.clock
    this.#events = options.events
    this.#requestWrite = options.requestWrite
  }

  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  /** Stamps the batches in place and queues them. Takes over their buffer, which must not change any more. */
  append(checked: CheckedBatches, leaderEpoch: number, logAppendTimeMs: number): AppendResult {
    const baseOffset = this.offsets.logEnd
    const stamp = { baseOffset, leaderEpoch }
    for (let index = 0; index < checked.count; index++) {
      const bytes = checked.batch(index)
      stampBatch(bytes, 0, stamp)
      if (logAppendTimeMs >= 0) restampLogAppendTime(bytes, 0, logAppendTimeMs)
      const batch = storedBatchOf(bytes)
      this.#pending.push(batch)
      if (checked.producer !== undefined) this.#noteProducer(batch)
      stamp.baseOffset = batch.nextOffset
    }
    this.storage.epochCache.assign(leaderEpoch, baseOffset)
    this.offsets.set({ logEnd: stamp.baseOffset })
    this.requestWrite()
    return { baseOffset, lastOffset: stamp.baseOffset - 1, logAppendTimeMs }
  }

  /** Holds the appends until `task` has ended, well or not. One that was held already waits for both. */
  holdUntil(task: Promise<unknown>): void {
    const held = Promise.allSettled([task, this.held]).then(() => {
      if (this.held !== held) return
      this.held = undefined
      if (this.hasPending) this.requestWrite()
    })
    this.held = held
  }

  requestWrite(): void {
    if (!this.isRequested) this.#requestWrite(this)
  }

  /** The pending batches up to about `maxBytes`, at least one. */
  peekPending(maxBytes: number): readonly StoredBatch[] {
    let bytes = 0
    for (let index = 0; index < this.#pending.length; index++) {
      bytes += this.#pending[index]!.bytes.length
      if (bytes > maxBytes && index > 0) return this.#pending.slice(0, index)
    }
    return this.#pending
  }

  /** Writes what `peekPending` returned to the segment. Throws `DiskError` when nothing of it is left, `StorageError` when it could not be undone. */
  writePending(batches: readonly StoredBatch[]): void {
    const mark = this.storage.mark()
    try {
      this.storage.write(batches, this.config)
    } catch (error) {
      this.#cutBack(mark)
      throw error
    }
    // Only now: a write that failed is in no group, and its mark would be there for a later one, after the segments have changed.
    this.#groupMark ??= mark
    this.#pending = batches === this.#pending ? [] : this.#pending.slice(batches.length)
    for (const batch of batches) this.#tailCache.add(this, batch)
  }

  /** The group of which the written batches were a part is complete. */
  confirmGroup(): void {
    this.#groupMark = undefined
    const written = this.storage.nextOffset
    if (this.config.durability === 'commit') this.offsets.set({ written })
    else this.offsets.set({ written, durable: written })
  }

  /** Removes what was written for the group that failed. Throws `StorageError`. */
  abandonGroup(): void {
    if (this.#groupMark === undefined) return
    this.#cutBack(this.#groupMark)
    this.#groupMark = undefined
    this.#tailCache.clear(this)
  }

  /** Everything that is assigned but not written is given up. */
  failPending(error: StorageError): void {
    const fromOffset = this.storage.nextOffset
    if (fromOffset === this.offsets.logEnd) return
    this.#pending = []
    this.#forgetFrom(fromOffset)
    this.#events.onAppendFailed(fromOffset, error)
  }

  /** Everything that is not durable is given up: the directory is offline, and what it really holds is not known. */
  failUndurable(error: StorageError): void {
    const fromOffset = this.offsets.durable
    this.#pending = []
    if (fromOffset === this.offsets.logEnd) return
    this.#tailCache.clear(this)
    this.#forgetFrom(fromOffset)
    this.#events.onAppendFailed(fromOffset, error)
  }

  /** Everything below `offset` is durable. */
  confirmDurable(offset: number): void {
    const durable = Math.min(offset, this.offsets.written)
    if (durable <= this.offsets.durable) return
    this.offsets.set({ durable })
    this.notifyDurable()
  }

  notifyDurable(): void {
    this.#events.onDurable()
  }

  /** Cuts the log; the files are cut by the caller before. */
  truncateTo(offset: number): void {
    assert(!this.hasPending, 'pending batches are written before a log is cut')
    this.#tailCache.clear(this)
    this.#forgetFrom(offset)
  }

  /** Leaves the cache; no batch may come any more. */
  close(): void {
    this.#tailCache.clear(this)
    this.#pending = []
  }

  /** Whatever keeps a failed write from being undone, also a full disk, ends the use of the directory. */
  #cutBack(mark: StorageMark): void {
    try {
      this.storage.cutBack(mark)
    } catch (error) {
      throw new StorageError('OFFLINE', `a failed write to ${this.storage.directory} could not be undone`, { cause: error })
    }
  }

  #noteProducer(batch: StoredBatch): void {
    this.storage.producers.append(batch, { durableOffset: this.offsets.durable, nowMs: this.#clock.monotonic() })
  }

  #forgetFrom(offset: number): void {
    this.storage.epochCache.truncateFromEnd(offset)
    this.storage.producers.truncateTo(offset)
    this.offsets.set({
      logStart: Math.min(this.offsets.logStart, offset),
      durable: Math.min(this.offsets.durable, offset),
      written: Math.min(this.offsets.written, offset),
      logEnd: offset,
    })
  }
}

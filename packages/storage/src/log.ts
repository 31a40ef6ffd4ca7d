import { strict as assert } from 'node:assert'
import type { Compression } from '@kafka-ts/io'
import type { AppendProblem, CheckedBatches } from './append-validator.ts'
import type { CleanState } from './cleaner/cleaner-checkpoints.ts'
import type { CleanedSegment } from './cleaner/segment-swap.ts'
import type { LeaderEpochCache } from './leader-epoch-cache.ts'
import { type AppendResult, LogAppender } from './log-appender.ts'
import type { LogConfig } from './log-config.ts'
import type { LogDamage, LogListener } from './log-listener.ts'
import { LogOffsets } from './log-offsets.ts'
import { LogReader, type LogReadOptions, type LogSlice } from './log-reader.ts'
import type { LogStorage, StorageContext } from './log-storage.ts'
import type { RepeatedAppend } from './producer-state.ts'
import { countExpired } from './retention.ts'
import type { Segment } from './segment.ts'
import { SerialTasks } from './serial-tasks.ts'
import { StorageError } from './storage-error.ts'
import type { TailCache } from './tail-cache.ts'
import { TimestampLookup, type TimestampOffset } from './timestamp-lookup.ts'
import type { TopicPartitionId } from './topic-partition-id.ts'

/** What a log needs of its directory. */
export interface LogContext extends StorageContext {
  readonly compression: Compression
  readonly tailCache: TailCache
  /** How long an idempotent producer is remembered that appends nothing. */
  readonly producerIdExpirationMs: number
  /** Throws `StorageError` `OFFLINE` once nothing may be written any more. */
  ensureOnline(): void
  requestWrite(appender: LogAppender): void
  /** Writes now what waits for the end of the tick. */
  writeNow(): void
  /** Notes in the journal, behind all appends, that the log was cut; resolves when durable. */
  noteTruncation(appender: LogAppender, offset: number): Promise<void>
  checkpointLogStarts(): Promise<void>
  checkpointRecoveryPoints(): Promise<void>
  checkpointCleaned(): Promise<void>
  /** Runs an operation on files; a failed write takes the directory offline and rejects with a `StorageError`. */
  guard<Result>(task: () => Promise<Result>): Promise<Result>
}

export interface LogOptions {
  readonly context: LogContext
  readonly storage: LogStorage
  readonly config: LogConfig
  readonly logStartOffset: number
  readonly damage: LogDamage | undefined
  readonly cleaned?: CleanState | undefined
}

/**
 * The log of one partition: what a broker appends to and reads from. Made by `LogDirectory`. Appends and reads of new data are
 * synchronous; everything that changes files in other ways runs one at a time.
 */
export class Log {
  /** Set: the log was found damaged; appends and reads are refused. */
  readonly damage: LogDamage | undefined
  listener: LogListener | undefined
  readonly #context: LogContext
  readonly #storage: LogStorage
  readonly #offsets: LogOffsets
  readonly #appender: LogAppender
  readonly #reader: LogReader
  readonly #timestamps: TimestampLookup
  readonly #fileChanges = new SerialTasks()
  #leaderEpoch: number
  #cleaned: CleanState | undefined
  #isRemoved = false

  /** @internal */
  constructor(options: LogOptions) {
    const { context, storage } = options
    this.damage = options.damage
    this.#context = context
    this.#storage = storage
    this.#offsets = new LogOffsets(options.logStartOffset, Math.max(options.logStartOffset, storage.nextOffset))
    this.#leaderEpoch = Math.max(0, storage.epochCache.latestEpoch)
    this.#cleaned = options.cleaned
    this.#appender = new LogAppender({
      storage,
      offsets: this.#offsets,
      tailCache: context.tailCache,
      clock: context.clock,
      config: options.config,
      requestWrite: (appender) => context.requestWrite(appender),
      events: {
        onDurable: () => this.listener?.onDurable(this),
        onAppendFailed: (fromOffset, error) => this.listener?.onAppendFailed(this, fromOffset, error),
      },
    })
    this.#reader = new LogReader(this.#appender, (damage) => this.listener?.onDamage?.(this, damage))
    this.#timestamps = new TimestampLookup(this.#appender, this.#reader, context.compression)
  }

  get id(): TopicPartitionId {
    return this.#storage.id
  }

  /** The first offset that is served. */
  get logStartOffset(): number {
    return this.#offsets.logStart
  }

  /** Behind the last record that survives a power cut; in `page` durability, a crash of the process. */
  get durableOffset(): number {
    return this.#offsets.durable
  }

  /** Behind the last record that reached the segment file. */
  get writtenOffset(): number {
    return this.#offsets.written
  }

  /** Behind the last record that was assigned an offset. */
  get logEndOffset(): number {
    return this.#offsets.logEnd
  }

  /** The epoch that later appends carry. */
  get leaderEpoch(): number {
    return this.#leaderEpoch
  }

  get epochCache(): LeaderEpochCache {
    return this.#storage.epochCache
  }

  /** How far the log is clean; undefined when it was never compacted. */
  get cleaned(): CleanState | undefined {
    return this.#cleaned
  }

  /** Its files are gone, or going. */
  get isRemoved(): boolean {
    return this.#isRemoved
  }

  get config(): LogConfig {
    return this.#appender.config
  }

  /** Later appends carry `epoch`; it must not fall. */
  becomeLeader(epoch: number): void {
    assert(epoch >= this.#leaderEpoch, `leader epoch ${epoch} after ${this.#leaderEpoch}`)
    this.#leaderEpoch = epoch
  }

  /**
   * A change to `commit` takes effect once what was written before is durable; appends wait for that, because the journal
   * could not continue a log whose beginning may be lost.
   */
  updateConfig(config: LogConfig): void {
    const isBecomingDurable = this.config.durability === 'page' && config.durability === 'commit'
    this.#appender.config = config
    if (!isBecomingDurable || this.#storage.recoveryPoint === this.#storage.nextOffset) return
    // A failure has taken the directory offline, and that has failed the appends.
    this.#appender.holdUntil(this.flush())
  }

  /**
   * Before an append as the leader: whether the batches are the next ones of their idempotent producer (undefined), were appended before, or
   * are refused. What was appended before counts as durable once `durableOffset` is behind it.
   */
  checkSequences(batches: CheckedBatches): RepeatedAppend | AppendProblem | undefined {
    return batches.producer === undefined ? undefined : this.#storage.producers.check(batches)
  }

  /** Assigns offsets and queues the batches for the end of the tick; takes over their buffer. Throws `StorageError`. */
  append(batches: CheckedBatches): AppendResult {
    this.#ensureUsable()
    const isLogAppendTime = this.config.messageTimestampType === 'LogAppendTime'
    return this.#appender.append(batches, this.#leaderEpoch, isLogAppendTime ? this.#context.clock.now() : -1)
  }

  /** At once when the offset is in memory. Throws or rejects with `StorageError`: `OFFSET_OUT_OF_RANGE`, `CORRUPT`, `DAMAGED`, ... */
  read(options: LogReadOptions): LogSlice | Promise<LogSlice> {
    this.#ensureUsable()
    return this.#reader.read(options)
  }

  /**
   * Reads from disk what is complete, from `offset` on, and checks it; resolves with where to go on, undefined behind the last complete segment.
   * Rejects with `CORRUPT` once the listener was told of damage, otherwise with `StorageError` or `DiskError`.
   */
  async scrub(offset: number, maxBytes: number): Promise<{ readonly nextOffset: number; readonly bytes: number } | undefined> {
    this.#ensureUsable()
    const limitOffset = this.#storage.active?.baseOffset ?? 0
    const from = Math.max(offset, this.#offsets.logStart)
    if (from >= limitOffset) return undefined
    const slice = await this.#reader.readDisk({ offset: from, maxBytes, limitOffset, atLeastOne: true })
    return slice.nextOffset > from ? slice : undefined
  }

  /** The first record below `limitOffset` with a timestamp of at least `timestampMs`. */
  async findOffsetByTimestamp(timestampMs: number, limitOffset: number): Promise<TimestampOffset | undefined> {
    this.#ensureUsable()
    return this.#timestamps.findFirst(timestampMs, limitOffset)
  }

  /** The first of the records below `limitOffset` that have the largest timestamp. */
  async findMaxTimestamp(limitOffset: number): Promise<TimestampOffset | undefined> {
    this.#ensureUsable()
    return this.#timestamps.findMax(limitOffset)
  }

  sizeBytes(): number {
    return this.#storage.sizeBytes()
  }

  segmentCount(): number {
    return this.#storage.segments.length
  }

  /** Everything below `offset` (at most `durableOffset`) is gone for readers; durable when it resolves, with the new start. */
  deleteRecordsBefore(offset: number): Promise<number> {
    return this.#changeFiles(async () => {
      const logStart = Math.min(offset, this.#offsets.durable)
      if (logStart <= this.#offsets.logStart) return this.#offsets.logStart
      const { segments } = this.#storage
      const count = segments.findLastIndex((segment) => segment.baseOffset <= logStart)
      // From the new log start on, a start after a crash drops the segments below it by itself.
      if (count > 0) await this.#storage.secureProducers(segments[count]!.baseOffset)
      this.#offsets.set({ logStart })
      await this.#context.checkpointLogStarts()
      this.#storage.removeOldest(Math.max(count, 0), this.config.fileDeleteDelayMs)
      this.#storage.epochCache.truncateFromStart(logStart)
      return logStart
    })
  }

  /**
   * Removes segments past `retention.ms` and `retention.bytes`, if the policy is to delete; resolves with the bytes removed. Rejects with
   * `StorageError`, or with `DiskError` when the segments cannot be read: that concerns this log alone.
   */
  applyRetention(nowMs: number): Promise<number> {
    return this.#inTurn(async () => {
      if (this.config.cleanupPolicy === 'compact') return 0
      const { disk } = this.#context
      const limits = { config: this.config, nowMs, durableOffset: this.#offsets.durable, disk }
      const count = await countExpired(this.#storage.segments, limits)
      return count === 0 ? 0 : this.#context.guard(() => this.#removeExpired(count))
    })
  }

  /**
   * Puts a cleaned segment in the place of consecutive complete ones: the only way in which the cleaner changes a log. Reads go on meanwhile.
   * False when they are not all there any more. Durable when it resolves.
   */
  replaceSegments(old: readonly Segment[], cleaned: CleanedSegment): Promise<boolean> {
    return this.#changeFiles(async () => {
      // A start compares what it finds above the recovery point with the journal, and looks there for producers.
      await this.#storage.secureProducers(cleaned.endOffset)
      if (this.#storage.recoveryPoint < cleaned.endOffset) await this.#storage.flush({ isComplete: false })
      await this.#context.checkpointRecoveryPoints()
      const isReplaced = await this.#storage.replaceSegments(old, cleaned, this.config.fileDeleteDelayMs)
      if (!isReplaced) return false
      this.#reader.clear()
      this.#appender.tail.hideBelow(cleaned.endOffset)
      return true
    })
  }

  /** A cleaning came so far. Durable when it resolves. */
  noteCleaned(cleaned: CleanState): Promise<void> {
    this.#cleaned = cleaned
    return this.#context.guard(() => this.#context.checkpointCleaned())
  }

  /**
   * Begins a new segment when the present one, to which nothing may be appended for long, has records that must not wait longer than
   * `max.compaction.lag.ms`: only complete segments are cleaned. Rejects as `applyRetention`.
   */
  rollForCompaction(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const { active } = this.#storage
      if (active === undefined || active.sizeBytes === 0) return
      const firstMs = await active.firstBatchTimestamp()
      if (firstMs < 0 || nowMs - firstMs <= this.config.maxCompactionLagMs) return
      await this.#context.guard(async () => this.#rollIdle())
    })
  }

  /** Forgets idempotent producers that have appended nothing for `producer.id.expiration.ms`; returns how many. */
  forgetIdleProducers(): number {
    return this.#storage.producers.forgetIdle(this.#context.clock.monotonic(), this.#context.producerIdExpirationMs)
  }

  /**
   * Cuts off everything at and above `offset`, which must be the base offset of a batch or the end. For followers: nothing may be
   * appended until it resolves.
   */
  truncateTo(offset: number): Promise<void> {
    return this.#changeFiles(async () => {
      this.#context.writeNow()
      if (offset >= this.#offsets.logEnd) return
      if (this.#storage.recoveryPoint > offset) {
        this.#storage.lowerRecoveryPoint(offset)
        await this.#context.checkpointRecoveryPoints()
      }
      // The note first: were the files cut before it, a crash between would leave journal entries that continue nothing.
      await this.#context.noteTruncation(this.#appender, offset)
      this.#reader.clear()
      await this.#storage.truncate(offset, this.config)
      this.#appender.truncateTo(offset)
      if (this.#cleaned !== undefined && this.#cleaned.offset > offset) this.#cleaned = { ...this.#cleaned, offset }
      // The recovery point at the cut tells a later start that the cut was made, and that what follows it in the files is newer.
      await this.#storage.flush({ isComplete: true })
      await this.#context.checkpointRecoveryPoints()
    })
  }

  /** Makes everything written so far durable in the segments, and moves the recovery point there; `isComplete`: with all indexes. */
  flush(options = { isComplete: false }): Promise<void> {
    return this.#fileChanges.run(async () => {
      // A flush that waited for the removal of the log finds nothing to do.
      if (!this.#isRemoved) await this.#context.guard(() => this.#storage.flush(options))
    })
  }

  /** @internal The directory and the cleaner write through these. */
  get internals(): { readonly appender: LogAppender; readonly storage: LogStorage } & Pick<LogContext, 'disk' | 'guard'> {
    const { disk, guard } = this.#context
    return { appender: this.#appender, storage: this.#storage, disk, guard }
  }

  /** @internal No more appends or reads; resolves when nothing changes the files any more. */
  async remove(error: StorageError): Promise<void> {
    this.#isRemoved = true
    this.#appender.failPending(error)
    this.#appender.close()
    await this.#fileChanges.run(async () => this.#storage.close())
  }

  /** Begins a new segment so that all others can go; false when something is about to be written. */
  #rollIdle(): boolean {
    if (this.#offsets.durable < this.#offsets.logEnd) return false
    this.#storage.roll(this.#offsets.logEnd)
    return true
  }

  async #removeExpired(count: number): Promise<number> {
    const { segments } = this.#storage
    if (count === segments.length) {
      if (!this.#rollIdle()) return 0
      // The new segment is durable before the old ones go: without any the log would seem to have lost everything.
      await this.#storage.flush({ isComplete: false })
    }
    await this.#storage.secureProducers(segments[count]!.baseOffset)
    const logStart = Math.max(this.#offsets.logStart, segments[count]!.baseOffset)
    this.#offsets.set({ logStart })
    await this.#context.checkpointLogStarts()
    this.#storage.epochCache.truncateFromStart(logStart)
    return this.#storage.removeOldest(count, this.config.fileDeleteDelayMs)
  }

  /** Whatever fails takes the directory offline. */
  #changeFiles<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#inTurn(() => this.#context.guard(task))
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#fileChanges.run(() => {
      this.#ensureUsable()
      return task()
    })
  }

  #ensureUsable(): void {
    if (this.damage !== undefined) {
      const { file, position, problem } = this.damage
      throw new StorageError('DAMAGED', `${file} is damaged at byte ${position} (${problem}); the log is not used until that is repaired`)
    }
    if (this.#isRemoved) throw new StorageError('DELETED', `the log of ${this.id.topic}-${this.id.partition} was removed`)
    this.#context.ensureOnline()
  }
}

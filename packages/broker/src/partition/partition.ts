import assert from 'node:assert'
import type { Clock, Compression, TaskLimit } from '@kafka-ts/io'
import { errorCode } from '@kafka-ts/protocol'
import {
  CheckedBatches,
  checkBatches,
  type Log,
  type LogDamage,
  type LogListener,
  type LogSlice,
  type RepeatedAppend,
  type StorageError,
} from '@kafka-ts/storage'
import { type TopicConfig, toLogConfig } from '../config/topic-config.ts'
import type { Logger } from '../logger.ts'
import { AckQueue, type AppendOutcome, type AppendWaiter } from './ack-queue.ts'
import { FetchWaiters } from './fetch-waiters.ts'
import type { HostedDirectory } from './log-directories.ts'
import { needsOpening, openRecords, type RecordLimits, type StoredForm } from './recompression.ts'
import { storageErrorCode } from './storage-errors.ts'

/** What every partition of a broker shares. */
export interface PartitionShared {
  readonly clock: Clock
  readonly compression: Compression
  readonly limits: RecordLimits
  /** Searches by time that read from disk at one time, over all partitions: a single request may ask for very many. */
  readonly lookups: TaskLimit
  readonly logger: Logger
}

/** Where a partition lives: its log, or why there is none to use. */
export type PartitionPlace = { readonly log: Log; readonly directory: HostedDirectory } | { readonly offlineReason: string }

export interface PartitionOptions {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly leaderEpoch: number
  readonly config: TopicConfig
  readonly place: PartitionPlace
  readonly shared: PartitionShared
}

/** Who appends, for whom the outcome is. No waiter: acks=0. */
export interface AppendTarget {
  readonly waiter: AppendWaiter | undefined
  readonly slot: number
}

/** What was read of a partition; `buffers` are whole batches, shared with the log: never write into them. */
export interface PartitionRead {
  readonly errorCode: number
  readonly buffers: readonly Uint8Array[]
  readonly bytes: number
}

/** An offset found by its time. */
export interface FoundOffset {
  readonly offset: number
  /** Milliseconds; -1 for none. */
  readonly timestamp: number
}

const NOTHING: PartitionRead = { errorCode: 0, buffers: [], bytes: 0 }

/**
 * One partition on this broker: its role, its leader epoch, its high watermark, and who waits for them. Built on storage's log.
 *
 * Owns the order of appends and who is told what became of them. Called by the handlers' core (`produce-records`, `fetch-records`) and,
 * as a listener, by the log. Always holds: logStartOffset <= lastStableOffset <= highWatermark <= logEndOffset.
 */
export class Partition implements LogListener {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  /** Those who wait for more to read. */
  readonly fetchWaiters = new FetchWaiters()
  readonly #shared: PartitionShared
  readonly #acks = new AckQueue()
  #leaderEpoch: number
  #form: StoredForm
  #place: PartitionPlace
  #isDeleted = false
  #highWatermark = 0
  /** Appends that must be re-encoded run one after the other; while some do, every append queues behind them. */
  #reencoding: Promise<void> | undefined

  constructor(options: PartitionOptions) {
    this.topic = options.topic
    this.topicId = options.topicId
    this.partition = options.partition
    this.#leaderEpoch = options.leaderEpoch
    this.#form = storedForm(options.config)
    this.#place = options.place
    this.#shared = options.shared
    if ('log' in options.place) {
      const { log } = options.place
      log.listener = this
      log.becomeLeader(options.leaderEpoch)
      this.#setHighWatermark(log.durableOffset)
    }
  }

  /** The log, unless the partition is offline or deleted. */
  get log(): Log | undefined {
    return 'log' in this.#place && !this.#isDeleted ? this.#place.log : undefined
  }

  /** Why the partition cannot be used, when it cannot. */
  get offlineReason(): string | undefined {
    return 'offlineReason' in this.#place ? this.#place.offlineReason : undefined
  }

  get directory(): HostedDirectory | undefined {
    return 'directory' in this.#place ? this.#place.directory : undefined
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch
  }

  get highWatermark(): number {
    return this.#highWatermark
  }

  /** The high watermark, until there are transactions. */
  get lastStableOffset(): number {
    return this.#highWatermark
  }

  /** -1 when offline. */
  get logStartOffset(): number {
    return this.log?.logStartOffset ?? -1
  }

  get logEndOffset(): number {
    return this.log?.logEndOffset ?? -1
  }

  /** Bytes of its segments. */
  get sizeBytes(): number {
    return this.log?.sizeBytes() ?? 0
  }

  updateConfig(config: TopicConfig): void {
    this.#form = storedForm(config)
    this.log?.updateConfig(toLogConfig(config))
  }

  /** 0 when this broker leads the partition in an epoch that the client may expect; else the error to answer. `currentLeaderEpoch` -1: not checked. */
  checkLeadership(currentLeaderEpoch: number): number {
    if (this.#isDeleted) return errorCode('UNKNOWN_TOPIC_OR_PARTITION')
    if ('offlineReason' in this.#place) return errorCode('KAFKA_STORAGE_ERROR')
    if (currentLeaderEpoch === -1 || currentLeaderEpoch === this.#leaderEpoch) return 0
    return errorCode(currentLeaderEpoch < this.#leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH')
  }

  /**
   * Appends one or more whole batches, which become the log's: they are stamped in place. The target's waiter is told once the high
   * watermark has passed them, or what is wrong with them, possibly before this returns. Appends keep the order of their calls.
   */
  append(records: Uint8Array, target: AppendTarget): void {
    if (this.#reencoding === undefined && !needsOpening(records, this.#form, this.#shared.limits)) {
      this.#appendNow(records, target)
      return
    }
    const before = this.#reencoding ?? Promise.resolve()
    const running: Promise<void> = before
      .then(() => this.#appendReencoded(records, target))
      .finally(() => {
        if (this.#reencoding === running) this.#reencoding = undefined
      })
    this.#reencoding = running
  }

  /** Reads whole batches from `offset` on, up to the high watermark. At most `maxBytes`, but for the first batch if `atLeastOne`. */
  read(options: {
    readonly offset: number
    readonly maxBytes: number
    readonly atLeastOne: boolean
  }): PartitionRead | Promise<PartitionRead> {
    const log = this.log
    if (log === undefined) return { ...NOTHING, errorCode: this.checkLeadership(-1) }
    if (options.offset < log.logStartOffset || options.offset > log.logEndOffset)
      return { ...NOTHING, errorCode: errorCode('OFFSET_OUT_OF_RANGE') }
    if (options.offset >= this.#highWatermark) return NOTHING
    try {
      const slice = log.read({ ...options, limitOffset: this.#highWatermark })
      return slice instanceof Promise ? slice.then(toRead, toReadError) : toRead(slice)
    } catch (error) {
      return toReadError(error)
    }
  }

  /** The first record at or after a time, below the high watermark. Throws `StorageError`. */
  findOffsetByTimestamp(timestampMs: number): Promise<FoundOffset | undefined> {
    return this.#shared.lookups.run(async () => this.log?.findOffsetByTimestamp(timestampMs, this.#highWatermark))
  }

  /** The record with the newest time, below the high watermark. Throws `StorageError`. */
  findMaxTimestamp(): Promise<FoundOffset | undefined> {
    return this.#shared.lookups.run(async () => this.log?.findMaxTimestamp(this.#highWatermark))
  }

  /** The leader epoch of the record at `offset`; -1 when it is not known. */
  leaderEpochAt(offset: number): number {
    return this.log?.epochCache.entries.findLast(({ startOffset }) => startOffset <= offset)?.epoch ?? -1
  }

  /**
   * Where the records of leader epoch `leaderEpoch` end: the largest epoch at or below it that has records, and the offset behind its last
   * one (`LeaderEpochFileCache.endOffsetFor` in Kafka). undefined: every record here is of a later epoch, or there is none.
   */
  endOffsetOfEpoch(leaderEpoch: number): { readonly epoch: number; readonly endOffset: number } | undefined {
    const log = this.log
    return log?.epochCache.endOffsetFor(leaderEpoch, log.logEndOffset)
  }

  /** Deletes the records below `offset` (-1: the high watermark), for good. Refused where only compaction deletes, as in Kafka. */
  async deleteRecordsBefore(offset: number): Promise<{ readonly errorCode: number; readonly logStartOffset: number }> {
    const log = this.log
    if (log === undefined) return { errorCode: this.checkLeadership(-1), logStartOffset: -1 }
    if (log.config.cleanupPolicy === 'compact') return { errorCode: errorCode('POLICY_VIOLATION'), logStartOffset: -1 }
    const target = offset === -1 ? this.#highWatermark : offset
    if (target < 0 || target > this.#highWatermark) return { errorCode: errorCode('OFFSET_OUT_OF_RANGE'), logStartOffset: -1 }
    try {
      const logStartOffset = await log.deleteRecordsBefore(target)
      this.fetchWaiters.wake(0)
      return { errorCode: 0, logStartOffset }
    } catch (error) {
      return { errorCode: storageErrorCode(error), logStartOffset: -1 }
    }
  }

  /** Deletes what retention no longer keeps, and forgets producers that are gone. Returns the bytes removed. Throws `StorageError`. */
  async applyRetention(nowMs: number): Promise<number> {
    const log = this.log
    if (log === undefined) return 0
    log.forgetIdleProducers()
    const before = log.logStartOffset
    const bytes = await log.applyRetention(nowMs)
    if (log.logStartOffset !== before) this.fetchWaiters.wake(0)
    return bytes
  }

  onDurable(log: Log): void {
    if (log !== this.log || log.durableOffset <= this.#highWatermark) return
    this.#setHighWatermark(log.durableOffset)
    const logStartOffset = log.logStartOffset
    const bytes = this.#acks.takeBelow(this.#highWatermark, ({ waiter, slot, baseOffset, logAppendTimeMs }) =>
      waiter?.settle(slot, { errorCode: 0, baseOffset, logAppendTimeMs, logStartOffset }),
    )
    this.fetchWaiters.wake(bytes)
  }

  onAppendFailed(_log: Log, fromOffset: number, error: StorageError): void {
    if (error.code === 'DISK_FULL') this.#noteOutOfSpace(error)
    const outcome = failure(storageErrorCode(error), error.message)
    this.#acks.takeFrom(fromOffset, ({ waiter, slot }) => waiter?.settle(slot, outcome))
  }

  onDamage(log: Log, damage: LogDamage): void {
    if (log !== this.log) return
    const reason = describeDamage(damage)
    this.#shared.logger.error({ topic: this.topic, partition: this.partition, reason }, 'a partition is offline')
    this.goOffline(reason)
  }

  /** The directory failed or the log is damaged: nothing is served from here on. */
  goOffline(offlineReason: string): void {
    this.#place = { offlineReason }
    this.#abandonWaiting(failure(errorCode('KAFKA_STORAGE_ERROR'), offlineReason))
  }

  /** The topic is gone. The log is removed by whoever hosts the partition. */
  markDeleted(): void {
    this.#isDeleted = true
    this.#abandonWaiting(failure(errorCode('UNKNOWN_TOPIC_OR_PARTITION'), `topic ${this.topic} was deleted`))
  }

  /** Resolves when no append is being re-encoded. */
  async idle(): Promise<void> {
    await this.#reencoding
  }

  #appendNow(records: Uint8Array, target: AppendTarget): void {
    const refusal = this.#refusal()
    if (refusal !== undefined) {
      target.waiter?.settle(target.slot, refusal)
      return
    }
    const log = this.log
    assert(log !== undefined)
    const checked = checkBatches(records, { config: log.config, nowMs: this.#shared.clock.now() })
    if (!(checked instanceof CheckedBatches)) {
      target.waiter?.settle(target.slot, failure(errorCode(checked.code), checked.message))
      return
    }
    const verdict = log.checkSequences(checked)
    if (verdict !== undefined) {
      if ('code' in verdict) target.waiter?.settle(target.slot, failure(errorCode(verdict.code), verdict.message))
      else this.#awaitRepeated(verdict, target)
      return
    }
    try {
      const { baseOffset, lastOffset, logAppendTimeMs } = log.append(checked)
      this.#acks.push({ ...target, baseOffset, endOffset: lastOffset + 1, bytes: records.length, logAppendTimeMs })
    } catch (error) {
      target.waiter?.settle(target.slot, failure(storageErrorCode(error), error instanceof Error ? error.message : undefined))
    }
  }

  /** The records are in the log already, from an earlier request. Those are acknowledged that are durable, and no others. */
  #awaitRepeated({ baseOffset, lastOffset, logAppendTimeMs }: RepeatedAppend, target: AppendTarget): void {
    const endOffset = lastOffset + 1
    if (endOffset > this.#highWatermark) this.#acks.insert({ ...target, baseOffset, endOffset, bytes: 0, logAppendTimeMs })
    else target.waiter?.settle(target.slot, { errorCode: 0, baseOffset, logAppendTimeMs, logStartOffset: this.logStartOffset })
  }

  async #appendReencoded(records: Uint8Array, target: AppendTarget): Promise<void> {
    const form = this.#form
    if (!needsOpening(records, form, this.#shared.limits)) return this.#appendNow(records, target)
    const { limits, compression } = this.#shared
    const opened = await openRecords(records, { ...form, limits, compression })
    if ('problem' in opened) target.waiter?.settle(target.slot, failure(opened.problem.errorCode, opened.problem.message))
    else this.#appendNow(opened.records, target)
  }

  /** Why nothing can be appended now. */
  #refusal(): AppendOutcome | undefined {
    const code = this.checkLeadership(-1)
    if (code !== 0) return failure(code, this.offlineReason)
    const full = this.directory?.fullReason
    return full === undefined ? undefined : failure(errorCode('KAFKA_STORAGE_ERROR'), full)
  }

  /** Once for the directory, until space is measured again. */
  #noteOutOfSpace(error: StorageError): void {
    const { directory } = this
    if (directory === undefined || directory.isOutOfSpace) return
    directory.isOutOfSpace = true
    this.#shared.logger.error({ err: error, directory: directory.path }, 'an append found no space: produce is refused until there is some')
  }

  #abandonWaiting(outcome: AppendOutcome): void {
    this.#acks.takeFrom(-1, ({ waiter, slot }) => waiter?.settle(slot, outcome))
    this.fetchWaiters.wake(0)
  }

  /** The one place where the high watermark changes. */
  #setHighWatermark(highWatermark: number): void {
    const log = this.log
    assert(log !== undefined)
    assert(
      highWatermark >= this.#highWatermark,
      `the high watermark of ${this.topic}-${this.partition} fell from ${this.#highWatermark} to ${highWatermark}`,
    )
    assert(log.logStartOffset <= highWatermark && highWatermark <= log.logEndOffset)
    this.#highWatermark = highWatermark
  }
}

/** A sentence for operators about what is wrong with a log. */
export function describeDamage({ file, position, problem, fromOffset, toOffset }: LogDamage): string {
  return `its log is damaged: ${file} at byte ${position}: ${problem}; the offsets ${fromOffset} to ${toOffset} may be lost`
}

function storedForm(config: TopicConfig): StoredForm {
  return { target: config['compression.type'], needsKeys: config['cleanup.policy'] !== 'delete' }
}

/** The outcome of an append that did not happen. */
export function failure(code: number, errorMessage?: string): AppendOutcome {
  return {
    errorCode: code,
    ...(errorMessage === undefined ? {} : { errorMessage }),
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
  }
}

function toRead({ buffers, bytes }: LogSlice): PartitionRead {
  return { errorCode: 0, buffers, bytes }
}

function toReadError(error: unknown): PartitionRead {
  return { ...NOTHING, errorCode: storageErrorCode(error) }
}

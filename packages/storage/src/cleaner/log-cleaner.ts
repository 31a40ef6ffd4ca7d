import { type Clock, type Compression, type Disk, DiskError, type Random } from '@kafka-ts/io'
import { RecordsError } from '@kafka-ts/protocol/records'
import type { Log } from '../log.ts'
import { isCompacted } from '../log-config.ts'
import type { StorageLogger } from '../log-directory-options.ts'
import { isDiskFull, StorageError } from '../storage-error.ts'
import { directoryNameOf } from '../topic-partition-id.ts'
import { type CleanSummary, cleanPass, SegmentsGoneError } from './clean-pass.ts'
import { type Cleanable, findCleanable } from './cleanable.ts'
import { HASH_SECRET_BYTES } from './key-hash.ts'
import { Pacer } from './pacer.ts'

/** How long a directory without space is left alone: each try takes what little there is from those who append. */
const FULL_DISK_REST_MS = 60_000

export interface LogCleanerOptions {
  readonly clock: Clock
  readonly random: Random
  readonly compression: Compression
  readonly logger: StorageLogger
  /** `log.cleaner.dedupe.buffer.size`: the most memory for the keys of one cleaning. */
  readonly mapBytes: number
  /** `log.cleaner.io.max.bytes.per.second` */
  readonly maxBytesPerSecond: number
}

/** A log that may be cleaned, and up to where. */
export interface CleanCandidate {
  readonly log: Log
  /** Its high watermark. */
  readonly limitOffset: number
}

/** What a cleaning did, for who watches. */
export interface CleanReport extends CleanSummary {
  readonly log: Log
  readonly durationMs: number
}

interface Choice {
  readonly log: Log
  readonly cleanable: Cleanable
}

/**
 * Keeps of compacted logs only the last record of each key: picks the log that needs it most and cleans it, one at a time. Works on the loop in
 * short slices; appends and reads of the log go on.
 */
export class LogCleaner {
  readonly #options: LogCleanerOptions
  readonly #closing = new AbortController()
  /** Logs whose records cannot be read: cleaning them would hide that. Tried again after a restart. */
  readonly #uncleanable = new WeakSet<Log>()
  /** When the directory that has this disk is tried again, by the monotonic clock. */
  readonly #restUntilMs = new WeakMap<Disk, number>()

  constructor(options: LogCleanerOptions) {
    this.#options = options
  }

  /**
   * Cleans the log that needs it most, once; undefined when none does. One that cannot be cleaned is reported to the logger, and holds up no other.
   * Rejects only with what is no fault of a log or a disk.
   */
  async cleanNext(candidates: Iterable<CleanCandidate>): Promise<CleanReport | undefined> {
    const left = new Map([...candidates].map((candidate) => [candidate.log, candidate]))
    for (;;) {
      const chosen = await this.#choose(left.values())
      if (chosen === undefined) return undefined
      const { log, cleanable } = chosen
      const report = await this.#handled(log, () => this.#clean(log, cleanable))
      if (report !== undefined) return report
      left.delete(log)
    }
  }

  /** What is under way ends soon, without a result; nothing new begins. Idempotent. */
  close(): void {
    this.#closing.abort()
  }

  async #choose(candidates: Iterable<CleanCandidate>): Promise<Choice | undefined> {
    let chosen: Choice | undefined
    for (const candidate of candidates) {
      if (this.#closing.signal.aborted) return undefined
      if (!this.#isUsable(candidate.log)) continue
      const choice = await this.#handled(candidate.log, () => this.#look(candidate))
      if (choice !== undefined && (chosen === undefined || isMoreUrgent(choice, chosen))) chosen = choice
    }
    return this.#closing.signal.aborted ? undefined : chosen
  }

  #isUsable(log: Log): boolean {
    if (!isCompacted(log.config) || log.damage !== undefined || this.#uncleanable.has(log)) return false
    return this.#options.clock.monotonic() >= (this.#restUntilMs.get(log.internals.disk) ?? 0)
  }

  async #look({ log, limitOffset }: CleanCandidate): Promise<Choice | undefined> {
    const { storage, disk } = log.internals
    const nowMs = this.#options.clock.now()
    await log.rollForCompaction(nowMs)
    const cleanable = await findCleanable({
      segments: storage.segments,
      config: log.config,
      cleanedOffset: log.cleaned?.offset,
      horizonMs: log.cleaned?.horizonMs ?? Number.POSITIVE_INFINITY,
      logStartOffset: log.logStartOffset,
      limitOffset,
      nowMs,
      disk,
    })
    return cleanable.isDue || cleanable.dirtyRatio > log.config.minCleanableDirtyRatio ? { log, cleanable } : undefined
  }

  async #clean(log: Log, cleanable: Cleanable): Promise<CleanReport> {
    const { clock, random, compression, mapBytes, maxBytesPerSecond } = this.#options
    const startMs = clock.monotonic()
    const pacer = new Pacer({ clock, maxBytesPerSecond, signal: this.#closing.signal })
    const secret = random.bytes(HASH_SECRET_BYTES)
    const { disk } = log.internals
    const summary = await cleanPass({ log, cleanable, pacer, clock, disk, compression, mapBytes, secret })
    await log.noteCleaned({ offset: summary.cleanedOffset, horizonMs: summary.horizonMs })
    return { ...summary, log, durationMs: clock.monotonic() - startMs }
  }

  /** undefined when the log cannot be cleaned, now or until a restart. */
  async #handled<Result>(log: Log, task: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await task()
    } catch (error) {
      if (this.#closing.signal.aborted || error instanceof SegmentsGoneError) return undefined
      if (!isExpected(error)) throw error
      this.#report(log, error)
      return undefined
    }
  }

  #report(log: Log, error: Error): void {
    const { clock, logger } = this.#options
    const name = directoryNameOf(log.id)
    if (isUnreadable(error)) {
      this.#uncleanable.add(log)
      logger.error(`${name} cannot be read and is not cleaned any more until a restart: ${error.message}`, error)
      return
    }
    // Who removed the log, or what took its directory offline, is known.
    if (error instanceof StorageError && (error.code === 'DELETED' || error.code === 'OFFLINE')) return
    if (isDiskFull(error)) this.#restUntilMs.set(log.internals.disk, clock.monotonic() + FULL_DISK_REST_MS)
    logger.warn(`${name} was not cleaned; it is tried again: ${String(error)}`)
  }
}

/** What must not wait goes first, then what is dirtiest. */
function isMoreUrgent(one: Choice, other: Choice): boolean {
  if (one.cleanable.isDue !== other.cleanable.isDue) return one.cleanable.isDue
  return one.cleanable.dirtyRatio > other.cleanable.dirtyRatio
}

/** Whether it would fail again: a log that is tried for ever keeps the others from being cleaned. */
function isUnreadable(error: Error): boolean {
  if (error instanceof DiskError) return error.code === 'EIO'
  return error instanceof RecordsError || (error instanceof StorageError && error.code === 'CORRUPT')
}

function isExpected(error: unknown): error is Error {
  return error instanceof RecordsError || error instanceof StorageError || error instanceof DiskError
}

import { strict as assert } from 'node:assert'
import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import type { Clock, Disk } from '@kafka-ts/io'
import { type CleanedSegment, offerSwap, takePlace } from './cleaner/segment-swap.ts'
import type { FileHandles } from './file-handles.ts'
import { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LogConfig } from './log-config.ts'
import { type KnownProducerBatches, recoverProducers } from './producer-recovery.ts'
import { ProducerSnapshots } from './producer-snapshots.ts'
import { ProducerState } from './producer-state.ts'
import { Segment, type SegmentMark } from './segment.ts'
import { markSegmentDeleted, removeSegmentFiles } from './segment-files.ts'
import { rollAfterMs } from './segment-jitter.ts'
import type { StoredBatch } from './stored-batch.ts'
import { directoryNameOf, formatTopicId, type TopicPartitionId } from './topic-partition-id.ts'

export const PARTITION_METADATA_FILE = 'partition.metadata'
export const LEADER_EPOCH_FILE = 'leader-epoch-checkpoint'

/** What the files of a log need of the directory they are in. */
export interface StorageContext {
  readonly path: string
  readonly disk: Disk
  readonly clock: Clock
  readonly handles: FileHandles
  /** Makes the entries of the data directory durable; calls at one time share the work. */
  syncEntries(): Promise<void>
  /** Removes files some time later, so that readers which have just found them can still open them. */
  removeLater(paths: readonly string[], delayMs: number): void
}

/** A state of the files to return to when an append fails. */
export interface StorageMark {
  readonly segmentCount: number
  readonly nextOffset: number
  readonly active: SegmentMark | undefined
}

/** What was found on disk; without it a log is new and has no files until its first append. */
export interface RecoveredStorage {
  readonly segments: Segment[]
  readonly nextOffset: number
  readonly recoveryPoint: number
  /** A checkpoint knows the log, so its directory and everything below the recovery point have durable names. */
  readonly isCheckpointed: boolean
  readonly epochCache: LeaderEpochCache
  /** Its producers are known once `recoverProducers` was called. */
  readonly snapshots: ProducerSnapshots
}

/**
 * The files of one log. Owns the segments, the directory they lie in and the recovery point (everything below it is durable in
 * the segments). Batches arrive stamped and in order; which of them are acknowledged is not its business.
 */
export class LogStorage {
  readonly id: TopicPartitionId
  readonly directory: string
  readonly epochCache: LeaderEpochCache
  readonly #context: StorageContext
  readonly #snapshots: ProducerSnapshots
  /** undefined in recovery, until all batches are there. */
  #producers: ProducerState | undefined
  #segments: Segment[]
  #nextOffset: number
  #recoveryPoint: number
  /** Whether `directory` exists. */
  #isOnDisk: boolean
  #isEntrySynced: boolean
  #areFilesSynced: boolean
  #swapCount = 0

  constructor(context: StorageContext, id: TopicPartitionId, recovered?: RecoveredStorage) {
    this.id = id
    this.directory = join(context.path, directoryNameOf(id))
    this.#context = context
    this.#snapshots = recovered?.snapshots ?? new ProducerSnapshots(context.disk, { directory: this.directory, offsets: [] })
    this.#producers = recovered === undefined ? new ProducerState() : undefined
    this.epochCache = recovered?.epochCache ?? new LeaderEpochCache()
    this.#segments = recovered?.segments ?? []
    this.#nextOffset = recovered?.nextOffset ?? 0
    this.#recoveryPoint = recovered?.recoveryPoint ?? 0
    this.#isOnDisk = recovered !== undefined
    // Only a log whose entry is durable gets into the checkpoint: one that was in it stays.
    this.#isEntrySynced = recovered?.isCheckpointed === true
    // What lies behind the recovery point may have been made just before a crash, so the first flush syncs it again.
    this.#areFilesSynced = this.#isEntrySynced && this.#nextOffset === this.#recoveryPoint
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  get active(): Segment | undefined {
    return this.#segments.at(-1)
  }

  /** What is known of idempotent producers, up to what has been assigned an offset. */
  get producers(): ProducerState {
    assert(this.#producers !== undefined, 'the producers of a log are known once it is recovered')
    return this.#producers
  }

  get isOnDisk(): boolean {
    return this.#isOnDisk
  }

  /** Behind the last batch that was written. */
  get nextOffset(): number {
    return this.#nextOffset
  }

  get recoveryPoint(): number {
    return this.#recoveryPoint
  }

  /** Whether the recovery checkpoint may name this log: its directory entry is durable. */
  get isCheckpointable(): boolean {
    return this.#isOnDisk && this.#isEntrySynced
  }

  sizeBytes(): number {
    let sum = 0
    for (const segment of this.#segments) sum += segment.sizeBytes
    return sum
  }

  /** Writes batches behind the last one, into new segments where the configuration says so. Throws `DiskError`: then `cutBack`. */
  write(batches: readonly StoredBatch[], config: LogConfig): void {
    if (!this.#isOnDisk) this.#makeDirectory()
    const segmentMs = rollAfterMs(config, this.id, this.active?.baseOffset ?? batches[0]!.baseOffset)
    const limits = { segmentBytes: config.segmentBytes, segmentMs, nowMs: this.#context.clock.now(), pendingBytes: 0 }
    let run: StoredBatch[] = []
    for (const batch of batches) {
      if (this.active === undefined || this.active.shouldRoll(batch, limits)) {
        if (run.length > 0) this.active!.append(run, config.indexIntervalBytes)
        this.roll(batch.baseOffset)
        run = []
        limits.pendingBytes = 0
        limits.segmentMs = rollAfterMs(config, this.id, batch.baseOffset)
      }
      run.push(batch)
      limits.pendingBytes += batch.bytes.length
    }
    this.active!.append(run, config.indexIntervalBytes)
    this.#nextOffset = batches.at(-1)!.nextOffset
  }

  mark(): StorageMark {
    return { segmentCount: this.#segments.length, nextOffset: this.#nextOffset, active: this.active?.mark() }
  }

  /** Undoes every `write` since the mark, whole or failed. Throws `DiskError`. */
  cutBack(mark: StorageMark): void {
    for (const segment of this.#segments.splice(mark.segmentCount)) {
      segment.close()
      removeSegmentFiles(this.#context.disk, segment.files)
    }
    if (mark.active !== undefined) this.active!.cutBack(mark.active)
    this.#snapshots.discardAbove(mark.nextOffset)
    this.#nextOffset = mark.nextOffset
  }

  /** Begins a new segment. Throws `DiskError`. */
  roll(baseOffset: number): void {
    assert(this.active?.baseOffset !== baseOffset, 'two segments would have the same files')
    if (!this.#isOnDisk) this.#makeDirectory()
    const options = { baseOffset, sizeBytes: 0, createdMs: this.#context.clock.now() }
    const segment = new Segment(this.#context, this.directory, options)
    this.#areFilesSynced = false
    segment.create()
    this.active?.complete()
    this.#segments.push(segment)
    if (baseOffset > 0) this.#takeSnapshot(baseOffset)
  }

  /**
   * Makes everything written so far durable and moves the recovery point there; with `isComplete` also every index, else those
   * that are due. Rejects with `DiskError`.
   */
  async flush(options: { readonly isComplete: boolean }): Promise<void> {
    if (!this.#isOnDisk) return
    const target = this.#nextOffset
    const segments = [...this.#segments]
    const due = segments.filter((segment) => (options.isComplete ? segment.areIndexesDirty : segment.areIndexesDue))
    // As old as the indexes at the most: a start reads from where they end, and so everything that the snapshot lacks.
    if (due.length > 0) this.#takeSnapshot(target)
    for (const segment of segments) {
      if (segment.isDirty && (await segment.flush())) this.#areFilesSynced = false
    }
    if (this.#snapshots.hasPending) await this.#writeSnapshots(target)
    await this.#flushIndexes(due)
    await this.#syncNames()
    this.#recoveryPoint = Math.max(this.#recoveryPoint, Math.min(target, this.#nextOffset))
  }

  /** Declares everything at and above `offset` not to be known durable; the caller writes the checkpoint before it cuts. */
  lowerRecoveryPoint(offset: number): void {
    this.#recoveryPoint = Math.min(this.#recoveryPoint, offset)
  }

  /** Cuts off all batches at and above `offset`, which must be the base offset of one or the end. Rejects with `DiskError`. */
  async truncate(offset: number, config: LogConfig): Promise<void> {
    assert(this.#recoveryPoint <= offset, 'the recovery point is lowered, and checkpointed, before a log is cut')
    if (this.#snapshots.discardAbove(offset)) this.#areFilesSynced = false
    const keptCount = this.#segments.findLastIndex((segment) => segment.baseOffset <= offset) + 1
    for (const segment of this.#segments.splice(Math.max(keptCount, 0)).reverse()) this.#discard(segment, 0)
    const active = this.active
    if (active === undefined) {
      this.roll(offset)
    } else {
      const { indexIntervalBytes } = config
      const end = await active.resume({ fromOffset: offset - 1, endOffset: offset, trustedBelow: 0, indexIntervalBytes })
      active.cutTo(end.position)
    }
    this.epochCache.truncateFromEnd(offset)
    this.#nextOffset = offset
    if (this.#producers !== undefined) await this.recoverProducers({ offset, batches: [] }, config)
  }

  /** Before segments below `baseOffset` are removed: what they alone tell of producers is written down. Rejects with `DiskError`. */
  async secureProducers(baseOffset: number): Promise<void> {
    if (this.producers.size === 0 || this.#snapshots.newestWrittenOffset >= baseOffset) return
    this.#takeSnapshot(this.#nextOffset)
    await this.flush({ isComplete: false })
  }

  /** Removes `count` segments from the front; their files stay for `delayMs` under another name. Returns the bytes they had. */
  removeOldest(count: number, delayMs: number): number {
    let bytes = 0
    for (const segment of this.#segments.splice(0, count)) {
      bytes += segment.sizeBytes
      this.#discard(segment, delayMs)
    }
    this.#snapshots.discardBelow(this.#segments[0]?.baseOffset ?? this.#nextOffset)
    return bytes
  }

  /**
   * Puts a cleaned segment in the place of consecutive ones that are complete and below the recovery point; their files stay for `delayMs` under
   * other names. False, and the cleaned files are left, when they are not all there any more. Durable when it resolves; rejects with `DiskError`.
   */
  async replaceSegments(old: readonly Segment[], cleaned: CleanedSegment, delayMs: number): Promise<boolean> {
    const { disk, clock } = this.#context
    assert(this.#recoveryPoint >= cleaned.endOffset, 'what is cleaned is durable in the segments')
    const first = this.#segments.indexOf(old[0]!)
    if (first < 0 || old.some((segment, index) => this.#segments[first + index] !== segment)) return false
    assert(this.#segments[first + old.length]?.baseOffset === cleaned.endOffset, 'a cleaned segment ends where those before it did')
    const { baseOffset, sizeBytes } = cleaned
    const files = await offerSwap(disk, this.directory, cleaned)
    const segment = new Segment(this.#context, this.directory, { baseOffset, sizeBytes, createdMs: clock.now(), files })
    // A new array: whoever goes through the old one goes on with the segments it has.
    this.#segments = this.#segments.toSpliced(first, old.length, segment)
    const number = ++this.#swapCount
    this.#context.removeLater(await takePlace(segment, old, { disk, directory: this.directory, number }), delayMs)
    return true
  }

  /** Drops everything; the log goes on, empty, at `offset`. */
  restartAt(offset: number): void {
    for (const segment of this.#segments.splice(0).reverse()) this.#discard(segment, 0)
    this.#nextOffset = offset
    this.roll(offset)
  }

  /** Batches are about to be put back: until `recoverProducers` nothing is known of idempotent producers, and no snapshot taken. */
  beginRecovery(): void {
    this.#producers = undefined
  }

  /**
   * Finds out what is known of idempotent producers, when every batch is there; `known` are batches that need not be read again. Rejects with
   * `DiskError`.
   */
  async recoverProducers(known: KnownProducerBatches, config: LogConfig): Promise<void> {
    if (this.#snapshots.discardAbove(this.#nextOffset)) this.#areFilesSynced = false
    this.#producers = await recoverProducers({
      snapshots: this.#snapshots,
      segments: this.#segments,
      endOffset: this.#nextOffset,
      indexIntervalBytes: config.indexIntervalBytes,
      nowMs: this.#context.clock.monotonic(),
      known,
    })
    // What is in no segment any more will not be in the journal either once this start is over.
    const firstOffset = this.#segments[0]?.baseOffset ?? this.#nextOffset
    if (known.batches.some(({ baseOffset }) => baseOffset < firstOffset)) this.#takeSnapshot(this.#nextOffset)
  }

  /** For a log that is damaged: nothing is appended to it. */
  forgetProducers(): void {
    this.#producers = new ProducerState()
  }

  /** Closes the files; the log is used no more. */
  close(): void {
    for (const segment of this.#segments) segment.close()
  }

  /** Leader epochs go first: a start after a crash finds the later ones in the batches that the index files do not cover. */
  async #flushIndexes(segments: readonly Segment[]): Promise<void> {
    if (segments.length === 0) return
    await this.epochCache.save(this.#context.disk, join(this.directory, LEADER_EPOCH_FILE))
    for (const segment of segments) {
      if (await segment.flushIndexes()) this.#areFilesSynced = false
      if (segment !== this.active) segment.releaseIndexes()
    }
  }

  #takeSnapshot(offset: number): void {
    if (this.#producers === undefined || offset <= this.#snapshots.newestOffset) return
    this.#snapshots.take(offset, this.#producers.snapshotAt(offset, this.#context.clock.monotonic()))
  }

  /** Once everything below `offset` is durable. */
  async #writeSnapshots(offset: number): Promise<void> {
    const segmentOffsets = new Set(this.#segments.map((segment) => segment.baseOffset))
    if (await this.#snapshots.write(offset, segmentOffsets)) this.#areFilesSynced = false
  }

  #discard(segment: Segment, delayMs: number): void {
    segment.close()
    this.#areFilesSynced = false
    const marked = markSegmentDeleted(this.#context.disk, segment.files)
    this.#context.removeLater(marked, delayMs)
  }

  #makeDirectory(): void {
    const { disk } = this.#context
    disk.makeDirectorySync(this.directory)
    const file = disk.openSync(join(this.directory, PARTITION_METADATA_FILE), 'create')
    try {
      file.writeSync([Buffer.from(`version: 0\ntopic_id: ${formatTopicId(this.id.topicId)}\n`)], 0)
    } finally {
      file.closeSync()
    }
    this.#isOnDisk = true
  }

  async #syncNames(): Promise<void> {
    const { disk } = this.#context
    if (!this.#areFilesSynced) {
      this.#areFilesSynced = true
      try {
        if (!this.#isEntrySynced) await syncFile(disk, join(this.directory, PARTITION_METADATA_FILE))
        await disk.syncDirectory(this.directory)
      } catch (error) {
        this.#areFilesSynced = false
        throw error
      }
    }
    if (!this.#isEntrySynced) await this.#context.syncEntries()
    this.#isEntrySynced = true
  }
}

async function syncFile(disk: Disk, path: string): Promise<void> {
  const file = disk.openSync(path, 'readWrite')
  try {
    await file.sync()
  } finally {
    file.closeSync()
  }
}

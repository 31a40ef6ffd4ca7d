import { strict as assert } from 'node:assert'
import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import type { Clock, Disk } from '@kafka-ts/io'
import type { FileHandles } from './file-handles.ts'
import { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LogConfig } from './log-config.ts'
import { Segment, type SegmentMark } from './segment.ts'
import { markSegmentDeleted, removeSegmentFiles } from './segment-files.ts'
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
  #segments: Segment[]
  #nextOffset: number
  #recoveryPoint: number
  /** Whether `directory` exists. */
  #isOnDisk: boolean
  #isEntrySynced: boolean
  #areFilesSynced: boolean

  constructor(context: StorageContext, id: TopicPartitionId, recovered?: RecoveredStorage) {
    this.id = id
    this.directory = join(context.path, directoryNameOf(id))
    this.#context = context
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
    const limits = { segmentBytes: config.segmentBytes, segmentMs: config.segmentMs, nowMs: this.#context.clock.now(), pendingBytes: 0 }
    let run: StoredBatch[] = []
    for (const batch of batches) {
      if (this.active === undefined || this.active.shouldRoll(batch, limits)) {
        if (run.length > 0) this.active!.append(run, config.indexIntervalBytes)
        this.roll(batch.baseOffset)
        run = []
        limits.pendingBytes = 0
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
    this.#nextOffset = mark.nextOffset
  }

  /** Begins a new segment. Throws `DiskError`. */
  roll(baseOffset: number): void {
    if (!this.#isOnDisk) this.#makeDirectory()
    const options = { baseOffset, sizeBytes: 0, createdMs: this.#context.clock.now() }
    const segment = new Segment(this.#context, this.directory, options)
    this.#areFilesSynced = false
    segment.create()
    this.active?.complete()
    this.#segments.push(segment)
  }

  /**
   * Makes everything written so far durable and moves the recovery point there; with `isComplete` also every index, else those
   * that are due. Rejects with `DiskError`.
   */
  async flush(options: { readonly isComplete: boolean }): Promise<void> {
    if (!this.#isOnDisk) return
    const target = this.#nextOffset
    const segments = [...this.#segments]
    for (const segment of segments) {
      if (segment.isDirty && (await segment.flush())) this.#areFilesSynced = false
    }
    await this.#flushIndexes(segments.filter((segment) => (options.isComplete ? segment.areIndexesDirty : segment.areIndexesDue)))
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
  }

  /** Removes `count` segments from the front; their files stay for `delayMs` under another name. Returns the bytes they had. */
  removeOldest(count: number, delayMs: number): number {
    let bytes = 0
    for (const segment of this.#segments.splice(0, count)) {
      bytes += segment.sizeBytes
      this.#discard(segment, delayMs)
    }
    return bytes
  }

  /** Drops everything; the log goes on, empty, at `offset`. */
  restartAt(offset: number): void {
    for (const segment of this.#segments.splice(0).reverse()) this.#discard(segment, 0)
    this.#nextOffset = offset
    this.roll(offset)
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

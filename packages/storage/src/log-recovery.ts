import { join } from 'node:path'
import { attributesOf, crcOf, DELETE_HORIZON_BIT, lastOffsetDeltaOf, recordCountOf } from '@kafka-ts/protocol/records'
import { recoverSwaps } from './cleaner/recover-swaps.ts'
import { LeaderEpochCache } from './leader-epoch-cache.ts'
import type { LogConfig } from './log-config.ts'
import type { LogDamage } from './log-listener.ts'
import { LEADER_EPOCH_FILE, LogStorage, type StorageContext } from './log-storage.ts'
import { type ProducerBatch, producerBatchOf } from './producer-batch.ts'
import { ProducerSnapshots, parseSnapshotFileName } from './producer-snapshots.ts'
import { Segment } from './segment.ts'
import { isDeletedSegmentFile, parseLogFileName, removeSegmentFiles } from './segment-files.ts'
import type { StoredBatch } from './stored-batch.ts'
import { directoryNameOf, type TopicPartitionId } from './topic-partition-id.ts'

export interface LogRecoveryOptions {
  readonly context: StorageContext
  readonly id: TopicPartitionId
  readonly config: LogConfig
  /** Everything below is durable, so what is wrong there is damage; undefined when no checkpoint knows the log. */
  readonly recoveryPoint: number | undefined
  /** The last process closed the log, so all its index files are whole; after a crash the end of one may be torn. */
  readonly isClean: boolean
  /** Records below are deleted, whatever the files hold. */
  readonly logStartOffset: number
}

/** A batch that was found behind the recovery point. */
interface TailBatch {
  readonly baseOffset: number
  readonly nextOffset: number
  /** The journal may have more of its offsets than is to be kept. */
  readonly isCleaned: boolean
  readonly crc: number
  readonly headerChecksum: number
}

/**
 * Brings the files of one log in order after a start: reads them from the recovery point on, cuts a torn tail, and puts back
 * from the journal what is missing. Damage below the recovery point is reported, and then nothing is changed.
 */
export class LogRecovery {
  readonly id: TopicPartitionId
  readonly config: LogConfig
  readonly #context: StorageContext
  readonly #directory: string
  readonly #recoveryPoint: number
  readonly #isCheckpointed: boolean
  readonly #isClean: boolean
  readonly #epochCache = new LeaderEpochCache()
  #logStartOffset: number
  #segments: Segment[] = []
  /** The segment that reaches to the recovery point, or beyond: those before it are left as they are. What lies behind the point may be torn. */
  #firstRead = 0
  #storage: LogStorage | undefined
  #tail: TailBatch[] = []
  /** What was read or put back, of idempotent producers, and from which offset on that is all. */
  #producerBatches: ProducerBatch[] = []
  #producersKnownFrom = Number.POSITIVE_INFINITY
  #damage: LogDamage | undefined
  #cutBytes = 0
  #restoredCount = 0

  constructor(options: LogRecoveryOptions) {
    this.id = options.id
    this.config = options.config
    this.#logStartOffset = options.logStartOffset
    this.#context = options.context
    this.#directory = join(options.context.path, directoryNameOf(options.id))
    this.#recoveryPoint = options.recoveryPoint ?? 0
    this.#isCheckpointed = options.recoveryPoint !== undefined
    this.#isClean = options.isClean
  }

  get damage(): LogDamage | undefined {
    return this.#damage
  }

  /** The first offset that is served; after `finish` one that is there. */
  get logStartOffset(): number {
    return this.#logStartOffset
  }

  /** The files as they are now; call `scan` or `startEmpty` first. */
  get storage(): LogStorage {
    return this.#storage!
  }

  /** Bytes of a torn tail that were cut off, and batches that the journal put back. */
  get summary(): { readonly cutBytes: number; readonly restoredCount: number } {
    return { cutBytes: this.#cutBytes, restoredCount: this.#restoredCount }
  }

  /** For a log of which there are only journal entries: its directory never became durable. */
  startEmpty(): void {
    this.#storage = new LogStorage(this.#context, this.id)
    this.#storage.beginRecovery()
    if (this.#recoveryPoint > 0) this.#report({ file: this.#directory, position: 0, problem: 'the directory of the log is missing' }, 0)
  }

  /** Reads what the last run left behind. Rejects with `DiskError`. */
  async scan(): Promise<void> {
    this.#damage = await recoverSwaps(this.#context.disk, this.#directory)
    const areEpochsKnown = this.#epochCache.loadSync(this.#context.disk, join(this.#directory, LEADER_EPOCH_FILE))
    const found = findFiles(this.#context, this.#directory)
    const segments = this.#dropDeleted(found.segments)
    this.#segments = segments
    if (this.#isFrontMissed() && this.#damage === undefined) this.#reportMissingFront()
    const scanFrom = areEpochsKnown ? this.#recoveryPoint : 0
    const first = Math.max(
      0,
      segments.findLastIndex((segment) => segment.baseOffset < scanFrom),
    )
    this.#firstRead = first
    let nextOffset = segments[first]?.baseOffset ?? 0
    for (let index = first; index < segments.length && this.#damage === undefined; index++) {
      const segment = segments[index]!
      if (segment.baseOffset !== nextOffset) {
        this.#endAt(index, { position: 0, nextOffset, problem: `offset ${nextOffset} should begin here` })
        break
      }
      const end = await this.#resume(segment, index === first ? scanFrom : segment.baseOffset)
      nextOffset = end.nextOffset
      // It may be in the page cache only: what is kept behind the recovery point is synced before it counts as durable. So may a cut there
      // that an earlier start made before it was killed.
      const isCutHere = nextOffset === this.#recoveryPoint && !this.#isClean
      if (nextOffset > this.#recoveryPoint || isCutHere || end.problem !== undefined) segment.doubt()
      if (end.problem !== undefined) {
        this.#endAt(index, { ...end, problem: end.problem })
        break
      }
      if (index < segments.length - 1) segment.complete()
    }
    if (this.#isMissed(nextOffset) && this.#damage === undefined) this.#reportMissingEnd(nextOffset)
    this.#epochCache.truncateFromEnd(nextOffset)
    this.#storage = new LogStorage(this.#context, this.id, {
      segments,
      nextOffset,
      recoveryPoint: this.#recoveryPoint,
      isCheckpointed: this.#isCheckpointed,
      epochCache: this.#epochCache,
      snapshots: new ProducerSnapshots(this.#context.disk, { directory: this.#directory, offsets: found.snapshotOffsets }),
    })
  }

  /** The log cannot be made whole for a reason that lies outside its own files; nothing is put back any more. */
  refuse(place: Pick<LogDamage, 'file' | 'position' | 'problem'>): void {
    const { nextOffset } = this.storage
    this.#damage ??= { ...place, fromOffset: nextOffset, toOffset: nextOffset }
  }

  /** Puts back those batches of a journal entry that the segments lack. Rejects with `DiskError`. */
  async restore(batches: readonly StoredBatch[]): Promise<void> {
    for (const batch of batches) {
      if (this.#damage !== undefined) return
      if (batch.nextOffset <= this.#recoveryPoint || this.#isInTail(batch)) continue
      if (batch.nextOffset <= this.logStartOffset) {
        // Its records are deleted, and its producer is not forgotten for that.
        this.#producerBatches = this.#producerBatches.filter(({ baseOffset }) => baseOffset !== batch.baseOffset)
        this.#noteProducer(batch)
        continue
      }
      if (batch.baseOffset < this.storage.nextOffset) await this.#truncate(batch.baseOffset)
      if (batch.baseOffset > this.storage.nextOffset && batch.baseOffset <= this.logStartOffset) this.storage.restartAt(batch.baseOffset)
      if (batch.baseOffset !== this.storage.nextOffset) {
        this.#damage = this.#gapBefore(batch)
        return
      }
      this.#restoredCount++
      this.storage.epochCache.assign(batch.leaderEpoch, batch.baseOffset)
      this.#noteProducer(batch)
      this.storage.write([batch], this.config)
    }
  }

  /** The log was to be cut here. Once that was done the recovery point was moved here, so above it there is nothing to do. */
  async repeatCut(offset: number): Promise<void> {
    if (this.#damage === undefined && this.#recoveryPoint < offset) await this.#truncate(offset)
  }

  /** After the last journal entry. Rejects with `DiskError`. */
  async finish(): Promise<void> {
    if (this.#damage === undefined) {
      if (this.storage.nextOffset < this.logStartOffset) this.storage.restartAt(this.logStartOffset)
      // In `page` durability a power cut can take the front of a log and leave what follows it: as in Kafka, the log begins there.
      this.#logStartOffset = Math.max(this.#logStartOffset, this.storage.segments[0]?.baseOffset ?? 0)
    }
    this.#tail = []
    await this.#finishProducers()
  }

  async #finishProducers(): Promise<void> {
    if (this.#damage !== undefined) this.storage.forgetProducers()
    else {
      const offset = Math.min(this.#producersKnownFrom, this.storage.nextOffset)
      const batches = this.#producerBatches.sort((one, other) => one.baseOffset - other.baseOffset)
      await this.storage.recoverProducers({ offset, batches }, this.config)
    }
    this.#producerBatches = []
  }

  /**
   * Segments of which nothing is served were deleted. A power cut undoes renames that were not synced, of some and not of others, so that
   * what comes back has gaps.
   */
  #dropDeleted(segments: Segment[]): Segment[] {
    const firstServed = segments.findIndex(
      (_, index) => (segments[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY) > this.logStartOffset,
    )
    for (const { files } of segments.splice(0, firstServed)) removeSegmentFiles(this.#context.disk, files)
    return segments
  }

  async #resume(segment: Segment, scanFrom: number): Promise<{ position: number; nextOffset: number; problem: string | undefined }> {
    const end = await segment.resume({
      fromOffset: scanFrom - 1,
      endOffset: Number.POSITIVE_INFINITY,
      trustedBelow: this.#isClean ? this.#recoveryPoint : 0,
      indexIntervalBytes: this.config.indexIntervalBytes,
      visit: (batch) => this.#noteBatch(batch),
    })
    return { ...end, nextOffset: end.nextOffset ?? segment.baseOffset }
  }

  async #truncate(offset: number): Promise<void> {
    if (offset >= this.storage.nextOffset) return
    await this.storage.truncate(offset, this.config)
    this.#tail = this.#tail.filter((batch) => batch.baseOffset < offset)
    this.#producerBatches = this.#producerBatches.filter((batch) => batch.baseOffset < offset)
  }

  #noteBatch(batch: StoredBatch): void {
    this.#epochCache.assign(batch.leaderEpoch, batch.baseOffset)
    this.#noteProducer(batch)
    if (batch.nextOffset <= this.#recoveryPoint) return
    const { baseOffset, nextOffset, headerChecksum, bytes } = batch
    this.#tail.push({ baseOffset, nextOffset, isCleaned: isCleaned(bytes), crc: crcOf(bytes, 0), headerChecksum })
  }

  #noteProducer(stored: StoredBatch): void {
    this.#producersKnownFrom = Math.min(this.#producersKnownFrom, stored.baseOffset)
    const batch = producerBatchOf(stored)
    if (batch !== undefined) this.#producerBatches.push(batch)
  }

  /** Nothing good follows `nextOffset`: a torn tail, which is cut, or damage, which is not. */
  #endAt(index: number, end: { readonly position: number; readonly nextOffset: number; readonly problem: string }): void {
    const segment = this.#segments[index]!
    if (this.#isMissed(end.nextOffset)) {
      this.#report({ file: segment.files.log, position: end.position, problem: end.problem }, end.nextOffset)
      return
    }
    // The one before the first that was read could not go on: its indexes are not known.
    const isEmptied = end.position === 0 && index > this.#firstRead
    this.#cutBytes += segment.sizeBytes - end.position
    if (!isEmptied) segment.cutTo(end.position)
    for (const dropped of this.#segments.splice(isEmptied ? index : index + 1)) {
      this.#cutBytes += isEmptied && dropped === segment ? 0 : dropped.sizeBytes
      dropped.close()
      removeSegmentFiles(this.#context.disk, dropped.files)
    }
  }

  #isInTail(batch: StoredBatch): boolean {
    let low = 0
    let high = this.#tail.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#tail[middle]!.baseOffset <= batch.baseOffset) low = middle + 1
      else high = middle
    }
    const found = this.#tail[low - 1]
    if (found?.isCleaned === true && found.nextOffset >= batch.nextOffset) return true
    return found?.baseOffset === batch.baseOffset && found.headerChecksum === batch.headerChecksum && found.crc === crcOf(batch.bytes, 0)
  }

  /** Whether durable records are gone when nothing good follows `nextOffset`. Below the log start none are missed. */
  #isMissed(nextOffset: number): boolean {
    return nextOffset < this.#recoveryPoint && this.logStartOffset < this.#recoveryPoint
  }

  /** Whether durable records are gone before the first segment: a log start is checkpointed before segments below it go. */
  #isFrontMissed(): boolean {
    const first = this.#segments[0]
    return first !== undefined && first.baseOffset > this.logStartOffset && this.logStartOffset < this.#recoveryPoint
  }

  #reportMissingFront(): void {
    const { files, baseOffset } = this.#segments[0]!
    const problem = `the log begins at offset ${baseOffset}, but what is served begins at ${this.logStartOffset}`
    this.#damage = { file: files.log, position: 0, fromOffset: this.logStartOffset, toOffset: baseOffset, problem }
  }

  #reportMissingEnd(nextOffset: number): void {
    const last = this.#segments.at(-1)
    const problem = `the log ends at offset ${nextOffset}, but ${this.#recoveryPoint} was durable`
    this.#report({ file: last?.files.log ?? this.#directory, position: last?.sizeBytes ?? 0, problem }, nextOffset)
  }

  #gapBefore(batch: StoredBatch): LogDamage {
    const { nextOffset, active } = this.storage
    const problem = `the log ends at offset ${nextOffset}, but the journal continues at ${batch.baseOffset}`
    return {
      file: active?.files.log ?? this.#directory,
      position: active?.sizeBytes ?? 0,
      fromOffset: nextOffset,
      toOffset: batch.baseOffset,
      problem,
    }
  }

  #report(place: Pick<LogDamage, 'file' | 'position' | 'problem'>, fromOffset: number): void {
    this.#damage = { ...place, fromOffset, toOffset: this.#recoveryPoint }
  }
}

/** Whether compaction has been at a batch: it has fewer records than offsets, or was written again with a delete horizon. */
function isCleaned(bytes: Uint8Array): boolean {
  return recordCountOf(bytes, 0) <= lastOffsetDeltaOf(bytes, 0) || (attributesOf(bytes, 0) & DELETE_HORIZON_BIT) !== 0
}

interface FoundFiles {
  readonly segments: Segment[]
  readonly snapshotOffsets: readonly number[]
}

/** The segments of a directory by base offset, and the snapshots. Removes what a deletion left. */
function findFiles(context: StorageContext, directory: string): FoundFiles {
  const { disk } = context
  const segments: Segment[] = []
  const snapshotOffsets: number[] = []
  for (const name of disk.listSync(directory)) {
    const path = join(directory, name)
    if (isDeletedSegmentFile(name)) disk.removeSync(path)
    const snapshotOffset = parseSnapshotFileName(name)
    if (snapshotOffset !== undefined) snapshotOffsets.push(snapshotOffset)
    const baseOffset = parseLogFileName(name)
    const stat = baseOffset === undefined ? undefined : disk.statSync(path)
    if (baseOffset === undefined || stat === undefined) continue
    segments.push(new Segment(context, directory, { baseOffset, sizeBytes: stat.size, createdMs: stat.mtimeMs }))
  }
  return { segments, snapshotOffsets }
}

import type { Disk, DiskFile } from '@kafka-ts/io'
import { CLEANED_SUFFIX, removeSegmentFiles, type SegmentFiles, segmentFiles, suffixed } from '../segment-files.ts'
import { SegmentIndexes } from '../segment-indexes.ts'
import { storedBatchOf } from '../stored-batch.ts'
import { type Gap, gapBatch } from './empty-batch.ts'
import type { Pacer } from './pacer.ts'
import type { CleanedSegment } from './segment-swap.ts'

/** What is gathered for one write. */
const WRITE_BYTES = 1024 * 1024
/** How much is written before it is synced: one large sync would hold up those of the journal. */
const SYNC_BYTES = 8 * 1024 * 1024
/** Positions in a segment are stored in 32 bits. */
const MAX_SEGMENT_BYTES = 2 ** 31 - 1

export interface SegmentWriterOptions {
  readonly disk: Disk
  readonly pacer: Pacer
  readonly directory: string
  readonly baseOffset: number
  readonly indexIntervalBytes: number
  /** Runs what writes; a failure takes the directory offline. */
  readonly guard: <Result>(task: () => Promise<Result>) => Promise<Result>
}

/** Writes the files of one cleaned segment, every offset of which is in a batch: those of what was removed in a gap batch. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions
  readonly #files: SegmentFiles
  readonly #file: DiskFile
  readonly #indexes: SegmentIndexes
  #gap: Gap | undefined
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #sizeBytes = 0
  #writtenBytes = 0
  #syncedBytes = 0
  #nextOffset: number

  /** Throws `DiskError`. */
  constructor(options: SegmentWriterOptions) {
    const { disk, directory, baseOffset } = options
    this.#options = options
    this.#files = suffixed(segmentFiles(directory, baseOffset), CLEANED_SUFFIX)
    this.#indexes = SegmentIndexes.empty(baseOffset)
    this.#nextOffset = baseOffset
    this.#file = disk.openSync(this.#files.log, 'create')
    this.#file.truncateSync(0)
  }

  /** Bytes so far. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Whether the positions of what was added still fit into the indexes. */
  get isTooLarge(): boolean {
    return this.#sizeBytes > MAX_SEGMENT_BYTES
  }

  /** Adds a batch that stays. Takes over the view. */
  async add(batch: Uint8Array): Promise<void> {
    this.#closeGap()
    this.#append(batch)
    if (this.#pendingBytes >= WRITE_BYTES) await this.#write()
  }

  /** The offsets of a batch hold no record any more; `gap` follows what was added before. */
  skip(gap: Gap): void {
    const present = this.#gap
    if (present === undefined || present.leaderEpoch !== gap.leaderEpoch) {
      this.#closeGap()
      this.#gap = gap
    } else {
      this.#gap = { ...present, nextOffset: gap.nextOffset, maxTimestamp: Math.max(present.maxTimestamp, gap.maxTimestamp) }
    }
  }

  /** Durable, but for the names, when it resolves. */
  async finish(): Promise<CleanedSegment> {
    this.#closeGap()
    await this.#write()
    this.#indexes.complete()
    const { disk, baseOffset, guard } = this.#options
    await guard(async () => {
      await this.#file.sync()
      await this.#indexes.flush(disk, this.#files)
    })
    this.#file.closeSync()
    return { baseOffset, endOffset: this.#nextOffset, sizeBytes: this.#sizeBytes, files: this.#files }
  }

  /** Gives it up. Idempotent; throws `DiskError`. */
  discard(): void {
    this.#file.closeSync()
    removeSegmentFiles(this.#options.disk, this.#files)
  }

  #closeGap(): void {
    if (this.#gap === undefined) return
    const batch = gapBatch(this.#gap)
    this.#gap = undefined
    this.#append(batch)
  }

  #append(bytes: Uint8Array): void {
    const batch = storedBatchOf(bytes)
    this.#indexes.add(batch, this.#sizeBytes, this.#options.indexIntervalBytes)
    this.#nextOffset = batch.nextOffset
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
    this.#sizeBytes += bytes.length
  }

  async #write(): Promise<void> {
    const { pacer, guard } = this.#options
    const pending = this.#pending
    const bytes = this.#pendingBytes
    this.#pending = []
    this.#pendingBytes = 0
    if (bytes === 0) return
    const position = this.#writtenBytes
    this.#writtenBytes += bytes
    const isSyncDue = this.#writtenBytes - this.#syncedBytes >= SYNC_BYTES
    if (isSyncDue) this.#syncedBytes = this.#writtenBytes
    await pacer.io(
      bytes,
      guard(async () => {
        await this.#file.write(pending, position)
        if (isSyncDue) await this.#file.sync()
      }),
    )
  }
}

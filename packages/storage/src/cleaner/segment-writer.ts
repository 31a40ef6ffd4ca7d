import type { Disk, DiskFile } from '@kafka-ts/io'
import { CLEANED_SUFFIX, removeSegmentFiles, type SegmentFiles, segmentFiles, suffixed } from '../segment-files.ts'
import { SegmentIndexes } from '../segment-indexes.ts'
import { storedBatchOf } from '../stored-batch.ts'
import { type Gap, gapBatch } from './empty-batch.ts'
import type { Pacer } from './pacer.ts'
import type { CleanedSegment } from './segment-swap.ts'

/** What is gathered for one write; a larger batch is written alone. */
const WRITE_BYTES = 256 * 1024
/** How much is written before it is synced: the journal's syncs wait for it, and one of 256 KiB takes less than half a millisecond on a good disk. */
const SYNC_BYTES = 256 * 1024
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
  /** What is gathered; the rest of it is free. */
  readonly #buffer = new Uint8Array(WRITE_BYTES)
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

  /** Adds a batch that stays: a copy of it. */
  async add(batch: Uint8Array): Promise<void> {
    await this.#closeGap()
    await this.#append(batch)
  }

  /** The offsets of a batch hold no record any more; `gap` follows what was added before. */
  async skip({ baseOffset, nextOffset, leaderEpoch, maxTimestamp }: Gap): Promise<void> {
    const present = this.#gap
    const gap = { baseOffset, nextOffset, leaderEpoch, maxTimestamp }
    if (present === undefined || present.leaderEpoch !== leaderEpoch) {
      await this.#closeGap()
      this.#gap = gap
    } else {
      this.#gap = { ...present, nextOffset, maxTimestamp: Math.max(present.maxTimestamp, maxTimestamp) }
    }
  }

  /** Durable, but for the names, when it resolves. */
  async finish(): Promise<CleanedSegment> {
    const { disk, baseOffset, guard } = this.#options
    await this.#closeGap()
    await this.#flush()
    this.#indexes.complete()
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

  async #closeGap(): Promise<void> {
    if (this.#gap === undefined) return
    const batch = gapBatch(this.#gap)
    this.#gap = undefined
    await this.#append(batch)
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const batch = storedBatchOf(bytes)
    this.#indexes.add(batch, this.#sizeBytes, this.#options.indexIntervalBytes)
    this.#nextOffset = batch.nextOffset
    this.#sizeBytes += bytes.length
    if (this.#pendingBytes + bytes.length > this.#buffer.length) await this.#flush()
    if (bytes.length > this.#buffer.length) {
      await this.#write(bytes)
    } else {
      this.#buffer.set(bytes, this.#pendingBytes)
      this.#pendingBytes += bytes.length
    }
  }

  async #flush(): Promise<void> {
    const pending = this.#buffer.subarray(0, this.#pendingBytes)
    this.#pendingBytes = 0
    if (pending.length > 0) await this.#write(pending)
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { pacer, guard } = this.#options
    const position = this.#writtenBytes
    this.#writtenBytes += bytes.length
    const isSyncDue = this.#writtenBytes - this.#syncedBytes >= SYNC_BYTES
    if (isSyncDue) this.#syncedBytes = this.#writtenBytes
    await pacer.io(
      bytes.length,
      guard(async () => {
        await this.#file.write([bytes], position)
        if (isSyncDue) await this.#file.sync()
      }),
    )
  }
}

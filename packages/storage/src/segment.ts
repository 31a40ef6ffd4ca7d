import type { Disk, DiskFile } from '@kafka-ts/io'
import { BATCH_HEADER_BYTES, maxTimestampOf } from '@kafka-ts/protocol/records'
import { type ScanEnd, scanBatches } from './batch-scanner.ts'
import type { FileHandles } from './file-handles.ts'
import { areIndexFilesThere, isComplete, isWholeBelow, loadIndexes } from './load-indexes.ts'
import { type SegmentFiles, segmentFiles } from './segment-files.ts'
import { type IndexesMark, SegmentIndexes } from './segment-indexes.ts'
import type { StoredBatch } from './stored-batch.ts'

/** Relative offsets and positions are stored in 32 bits, and read as signed ones by Kafka's tools. */
const MAX_RELATIVE = 2 ** 31 - 1
const NO_LEADER_EPOCH = -1
/** Below every offset: a scan that starts here starts with the segment. */
const NOT_INDEXED = -1
/** What a growing segment may have before its index files are written again. */
const UNINDEXED_BYTES = 1024 * 1024
const WRONG_HEADER = 'the header checksum does not match'

/** What a segment needs of its directory. */
export interface SegmentDoors {
  readonly disk: Disk
  readonly handles: FileHandles
}

export interface SegmentMark {
  readonly sizeBytes: number
  readonly firstBatchTimestamp: number | undefined
  readonly indexes: IndexesMark
}

/** What decides whether a batch still belongs into a segment. */
export interface RollLimits {
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly nowMs: number
  /** What is about to be written before the batch. */
  readonly pendingBytes: number
}

export interface SegmentOptions {
  readonly baseOffset: number
  readonly sizeBytes: number
  readonly createdMs: number
  /** Where they lie if not under the names of a segment. */
  readonly files?: SegmentFiles
}

/** One log file and its indexes: a run of consecutive batches. The last segment of a log is written to, the others only read. */
export class Segment {
  readonly baseOffset: number
  #files: SegmentFiles
  readonly #doors: SegmentDoors
  readonly #createdMs: number
  /** In memory as long as something in them is not flushed, and while they are in use; see `releaseIndexes`. */
  #indexes: SegmentIndexes | undefined
  #loading: Promise<SegmentIndexes> | undefined
  #sizeBytes: number
  #syncedBytes: number
  /** How often the file came into doubt; see `doubt`. */
  #doubtCount = 0
  /** undefined: not read yet. */
  #firstBatchTimestamp: number | undefined
  #wasFlushed = false
  #wereIndexesFlushed = false
  /** How much of the log file the index files cover. */
  #indexedBytes = 0
  #isComplete = false

  constructor(doors: SegmentDoors, directory: string, options: SegmentOptions) {
    this.#doors = doors
    this.baseOffset = options.baseOffset
    this.#files = options.files ?? segmentFiles(directory, options.baseOffset)
    this.#sizeBytes = options.sizeBytes
    this.#syncedBytes = options.sizeBytes
    this.#createdMs = options.createdMs
    this.#firstBatchTimestamp = options.sizeBytes === 0 ? -1 : undefined
    if (options.sizeBytes === 0) this.#indexes = SegmentIndexes.empty(options.baseOffset)
  }

  get files(): SegmentFiles {
    return this.#files
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Whether a flush has something to do. */
  get isDirty(): boolean {
    return this.#syncedBytes < this.#sizeBytes || (this.#isComplete && this.areIndexesDirty)
  }

  get areIndexesDirty(): boolean {
    return this.#indexes?.isDirty === true
  }

  /**
   * Whether the index files are due. While a segment grows they are written rarely: a start after a crash reads what they
   * lack again, and with a thousand logs their syncs would be most of the work of a flush.
   */
  get areIndexesDue(): boolean {
    return this.areIndexesDirty && (this.#isComplete || this.#sizeBytes - this.#indexedBytes >= UNINDEXED_BYTES)
  }

  /** The largest record timestamp; undefined when it must be loaded first, -1 when no record has one. */
  get maxTimestamp(): number | undefined {
    return this.#indexes?.maxTimestamp
  }

  /** The open log file. Use it at once; throws `DiskError` `ENOENT` once the segment is deleted. */
  get file(): DiskFile {
    return this.#doors.handles.use(this.files.log, 'readWrite')
  }

  /** Makes the log file of a new segment. */
  create(): void {
    this.#doors.handles.use(this.files.log, 'create')
  }

  /** Whether a batch must go into a new segment (Kafka's `LogSegment.shouldRoll`). */
  shouldRoll(batch: StoredBatch, limits: RollLimits): boolean {
    const sizeBytes = this.#sizeBytes + limits.pendingBytes
    if (sizeBytes === 0) return false
    if (sizeBytes + batch.bytes.length > limits.segmentBytes) return true
    if (batch.nextOffset - 1 - this.baseOffset > MAX_RELATIVE) return true
    const first = this.#firstBatchTimestamp ?? -1
    const elapsedMs = first >= 0 && batch.maxTimestamp >= 0 ? batch.maxTimestamp - first : limits.nowMs - this.#createdMs
    return elapsedMs > limits.segmentMs
  }

  /** Writes the batches behind the last one. Throws `DiskError`; the caller then cuts back to a mark made before. */
  append(batches: readonly StoredBatch[], indexIntervalBytes: number): void {
    const indexes = this.#indexes!
    this.file.writeSync(
      batches.map((batch) => batch.bytes),
      this.#sizeBytes,
    )
    for (const batch of batches) {
      if (this.#sizeBytes === 0) this.#firstBatchTimestamp = batch.maxTimestamp
      indexes.add(batch, this.#sizeBytes, indexIntervalBytes)
      this.#sizeBytes += batch.bytes.length
    }
  }

  mark(): SegmentMark {
    return { sizeBytes: this.#sizeBytes, firstBatchTimestamp: this.#firstBatchTimestamp, indexes: this.#indexes!.mark() }
  }

  /** Removes what was written since the mark, also what a failed write left behind it. Throws `DiskError`. */
  cutBack(mark: SegmentMark): void {
    this.file.truncateSync(mark.sizeBytes)
    this.#sizeBytes = mark.sizeBytes
    // The medium may have what was written, and then a later start would find it again.
    this.doubt()
    this.#firstBatchTimestamp = mark.firstBatchTimestamp
    this.#isComplete = false
    this.#indexes!.cutBack(mark.indexes)
  }

  /** No more batches will follow. */
  complete(): void {
    this.#isComplete = true
    this.#indexes?.complete()
  }

  /** Makes the log file durable as it is when it is called. True when its name may not be durable yet. */
  async flush(): Promise<boolean> {
    const sizeBytes = this.#sizeBytes
    const doubtCount = this.#doubtCount
    if (this.#syncedBytes >= sizeBytes) return false
    await this.file.sync()
    // A cut that was made meanwhile may have come too late for this sync.
    if (this.#doubtCount === doubtCount) this.#syncedBytes = Math.max(this.#syncedBytes, Math.min(sizeBytes, this.#sizeBytes))
    const isFirst = !this.#wasFlushed
    this.#wasFlushed = true
    return isFirst
  }

  /** Makes the indexes durable as they are when it is called. True when the names of their files may not be durable yet. */
  async flushIndexes(): Promise<boolean> {
    if (this.#indexes === undefined) return false
    const sizeBytes = this.#sizeBytes
    await this.#indexes.flush(this.#doors.disk, this.files)
    this.#indexedBytes = Math.min(sizeBytes, this.#sizeBytes)
    const isFirst = !this.#wereIndexesFlushed
    this.#wereIndexesFlushed = true
    return isFirst
  }

  /** Drops the indexes of a complete segment from memory when their files have everything. */
  releaseIndexes(): void {
    if (this.#indexes?.isDirty === false) this.#indexes = undefined
  }

  /** The indexes, loaded from their files when they are not in memory, rebuilt from the log file when those are in doubt. */
  ensureIndexes(indexIntervalBytes: number): SegmentIndexes | Promise<SegmentIndexes> {
    if (this.#indexes !== undefined) return this.#indexes
    this.#loading ??= this.#loadIndexes(indexIntervalBytes).finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  /**
   * Reads the segment from the last indexed batch at or before `fromOffset` to its end or to `endOffset`, checks each batch,
   * and brings the indexes in line. What is behind the last good batch stays in the file: see `cutTo`.
   */
  async resume(options: ResumeOptions): Promise<ScanEnd> {
    const indexes = this.#indexes ?? (await loadIndexes(this.#doors.disk, this.files, this.baseOffset))
    const indexed = indexes.offsetIndex.isSane(this.#sizeBytes) ? indexes.offsetIndex.lookup(options.fromOffset) : 0
    const from = (await this.#areIndexesWholeBelow(indexes, indexed)) ? indexed : 0
    const indexedNextOffset = from === 0 ? undefined : indexes.offsetIndex.lastOffsetAt(from)! + 1
    const checksums = await indexes.headerChecksums.read(from, this.#sizeBytes, this.checksumFile)
    indexes.rewindTo(from, await indexes.headerChecksums.countBefore(from, this.checksumFile))
    if (from > 0) await this.#readFirstBatchTimestamp()
    let wrongHeader: string | undefined
    const end = await scanBatches(this.file, {
      from,
      to: this.#sizeBytes,
      expectedOffset: from === 0 ? this.baseOffset : undefined,
      leastEpoch: NO_LEADER_EPOCH,
      visit: (batch, position) => {
        if (batch.nextOffset > options.endOffset) return false
        if (position === from && indexedNextOffset !== undefined && batch.nextOffset !== indexedNextOffset) return false
        const checksum = batch.nextOffset <= options.trustedBelow ? checksums.next(position) : undefined
        if (checksum !== undefined && checksum !== batch.headerChecksum) {
          wrongHeader = WRONG_HEADER
          return false
        }
        if (position === 0) this.#firstBatchTimestamp = batch.maxTimestamp
        indexes.add(batch, position, options.indexIntervalBytes)
        options.visit?.(batch, position)
        return true
      },
    })
    // Where the index points there is not the batch it names: the index is wrong, or the file. The file alone can tell.
    if (from > 0 && end.nextOffset === undefined) return this.resume({ ...options, fromOffset: NOT_INDEXED })
    this.#indexes = indexes
    this.#isComplete = false
    return { position: end.position, nextOffset: end.nextOffset, problem: end.problem ?? wrongHeader }
  }

  /** Cuts the log file to `sizeBytes`, to which `resume` has read it. */
  cutTo(sizeBytes: number): void {
    this.file.truncateSync(sizeBytes)
    this.#sizeBytes = sizeBytes
    this.doubt()
  }

  /** Has the next flush sync the log file even if nothing is written until then: it was cut, or found, not written, by this process. */
  doubt(): void {
    this.#doubtCount++
    this.#syncedBytes = -1
  }

  /** The files have other names now: who holds this segment goes on reading the same bytes. */
  moveTo(files: SegmentFiles): void {
    this.#doors.handles.move(this.#files.log, files.log)
    this.#doors.handles.move(this.#files.headerChecksums, files.headerChecksums)
    this.#files = files
  }

  /** The largest timestamp of the first batch, -1 for none. */
  async firstBatchTimestamp(): Promise<number> {
    if (this.#firstBatchTimestamp === undefined) await this.#readFirstBatchTimestamp()
    return this.#firstBatchTimestamp ?? -1
  }

  /** Closes the files. */
  close(): void {
    this.#doors.handles.close(this.files.log)
    this.#doors.handles.close(this.files.headerChecksums)
  }

  /** The open header checksum file, if there is one yet. */
  get checksumFile(): DiskFile | undefined {
    if (this.#doors.disk.statSync(this.files.headerChecksums) === undefined) return undefined
    return this.#doors.handles.use(this.files.headerChecksums, 'readWrite')
  }

  async #loadIndexes(indexIntervalBytes: number): Promise<SegmentIndexes> {
    const loaded = await loadIndexes(this.#doors.disk, this.files, this.baseOffset)
    const { file, checksumFile } = this
    const areFilesThere = areIndexFilesThere(this.#doors.disk, this.files)
    if (await isComplete(loaded, { file, sizeBytes: this.#sizeBytes, checksumFile, indexIntervalBytes, areFilesThere })) {
      loaded.adoptMaxTimestamp()
      this.#indexes = loaded
    } else {
      await this.resume({ fromOffset: NOT_INDEXED, endOffset: Number.POSITIVE_INFINITY, trustedBelow: 0, indexIntervalBytes })
      this.complete()
    }
    await this.#readFirstBatchTimestamp()
    return this.#indexes!
  }

  #areIndexesWholeBelow(indexes: SegmentIndexes, position: number): boolean | Promise<boolean> {
    if (position === 0 || this.#indexes === indexes) return true
    const { file, checksumFile } = this
    return isWholeBelow(indexes, { file, checksumFile, position, areFilesThere: areIndexFilesThere(this.#doors.disk, this.files) })
  }

  async #readFirstBatchTimestamp(): Promise<void> {
    const header = new Uint8Array(BATCH_HEADER_BYTES)
    const isThere = (await this.file.read(header, 0)) === BATCH_HEADER_BYTES
    this.#firstBatchTimestamp = isThere ? maxTimestampOf(header, 0) : -1
  }
}

export interface ResumeOptions {
  /** Batches before the last indexed one at or before this offset are not read. */
  readonly fromOffset: number
  /** Batches that end above it are not kept. */
  readonly endOffset: number
  /** Below this offset the header checksums on disk are known to belong to the batches. */
  readonly trustedBelow: number
  readonly indexIntervalBytes: number
  readonly visit?: (batch: StoredBatch, position: number) => void
}

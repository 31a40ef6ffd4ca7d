import type { Disk } from '@kafka-ts/io'
import { HeaderChecksums } from './header-checksums.ts'
import { OffsetIndex } from './offset-index.ts'
import type { SegmentFiles } from './segment-files.ts'
import type { StoredBatch } from './stored-batch.ts'
import { TimeIndex } from './time-index.ts'

/** A state of `SegmentIndexes` to return to when an append fails. */
export interface IndexesMark {
  readonly offsetEntries: number
  readonly timeEntries: number
  readonly checksumEntries: number
  readonly maxTimestamp: number
  readonly offsetOfMaxTimestamp: number
  readonly bytesSinceEntry: number
}

/** The three tables beside a log file, and what decides when they get an entry. */
export class SegmentIndexes {
  readonly offsetIndex: OffsetIndex
  readonly timeIndex: TimeIndex
  readonly headerChecksums = new HeaderChecksums()
  #maxTimestamp = -1
  #offsetOfMaxTimestamp = -1
  #bytesSinceEntry = 0

  constructor(baseOffset: number) {
    this.offsetIndex = new OffsetIndex(baseOffset)
    this.timeIndex = new TimeIndex(baseOffset)
  }

  /** The indexes of a segment without batches; whatever files of their names hold is to be cut off. */
  static empty(baseOffset: number): SegmentIndexes {
    const indexes = new SegmentIndexes(baseOffset)
    for (const { table } of [indexes.offsetIndex, indexes.timeIndex, indexes.headerChecksums]) table.continueFile(0, true)
    return indexes
  }

  /** The largest record timestamp, -1 without one. */
  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  get isDirty(): boolean {
    return this.offsetIndex.table.isDirty || this.timeIndex.table.isDirty || this.headerChecksums.table.isDirty
  }

  /** Notes the batch that was written at `position` (Kafka's `LogSegment.append`). */
  add(batch: StoredBatch, position: number, indexIntervalBytes: number): void {
    const lastOffset = batch.nextOffset - 1
    this.headerChecksums.append(position, batch.headerChecksum)
    if (batch.maxTimestamp > this.#maxTimestamp) {
      this.#maxTimestamp = batch.maxTimestamp
      this.#offsetOfMaxTimestamp = lastOffset
    }
    if (this.#bytesSinceEntry > indexIntervalBytes) {
      this.offsetIndex.append(lastOffset, position)
      this.timeIndex.maybeAppend(this.#maxTimestamp, this.#offsetOfMaxTimestamp)
      this.#bytesSinceEntry = 0
    }
    this.#bytesSinceEntry += batch.bytes.length
  }

  /** The last entry of the time index names the largest timestamp of a segment that is complete. */
  complete(): void {
    this.timeIndex.maybeAppend(this.#maxTimestamp, this.#offsetOfMaxTimestamp)
  }

  mark(): IndexesMark {
    return {
      offsetEntries: this.offsetIndex.table.count,
      timeEntries: this.timeIndex.table.count,
      checksumEntries: this.headerChecksums.table.count,
      maxTimestamp: this.#maxTimestamp,
      offsetOfMaxTimestamp: this.#offsetOfMaxTimestamp,
      bytesSinceEntry: this.#bytesSinceEntry,
    }
  }

  cutBack(mark: IndexesMark): void {
    this.offsetIndex.table.truncate(mark.offsetEntries)
    this.timeIndex.table.truncate(mark.timeEntries)
    this.headerChecksums.table.truncate(mark.checksumEntries)
    this.#maxTimestamp = mark.maxTimestamp
    this.#offsetOfMaxTimestamp = mark.offsetOfMaxTimestamp
    this.#bytesSinceEntry = mark.bytesSinceEntry
  }

  /**
   * Forgets what the indexes say of `position` and behind, where an entry of the offset index points (or the segment begins),
   * so that the batches from there on can be added again. `checksumEntries` is the number of header checksums before it.
   */
  rewindTo(position: number, checksumEntries: number): void {
    const lastOffset = this.offsetIndex.lastOffsetAt(position)
    this.offsetIndex.truncateToPosition(position)
    this.timeIndex.truncateToOffset(lastOffset ?? 0)
    this.headerChecksums.table.truncate(checksumEntries)
    this.#maxTimestamp = this.timeIndex.last?.timestamp ?? -1
    this.#offsetOfMaxTimestamp = this.timeIndex.last?.offset ?? -1
    // The batch at `position` had an entry, so it gets one again.
    this.#bytesSinceEntry = position === 0 ? 0 : Number.POSITIVE_INFINITY
  }

  /** Takes over what a complete segment's files say of its largest timestamp. */
  adoptMaxTimestamp(): void {
    this.#maxTimestamp = this.timeIndex.last?.timestamp ?? -1
    this.#offsetOfMaxTimestamp = this.timeIndex.last?.offset ?? -1
  }

  /** Writes to the files what they lack; durable when it resolves. */
  async flush(disk: Disk, files: SegmentFiles): Promise<void> {
    const [offsets, times, checksums] = [this.offsetIndex.table, this.timeIndex.table, this.headerChecksums.table]
    const counts = [checksums.count, times.count, offsets.count] as const
    // The offset index goes last: a start after a crash trusts everything that lies before its last entry.
    await checksums.flush(disk, files.headerChecksums, counts[0])
    await times.flush(disk, files.timeIndex, counts[1])
    await offsets.flush(disk, files.offsetIndex, counts[2])
    this.headerChecksums.table.forgetFlushed()
  }
}

import { readUint32, writeInt32 } from '@kafka-ts/protocol/records'
import { EntryTable } from './entry-table.ts'

/** Bytes of an entry: the offset relative to the segment's base offset, then the position in the log file. */
export const OFFSET_INDEX_ENTRY_BYTES = 8

/** Where batches lie in a segment: an entry about every `indexIntervalBytes` (Kafka's `OffsetIndex`, byte for byte). */
export class OffsetIndex {
  readonly table = new EntryTable(OFFSET_INDEX_ENTRY_BYTES)
  readonly #baseOffset: number

  constructor(baseOffset: number) {
    this.#baseOffset = baseOffset
  }

  /** `lastOffset` of the batch that begins at `position`; both larger than any before. */
  append(lastOffset: number, position: number): void {
    const at = this.table.addEntry()
    writeInt32(this.table.bytes, at, lastOffset - this.#baseOffset)
    writeInt32(this.table.bytes, at + 4, position)
  }

  /** The position of a batch that begins at or before `offset`: the best the index knows, else the segment's start. */
  lookup(offset: number): number {
    const index = this.#lastAtMost(offset - this.#baseOffset, 0)
    return index < 0 ? 0 : this.#field(index, 4)
  }

  /** The last offset of the batch at `position`, if an entry points there. */
  lastOffsetAt(position: number): number | undefined {
    const index = this.#lastAtMost(position, 4)
    return index >= 0 && this.#field(index, 4) === position ? this.#baseOffset + this.#field(index, 0) : undefined
  }

  /** Between which offsets the batch at `position` lies, as far as the index knows: at or above `from`, below `to`. */
  offsetsAround(position: number): { readonly from: number; readonly to: number | undefined } {
    const index = this.#lastAtMost(position, 4)
    const isEntry = index >= 0 && this.#field(index, 4) === position
    const before = isEntry ? index - 1 : index
    const after = before + 1
    return {
      from: this.#baseOffset + (before < 0 ? 0 : this.#field(before, 0) + 1),
      to: after < this.table.count ? this.#baseOffset + this.#field(after, 0) + 1 : undefined,
    }
  }

  /** The position the last entry points to, undefined without one. */
  get lastPosition(): number | undefined {
    return this.table.count === 0 ? undefined : this.#field(this.table.count - 1, 4)
  }

  /** Drops the entries that point to `position` or behind it. */
  truncateToPosition(position: number): void {
    this.table.truncate(this.#lastAtMost(position - 1, 4) + 1)
  }

  /** Whether both fields rise and every position lies below `logBytes`. */
  isSane(logBytes: number): boolean {
    let lastOffset = -1
    let lastPosition = -1
    for (let index = 0; index < this.table.count; index++) {
      const offset = this.#field(index, 0)
      const position = this.#field(index, 4)
      if (offset <= lastOffset || position <= lastPosition) return false
      lastOffset = offset
      lastPosition = position
    }
    return lastPosition < logBytes
  }

  /** The last entry whose field at byte `fieldAt` is at most `value`, -1 without one. */
  #lastAtMost(value: number, fieldAt: number): number {
    let low = 0
    let high = this.table.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#field(middle, fieldAt) <= value) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #field(index: number, fieldAt: number): number {
    return readUint32(this.table.bytes, this.table.at(index) + fieldAt)
  }
}

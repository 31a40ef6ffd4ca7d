import { readInt64, readUint32, writeInt32, writeInt64 } from '@kafka-ts/protocol/records'
import { EntryTable } from './entry-table.ts'

/** Bytes of an entry: the timestamp, then an offset relative to the segment's base offset. */
export const TIME_INDEX_ENTRY_BYTES = 12
const OFFSET_AT = 8

/** A timestamp and the last offset of the first batch that reaches it. */
export interface TimeIndexEntry {
  readonly timestamp: number
  readonly offset: number
}

/**
 * The largest timestamp up to an offset (Kafka's `TimeIndex`, byte for byte): an entry (T, o) says that every batch before
 * the one that ends with `o` has only timestamps below T.
 */
export class TimeIndex {
  readonly table = new EntryTable(TIME_INDEX_ENTRY_BYTES)
  readonly #baseOffset: number

  constructor(baseOffset: number) {
    this.#baseOffset = baseOffset
  }

  /** Adds an entry unless `timestamp` is not larger than the last one's. */
  maybeAppend(timestamp: number, offset: number): void {
    const last = this.last
    if (timestamp < 0 || (last !== undefined && (timestamp <= last.timestamp || offset <= last.offset))) return
    const at = this.table.addEntry()
    writeInt64(this.table.bytes, at, timestamp)
    writeInt32(this.table.bytes, at + OFFSET_AT, offset - this.#baseOffset)
  }

  get last(): TimeIndexEntry | undefined {
    return this.table.count === 0 ? undefined : this.#entry(this.table.count - 1)
  }

  /** The last entry with a timestamp below `timestamp`: no batch before the one it names reaches it. */
  lookupBelow(timestamp: number): TimeIndexEntry | undefined {
    let low = 0
    let high = this.table.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#timestamp(middle) < timestamp) low = middle + 1
      else high = middle
    }
    return low === 0 ? undefined : this.#entry(low - 1)
  }

  /** Drops the entries at and above `offset`. */
  truncateToOffset(offset: number): void {
    let count = this.table.count
    while (count > 0 && this.#entry(count - 1).offset >= offset) count--
    this.table.truncate(count)
  }

  /** Whether both fields rise. */
  isSane(): boolean {
    let previous: TimeIndexEntry | undefined
    for (let index = 0; index < this.table.count; index++) {
      const entry = this.#entry(index)
      if (previous !== undefined && (entry.timestamp <= previous.timestamp || entry.offset <= previous.offset)) return false
      previous = entry
    }
    return true
  }

  #timestamp(index: number): number {
    return readInt64(this.table.bytes, this.table.at(index))
  }

  #entry(index: number): TimeIndexEntry {
    const at = this.table.at(index)
    return { timestamp: readInt64(this.table.bytes, at), offset: this.#baseOffset + readUint32(this.table.bytes, at + OFFSET_AT) }
  }
}

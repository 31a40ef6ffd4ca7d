import { MALFORMED, NO_TIMESTAMP, RecordsError, RecordWalker, varlongBytes, writeVarint, writeVarlong } from '@kafka-ts/protocol/records'

/** More than a record's length and timestamp delta can grow by. */
const GROWTH_BYTES = 16

const walker = new RecordWalker()

/** Those records of one batch that stay: where they lie in its (decompressed) bytes. One object serves batch after batch. */
export class RetainedRecords {
  /** Pairs of start and end; neighbours are one. */
  readonly #ranges: number[] = []
  /** The batch's records, decompressed. */
  #bytes = new Uint8Array(0)
  #baseTimestamp = NO_TIMESTAMP
  count = 0
  /** The largest, -1 without one. */
  maxTimestamp = NO_TIMESTAMP
  hasTombstone = false

  begin(bytes: Uint8Array, baseTimestamp: number): void {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>
    this.#ranges.length = 0
    this.#baseTimestamp = baseTimestamp
    this.count = 0
    this.maxTimestamp = NO_TIMESTAMP
    this.hasTombstone = false
  }

  /** Keeps the record from `start` to `end`. */
  add(start: number, end: number, record: { readonly timestampDelta: number; readonly isTombstone: boolean }): void {
    const ranges = this.#ranges
    if (ranges.at(-1) === start) ranges[ranges.length - 1] = end
    else ranges.push(start, end)
    this.count++
    this.maxTimestamp = Math.max(this.maxTimestamp, this.#baseTimestamp + record.timestampDelta)
    this.hasTombstone ||= record.isTombstone
  }

  /** The bytes of the records, as they are or with their timestamps relative to another base; a copy, or a view of the batch. */
  encode(baseTimestamp: number): Uint8Array {
    return baseTimestamp === this.#baseTimestamp ? this.#copy() : this.#rebase(baseTimestamp)
  }

  #copy(): Uint8Array {
    const ranges = this.#ranges
    if (ranges.length === 2) return this.#bytes.subarray(ranges[0], ranges[1])
    let bytes = 0
    for (let index = 0; index < ranges.length; index += 2) bytes += ranges[index + 1]! - ranges[index]!
    const copy = new Uint8Array(bytes)
    let at = 0
    for (let index = 0; index < ranges.length; index += 2) {
      const range = this.#bytes.subarray(ranges[index], ranges[index + 1])
      copy.set(range, at)
      at += range.length
    }
    return copy
  }

  #rebase(baseTimestamp: number): Uint8Array {
    const bytes = this.#bytes
    const shift = this.#baseTimestamp - baseTimestamp
    let total = 0
    for (let index = 0; index < this.#ranges.length; index += 2) total += this.#ranges[index + 1]! - this.#ranges[index]!
    const target = new Uint8Array(total + this.count * GROWTH_BYTES)
    let to = 0
    for (let index = 0; index < this.#ranges.length; index += 2) {
      const end = this.#ranges[index + 1]!
      for (let at = this.#ranges[index]!; at < end; ) {
        const next = walker.walk(bytes, at, end)
        if (next === MALFORMED) throw new RecordsError('corrupt', walker.problem)
        // length | attributes | timestamp delta | rest
        const attributesAt = behindVarint(bytes, at)
        const restAt = behindVarint(bytes, attributesAt + 1)
        const delta = walker.timestampDelta + shift
        to = writeVarint(target, to, 1 + varlongBytes(delta) + next - restAt)
        target[to++] = bytes[attributesAt]!
        to = writeVarlong(target, to, delta)
        target.set(bytes.subarray(restAt, next), to)
        to += next - restAt
        at = next
      }
    }
    return target.subarray(0, to)
  }
}

function behindVarint(bytes: Uint8Array, start: number): number {
  let at = start
  while (bytes[at]! >= 0x80) at++
  return at + 1
}

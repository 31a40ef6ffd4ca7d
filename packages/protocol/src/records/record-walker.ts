/**
 * The fields of one record (`DefaultRecord` in Kafka), lengths and counts as varints, -1 for a null key or value:
 *
 * ```
 * length | attributes (1 byte) | timestampDelta (varlong) | offsetDelta | keyLength key | valueLength value
 *        | headerCount { keyLength key | valueLength value }*
 * ```
 *
 * The one parser of records: `RecordBatchReader` reads with it, `checkRecords` checks with it.
 */

/** Returned where a record's end would be. */
export const MALFORMED = -1
/** The position of a null. */
export const NULL_POSITION = -1

const MAX_VARINT_BYTES = 5
const MAX_VARLONG_BYTES = 10
/** What a malformed varint reads as: no length or count may be below -1, so that the check of its value finds it. */
const MALFORMED_VARINT = -(2 ** 31)

/**
 * Walks one record at a time; its fields then describe that record by positions in the bytes walked. They are plain
 * fields, `position` too, because this runs for every field of every record.
 */
export class RecordWalker {
  timestampDelta = 0
  offsetDelta = 0
  /** -1, as is the end, for null; likewise the value's. */
  keyStart = NULL_POSITION
  keyEnd = NULL_POSITION
  valueStart = NULL_POSITION
  valueEnd = NULL_POSITION
  headerCount = 0
  /** Where the first header begins. */
  headersStart = 0
  /** Why `walk` returned `MALFORMED`. */
  problem = ''
  /** Where `readVarint` reads next. */
  position = 0

  /** Reads the record at `start`, no byte at or behind `end`; returns where it ends, or `MALFORMED` with `problem` set. */
  walk(bytes: Uint8Array, start: number, end: number): number {
    this.position = start
    const length = this.readVarint(bytes, end)
    const recordEnd = this.position + length
    if (length < 1 || recordEnd > end) return this.#malformed('a record is longer than its batch')
    // The attributes of a record, which no version uses.
    this.position++
    this.timestampDelta = this.#readVarlong(bytes, recordEnd)
    if (Number.isNaN(this.timestampDelta)) return this.#malformed('a timestamp is malformed or out of range')
    this.offsetDelta = this.readVarint(bytes, recordEnd)
    if (this.offsetDelta < 0) return this.#malformed('an offset delta is malformed or negative')

    // A field that is too long leaves the position behind the end, where the next varint is malformed.
    const keyLength = this.readVarint(bytes, recordEnd)
    this.keyStart = keyLength < 0 ? NULL_POSITION : this.position
    if (keyLength > 0) this.position += keyLength
    this.keyEnd = keyLength < 0 ? NULL_POSITION : this.position
    if (keyLength < -1) return this.#malformed('a key length is malformed')
    const valueLength = this.readVarint(bytes, recordEnd)
    this.valueStart = valueLength < 0 ? NULL_POSITION : this.position
    if (valueLength > 0) this.position += valueLength
    this.valueEnd = valueLength < 0 ? NULL_POSITION : this.position
    if (valueLength < -1) return this.#malformed('a key is longer than its record, or a value length is malformed')

    this.headerCount = this.readVarint(bytes, recordEnd)
    this.headersStart = this.position
    if (this.headerCount < 0) return this.#malformed('a value is longer than its record, or the number of headers is malformed')
    if (this.headerCount > 0 && !this.#skipHeaders(bytes, recordEnd)) return this.#malformed('a header is malformed')
    return this.position === recordEnd ? recordEnd : this.#malformed('a record does not end with its last field')
  }

  /**
   * Reads the varint (an int32) at `position` and moves behind it. -2^31 when it is malformed or does not end before `end`,
   * as for a position that is not before it.
   */
  readVarint(bytes: Uint8Array, end: number): number {
    const at = this.position
    if (at < end) {
      const first = bytes[at]!
      if (first < 0x80) {
        this.position = at + 1
        return (first >>> 1) ^ -(first & 1)
      }
      if (at + 1 < end) {
        const second = bytes[at + 1]!
        if (second < 0x80) {
          this.position = at + 2
          return (((first & 0x7f) | (second << 7)) >>> 1) ^ -(first & 1)
        }
      }
    }
    return this.#readLongVarint(bytes, end)
  }

  #readLongVarint(bytes: Uint8Array, end: number): number {
    const bound = Math.min(end, this.position + MAX_VARINT_BYTES)
    let zigzag = 0
    for (let at = this.position, shift = 0; at < bound; at++, shift += 7) {
      const byte = bytes[at]!
      zigzag |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.position = at + 1
        return (zigzag >>> 1) ^ -(zigzag & 1)
      }
    }
    return MALFORMED_VARINT
  }

  /** As `readVarint`, for a varlong; NaN when it is malformed or not a safe integer. */
  #readVarlong(bytes: Uint8Array, end: number): number {
    const at = this.position
    if (at + 1 < end && (bytes[at]! < 0x80 || bytes[at + 1]! < 0x80)) return this.readVarint(bytes, end)
    return this.#readLongVarlong(bytes, end)
  }

  /** The sign is the lowest bit; the magnitude beside it is gathered as a float, because the doubled value might not be exact. */
  #readLongVarlong(bytes: Uint8Array, end: number): number {
    const start = this.position
    const bound = Math.min(end, start + MAX_VARLONG_BYTES)
    let magnitude = 0
    let scale = 0.5
    for (let at = start; at < bound; at++, scale *= 0x80) {
      const byte = bytes[at]!
      magnitude += (byte & (at === start ? 0x7e : 0x7f)) * scale
      if (byte > 0x7f) continue
      this.position = at + 1
      const value = (bytes[start]! & 1) === 0 ? magnitude : -magnitude - 1
      return Number.isSafeInteger(value) ? value : Number.NaN
    }
    return Number.NaN
  }

  /** Each header takes two bytes at least, so that a count that lies meets the record's end soon. */
  #skipHeaders(bytes: Uint8Array, end: number): boolean {
    for (let index = 0; index < this.headerCount; index++) {
      const keyLength = this.readVarint(bytes, end)
      if (keyLength < 0) return false
      this.position += keyLength
      const valueLength = this.readVarint(bytes, end)
      if (valueLength < -1) return false
      if (valueLength > 0) this.position += valueLength
    }
    return this.position <= end
  }

  #malformed(problem: string): number {
    this.problem = problem
    return MALFORMED
  }
}

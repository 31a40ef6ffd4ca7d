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

/** Returned where a position or a record's end would be. */
export const MALFORMED = -1
/** The position of a null. */
export const NULL_POSITION = -1

const MAX_VARINT_BYTES = 5
const MAX_VARLONG_BYTES = 10

/** Behind the varint that was read last. Module state, not a result object: this runs for every field of every record. */
let varintEnd = 0

/** Walks one record at a time; its fields then describe that record by positions in the bytes walked. */
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

  /** Reads the record at `start`, no byte at or behind `end`; returns where it ends, or `MALFORMED` with `problem` set. */
  walk(bytes: Uint8Array, start: number, end: number): number {
    const length = readVarint(bytes, start, end)
    const recordEnd = varintEnd + length
    // A malformed varint reads as NaN, which makes each of these comparisons false.
    if (!(length > 0 && recordEnd <= end)) return this.#malformed('a record is longer than its batch')
    this.timestampDelta = readVarlong(bytes, varintEnd + 1, recordEnd)
    this.offsetDelta = readVarint(bytes, varintEnd, recordEnd)
    if (!(Math.abs(this.timestampDelta) >= 0)) return this.#malformed('a timestamp is malformed or out of range')
    if (!(this.offsetDelta >= 0)) return this.#malformed('an offset delta is negative')

    const keyLength = readVarint(bytes, varintEnd, recordEnd)
    this.keyStart = keyLength < 0 ? NULL_POSITION : varintEnd
    const keyBytes = Math.max(keyLength, 0)
    this.keyEnd = keyLength < 0 ? NULL_POSITION : varintEnd + keyLength
    const valueLength = readVarint(bytes, varintEnd + keyBytes, recordEnd)
    this.valueStart = valueLength < 0 ? NULL_POSITION : varintEnd
    const valueBytes = Math.max(valueLength, 0)
    this.valueEnd = valueLength < 0 ? NULL_POSITION : varintEnd + valueLength
    if (!(keyLength >= -1 && valueLength >= -1)) return this.#malformed('a key or value is malformed or longer than its record')

    this.headerCount = readVarint(bytes, varintEnd + valueBytes, recordEnd)
    this.headersStart = varintEnd
    if (!(this.headerCount >= 0)) return this.#malformed('a value or the number of headers is malformed')
    const fieldsEnd = this.headerCount === 0 ? varintEnd : skipHeaders(bytes, varintEnd, recordEnd, this.headerCount)
    return fieldsEnd === recordEnd ? recordEnd : this.#malformed('a record does not end with its last field')
  }

  #malformed(problem: string): number {
    this.problem = problem
    return MALFORMED
  }
}

/**
 * Reads a varint (an int32); `varintEndPosition()` is then behind it. NaN when it is malformed or does not end before `end`,
 * which is also so for a position that is already behind it.
 */
export function readVarint(bytes: Uint8Array, at: number, end: number): number {
  if (at < end) {
    const byte = bytes[at]!
    if (byte < 0x80) {
      varintEnd = at + 1
      return (byte >>> 1) ^ -(byte & 1)
    }
  }
  return readLongVarint(bytes, at, end)
}

/** The position behind what `readVarint` read last. */
export function varintEndPosition(): number {
  return varintEnd
}

function readLongVarint(bytes: Uint8Array, start: number, end: number): number {
  const bound = Math.min(end, start + MAX_VARINT_BYTES)
  let zigzag = 0
  for (let at = start, shift = 0; at < bound; at++, shift += 7) {
    const byte = bytes[at]!
    zigzag |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      varintEnd = at + 1
      return (zigzag >>> 1) ^ -(zigzag & 1)
    }
  }
  varintEnd = end
  return Number.NaN
}

/** Reads a varlong; NaN when it is malformed, as `readVarint`, and when it is not a safe integer. */
function readVarlong(bytes: Uint8Array, at: number, end: number): number {
  if (at < end && bytes[at]! < 0x80) return readVarint(bytes, at, end)
  return readLongVarlong(bytes, at, end)
}

/** The sign is the lowest bit, and the magnitude is gathered beside it as a float: the doubled value might not be exact. */
function readLongVarlong(bytes: Uint8Array, start: number, end: number): number {
  const bound = Math.min(end, start + MAX_VARLONG_BYTES)
  if (start >= bound) return Number.NaN
  const first = bytes[start]!
  let magnitude = (first & 0x7e) / 2
  let scale = 0x40
  for (let at = start + 1; at < bound; at++, scale *= 0x80) {
    const byte = bytes[at]!
    magnitude += (byte & 0x7f) * scale
    if (byte < 0x80) {
      varintEnd = at + 1
      if (magnitude >= Number.MAX_SAFE_INTEGER) return Number.NaN
      return (first & 1) === 0 ? magnitude : -magnitude - 1
    }
  }
  varintEnd = end
  return Number.NaN
}

/** Each header takes two bytes at least, so that a count that lies meets the record's end soon. */
function skipHeaders(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = start
  for (let index = 0; index < count; index++) {
    const keyLength = readVarint(bytes, at, end)
    if (!(keyLength >= 0)) return MALFORMED
    const valueLength = readVarint(bytes, varintEnd + keyLength, end)
    if (!(valueLength >= -1)) return MALFORMED
    at = valueLength < 0 ? varintEnd : varintEnd + valueLength
    if (at > end) return MALFORMED
  }
  return at
}

import { Buffer, isUtf8 } from 'node:buffer'
import { KafkaError } from '@kafka-ts/protocol'

/** Longest string, in bytes: Kafka's own bound, in the compact form too. */
export const MAX_STRING_BYTES = 0x7fff
/** Memory that one decoded message may take, roughly: a body of two-byte elements would otherwise grow fifty-fold. */
export const MAX_DECODED_BYTES = 32 * 1024 * 1024

/** A length that stands for null. */
export const NULL_LENGTH = -1

const TWO_TO_32 = 2 ** 32
const UUID_BYTES = 16
const VARINT_BITS = 7
const LAST_VARINT_SHIFT = 4 * VARINT_BITS
/** What the fifth byte of a varint may hold: the top four bits of a uint32, and no sixth byte after it. */
const LAST_VARINT_BYTE_MAX = 0x0f
const REPLACEMENT_CHARACTER = '\ufffd'

/**
 * Reads the fields of one message. Everything is checked against the bytes that are there: whatever they hold, the outcome is a value
 * or `KafkaError` PROTOCOL_ERROR with the path of the field, which the caller passes to each read.
 */
export class WireReader {
  readonly #bytes: Buffer
  #position: number
  #decodedBytes = 0

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#position = position
  }

  get position(): number {
    return this.#position
  }

  get remainingBytes(): number {
    return this.#bytes.length - this.#position
  }

  int8(path: string): number {
    return (this.#bytes[this.#take(1, path)]! << 24) >> 24
  }

  int16(path: string): number {
    const at = this.#take(2, path)
    return ((this.#bytes[at]! << 24) >> 16) | this.#bytes[at + 1]!
  }

  int32(path: string): number {
    return this.#int32At(this.#take(4, path))
  }

  /** Exact within the safe integers, rounded outside of them: the caller checks. */
  int64(path: string): number {
    const at = this.#take(8, path)
    return this.#int32At(at) * TWO_TO_32 + (this.#int32At(at + 4) >>> 0)
  }

  /** An unsigned varint of at most five bytes: a uint32. */
  unsignedVarint(path: string): number {
    const first = this.#bytes[this.#take(1, path)]!
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = VARINT_BITS; shift < LAST_VARINT_SHIFT; shift += VARINT_BITS) {
      const byte = this.#bytes[this.#take(1, path)]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    const last = this.#bytes[this.#take(1, path)]!
    if (last > LAST_VARINT_BYTE_MAX) throw this.malformed(path, 'has a varint over 32 bits')
    return (value | (last << LAST_VARINT_SHIFT)) >>> 0
  }

  /** A length in the compact form, `NULL_LENGTH` for null. */
  compactLength(path: string): number {
    return this.unsignedVarint(path) - 1
  }

  uuid(path: string): Uint8Array {
    const at = this.#take(UUID_BYTES, path)
    return this.#copy(at, at + UUID_BYTES)
  }

  /** Text of `length` bytes of strict UTF-8. */
  string(length: number, path: string): string {
    if (length > MAX_STRING_BYTES) throw this.malformed(path, `is a string of ${length} bytes, the limit is ${MAX_STRING_BYTES}`)
    const start = this.#take(length, path)
    const text = this.#bytes.toString('utf8', start, this.#position)
    if (text.includes(REPLACEMENT_CHARACTER) && !isUtf8(this.#bytes.subarray(start, this.#position))) {
      throw this.malformed(path, 'is not valid UTF-8')
    }
    return text
  }

  /** A view of the message. */
  view(length: number, path: string): Uint8Array {
    const start = this.#take(length, path)
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length)
  }

  copy(length: number, path: string): Uint8Array {
    const start = this.#take(length, path)
    return this.#copy(start, this.#position)
  }

  skip(length: number, path: string): void {
    this.#take(length, path)
  }

  /** Counts memory that is about to be taken, so that it is refused before it is. */
  charge(bytes: number, path: string): void {
    this.#decodedBytes += bytes
    if (this.#decodedBytes > MAX_DECODED_BYTES) throw this.malformed(path, `takes the message over ${MAX_DECODED_BYTES} bytes of memory`)
  }

  /** Nothing may follow. */
  ensureEnd(path: string): void {
    if (this.remainingBytes > 0) throw this.malformed(path, `is followed by ${this.remainingBytes} bytes that do not belong to it`)
  }

  malformed(path: string, problem: string): KafkaError {
    return new KafkaError('PROTOCOL_ERROR', `${path} ${problem} (at byte ${this.#position}).`)
  }

  /** Moves behind the next `length` bytes and returns where they start. A length that was read may be negative. */
  #take(length: number, path: string): number {
    const start = this.#position
    if (length < 0) throw this.malformed(path, `has the length ${length}`)
    if (length > this.#bytes.length - start) throw this.malformed(path, `needs ${length} bytes where ${this.remainingBytes} are left`)
    this.#position = start + length
    return start
  }

  #int32At(at: number): number {
    const bytes = this.#bytes
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  }

  #copy(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(end - start)
    bytes.set(this.#bytes.subarray(start, end))
    return bytes
  }
}

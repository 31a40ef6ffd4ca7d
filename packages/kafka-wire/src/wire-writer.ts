import { Buffer } from 'node:buffer'
import { copyBytes } from '@kafka-ts/protocol'

const INITIAL_BYTES = 1024
/** Records below this size are copied into the buffer: a chunk of their own costs the socket more than the copy (measured). */
const COPY_BELOW_BYTES = 1024
const SIZE_BYTES = 4
const TWO_TO_32 = 2 ** 32
/** Bytes kept free for a size while what it measures is written; most sizes below 128 then stay where they are. */
const GUESSED_VARINT_BYTES = 1

/** Bytes of an unsigned varint. */
export function unsignedVarintBytes(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  return value < 0x1000_0000 ? 4 : 5
}

/**
 * Writes one frame: a u32 size, filled in by `finish`, then whatever is written. All of it goes into one growing buffer, but for
 * large records, which become chunks of their own, uncopied. Values have been checked by the caller.
 */
export class WireWriter {
  /** What is finished, in order; the rest is `#buffer` from `#start` to `#position`. */
  readonly #chunks: Uint8Array[] = []
  #chunkBytes = 0
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES)
  #start = 0
  #position = SIZE_BYTES

  int8(value: number): void {
    const at = this.#reserve(1)
    this.#buffer[at] = value
  }

  int16(value: number): void {
    const at = this.#reserve(2)
    this.#buffer[at] = value >> 8
    this.#buffer[at + 1] = value
  }

  int32(value: number): void {
    this.#int32At(this.#reserve(4), value)
  }

  /** A safe integer. */
  int64(value: number): void {
    const at = this.#reserve(8)
    const high = Math.floor(value / TWO_TO_32)
    this.#int32At(at, high)
    this.#int32At(at + 4, value - high * TWO_TO_32)
  }

  /** A uint32. */
  unsignedVarint(value: number): void {
    const bytes = unsignedVarintBytes(value)
    this.#unsignedVarintAt(this.#reserve(bytes), value)
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length)
    this.#buffer.set(value, at)
  }

  /** A string of `byteLength` bytes. */
  string(text: string, byteLength: number): void {
    const at = this.#reserve(byteLength)
    this.#buffer.write(text, at, byteLength, byteLength === text.length ? 'latin1' : 'utf8')
  }

  /** Records as they are: the chunk must not be written to until the frame is sent. */
  records(chunk: Uint8Array): void {
    if (chunk.length < COPY_BELOW_BYTES) {
      const at = this.#reserve(chunk.length)
      copyBytes('answer', this.#buffer, at, chunk)
      return
    }
    this.#cut()
    this.#chunks.push(chunk)
    this.#chunkBytes += chunk.length
  }

  /** Begins something whose size goes before it as a varint; give the mark to `closeSized`. No records may come in between. */
  openSized(): number {
    return this.#reserve(GUESSED_VARINT_BYTES) - this.#start
  }

  closeSized(mark: number): void {
    const contentBytes = this.#position - this.#start - mark - GUESSED_VARINT_BYTES
    const extraBytes = unsignedVarintBytes(contentBytes) - GUESSED_VARINT_BYTES
    if (extraBytes > 0) {
      this.#reserve(extraBytes)
      const contentStart = this.#start + mark + GUESSED_VARINT_BYTES
      this.#buffer.copyWithin(contentStart + extraBytes, contentStart, contentStart + contentBytes)
    }
    this.#unsignedVarintAt(this.#start + mark, contentBytes)
  }

  /** The chunks of the frame, to be written one after the other. The writer is not to be used again. */
  finish(): Uint8Array[] {
    this.#cut()
    const first = this.#chunks[0] as Buffer
    first.writeUInt32BE(this.#chunkBytes - SIZE_BYTES, 0)
    return this.#chunks
  }

  #cut(): void {
    const bytes = this.#position - this.#start
    if (bytes === 0) return
    this.#chunks.push(this.#buffer.subarray(this.#start, this.#position))
    this.#chunkBytes += bytes
    this.#start = this.#position
  }

  #reserve(bytes: number): number {
    if (this.#position + bytes > this.#buffer.length) this.#grow(bytes)
    const at = this.#position
    this.#position += bytes
    return at
  }

  #grow(bytes: number): void {
    const unfinished = this.#buffer.subarray(this.#start, this.#position)
    const grown = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, unfinished.length + bytes))
    grown.set(unfinished)
    this.#buffer = grown
    this.#start = 0
    this.#position = unfinished.length
  }

  #int32At(at: number, value: number): void {
    const buffer = this.#buffer
    buffer[at] = value >> 24
    buffer[at + 1] = value >> 16
    buffer[at + 2] = value >> 8
    buffer[at + 3] = value
  }

  #unsignedVarintAt(at: number, value: number): void {
    let position = at
    let rest = value
    while (rest > 0x7f) {
      this.#buffer[position++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#buffer[position] = rest
  }
}

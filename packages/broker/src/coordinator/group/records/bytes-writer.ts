const INITIAL_BYTES = 128
const MAX_STRING_BYTES = 0x7fff
const NULL_LENGTH = -1

/** Writes the fields of a key or a value in Kafka's plain (not flexible) serialization. */
export class BytesWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES)
  #position = 0

  int16(value: number): this {
    this.#position = this.#room(2).writeInt16BE(value, this.#position)
    return this
  }

  int32(value: number): this {
    this.#position = this.#room(4).writeInt32BE(value, this.#position)
    return this
  }

  /** A safe integer. */
  int64(value: number): this {
    const high = Math.floor(value / 2 ** 32)
    const buffer = this.#room(8)
    buffer.writeInt32BE(high, this.#position)
    this.#position = buffer.writeUInt32BE(value - high * 2 ** 32, this.#position + 4)
    return this
  }

  /** At most 32,767 bytes of UTF-8, as everything that came over the wire is; more is a RangeError. */
  string(text: string | null): this {
    if (text === null) return this.int16(NULL_LENGTH)
    const length = Buffer.byteLength(text)
    if (length > MAX_STRING_BYTES) throw new RangeError(`a string of ${length} bytes does not fit a record`)
    this.int16(length)
    this.#room(length).write(text, this.#position, length, 'utf8')
    this.#position += length
    return this
  }

  bytes(bytes: Uint8Array): this {
    this.int32(bytes.length)
    this.#room(bytes.length).set(bytes, this.#position)
    this.#position += bytes.length
    return this
  }

  array<T>(elements: readonly T[], writeElement: (element: T) => void): this {
    this.int32(elements.length)
    for (const element of elements) writeElement(element)
    return this
  }

  /** What was written; the writer is not to be used again. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#position)
  }

  #room(bytes: number): Buffer {
    const needed = this.#position + bytes
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
      larger.set(this.#buffer.subarray(0, this.#position))
      this.#buffer = larger
    }
    return this.#buffer
  }
}

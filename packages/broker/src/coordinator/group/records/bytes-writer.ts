const INITIAL_BYTES = 128
const MAX_STRING_BYTES = 0x7fff
const NULL_LENGTH = -1
const MAX_VARINT_BYTES = 5

/** Writes the fields of a key or a value in Kafka's serialization, plain or flexible (KIP-482). */
export class BytesWriter {
  readonly #isFlexible: boolean
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES)
  #position = 0

  constructor({ isFlexible }: { readonly isFlexible: boolean } = { isFlexible: false }) {
    this.#isFlexible = isFlexible
  }

  int8(value: number): this {
    this.#position = this.#room(1).writeInt8(value, this.#position)
    return this
  }

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
    if (text === null) return this.#isFlexible ? this.#unsignedVarint(0) : this.int16(NULL_LENGTH)
    const length = Buffer.byteLength(text)
    if (length > MAX_STRING_BYTES) throw new RangeError(`a string of ${length} bytes does not fit a record`)
    if (this.#isFlexible) this.#unsignedVarint(length + 1)
    else this.int16(length)
    this.#room(length).write(text, this.#position, length, 'utf8')
    this.#position += length
    return this
  }

  bytes(bytes: Uint8Array): this {
    this.#count(bytes.length)
    return this.raw(bytes)
  }

  /** Bytes as they are, such as those of a uuid. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length).set(bytes, this.#position)
    this.#position += bytes.length
    return this
  }

  array<T>(elements: readonly T[], writeElement: (element: T) => void): this {
    this.#count(elements.length)
    for (const element of elements) writeElement(element)
    return this
  }

  /** Ends a struct of a flexible version, with its tagged fields in the order of their tags. */
  endStruct(tagged: readonly { readonly tag: number; readonly value: Uint8Array }[] = []): this {
    this.#unsignedVarint(tagged.length)
    for (const { tag, value } of tagged) this.#unsignedVarint(tag).#unsignedVarint(value.length).raw(value)
    return this
  }

  /** What was written; the writer is not to be used again. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#position)
  }

  #count(length: number): this {
    return this.#isFlexible ? this.#unsignedVarint(length + 1) : this.int32(length)
  }

  #unsignedVarint(value: number): this {
    const buffer = this.#room(MAX_VARINT_BYTES)
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) buffer[this.#position++] = (rest & 0x7f) | 0x80
    buffer[this.#position++] = rest
    return this
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

import { RecordFormatError } from './record-format-error.ts'

const TWO_TO_32 = 2 ** 32
const MAX_VARINT_SHIFT = 28

/**
 * Reads the fields of a key or a value in Kafka's serialization, plain or flexible (KIP-482). Whatever the bytes hold, the outcome is a
 * value or `RecordFormatError`.
 */
export class BytesReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #isFlexible: boolean
  #position = 0

  constructor(bytes: Uint8Array, options: { readonly isFlexible: boolean; readonly position: number }) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#isFlexible = options.isFlexible
    this.#position = options.position
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1))
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4))
  }

  /** A safe integer. */
  int64(): number {
    const at = this.#take(8)
    const value = this.#view.getInt32(at) * TWO_TO_32 + this.#view.getUint32(at + 4)
    if (!Number.isSafeInteger(value)) throw new RecordFormatError(`an int64 at byte ${at} is beyond the safe integers`)
    return value
  }

  string(): string {
    const text = this.nullableString()
    if (text === null) throw new RecordFormatError(`a string that ends at byte ${this.#position} is null`)
    return text
  }

  nullableString(): string | null {
    const length = this.#isFlexible ? this.#unsignedVarint() - 1 : this.#view.getInt16(this.#take(2))
    if (length < 0) return null
    const start = this.#take(length)
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, length).toString('utf8')
  }

  /** So many bytes as they are; a copy. */
  raw(length: number): Uint8Array {
    const start = this.#take(length)
    return new Uint8Array(this.#bytes.subarray(start, start + length))
  }

  /** A copy. */
  bytes(): Uint8Array {
    return this.raw(this.#isFlexible ? this.#unsignedVarint() - 1 : this.int32())
  }

  /** Elements, each read by `readElement`. */
  array<T>(readElement: () => T): T[] {
    const elements = this.nullableArray(readElement)
    if (elements === null) throw new RecordFormatError(`an array that ends at byte ${this.#position} is null`)
    return elements
  }

  nullableArray<T>(readElement: () => T): T[] | null {
    const count = this.#isFlexible ? this.#unsignedVarint() - 1 : this.int32()
    if (count === -1) return null
    if (count < 0 || count > this.#bytes.length - this.#position) throw new RecordFormatError(`an array cannot have ${count} elements`)
    return Array.from({ length: count }, readElement)
  }

  /**
   * Reads to the end of a struct of a flexible version. `onTagged` is given each tagged field with a reader of its value, and reads what it
   * knows.
   */
  endStruct(onTagged?: (tag: number, value: BytesReader) => void): void {
    if (!this.#isFlexible) return
    const count = this.#unsignedVarint()
    for (let index = 0; index < count; index++) {
      const tag = this.#unsignedVarint()
      const length = this.#unsignedVarint()
      const start = this.#take(length)
      onTagged?.(tag, new BytesReader(this.#bytes.subarray(start, start + length), { isFlexible: true, position: 0 }))
    }
  }

  #unsignedVarint(): number {
    let value = 0
    for (let shift = 0; shift <= MAX_VARINT_SHIFT; shift += 7) {
      const byte = this.#bytes[this.#take(1)] as number
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new RecordFormatError(`a varint at byte ${this.#position} does not end`)
  }

  /** Moves behind the next `length` bytes; where they start. */
  #take(length: number): number {
    const start = this.#position
    if (length < 0 || length > this.#bytes.length - start) {
      throw new RecordFormatError(`${length} bytes are needed at byte ${start} of ${this.#bytes.length}`)
    }
    this.#position = start + length
    return start
  }
}

/** The version that every key and value begins with. */
export function versionOf(bytes: Uint8Array): number {
  if (bytes.length < 2) throw new RecordFormatError('it is too short to hold its version')
  return (((bytes[0] as number) << 24) >> 16) | (bytes[1] as number)
}

/** Where the fields begin: behind the version. */
export const FIELDS_AT = 2

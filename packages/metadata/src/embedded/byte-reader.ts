/** Reads what `ByteWriter` wrote. Whatever does not fit throws a `RangeError`. */
export class ByteReader {
  readonly #buffer: Buffer
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#position === this.#buffer.length
  }

  uint8(): number {
    return this.#buffer.readUInt8(this.#advance(1))
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#advance(4))
  }

  uint64(): number {
    const value = this.uint32() * 2 ** 32 + this.uint32()
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`)
    return value
  }

  /** A copy, so that it does not keep the whole file in memory. */
  bytes(): Uint8Array {
    const length = this.uint32()
    const start = this.#advance(length)
    return new Uint8Array(this.#buffer.subarray(start, start + length))
  }

  string(): string {
    const length = this.uint32()
    const start = this.#advance(length)
    return this.#buffer.toString('utf8', start, start + length)
  }

  /** The position before `bytes` more. */
  #advance(bytes: number): number {
    const position = this.#position
    if (position + bytes > this.#buffer.length) throw new RangeError(`${bytes} bytes at ${position} end after ${this.#buffer.length}`)
    this.#position = position + bytes
    return position
  }
}

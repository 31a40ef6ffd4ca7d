/** Big-endian bytes, gathered in a buffer that grows. */
export class ByteWriter {
  #buffer: Buffer
  #length = 0

  constructor(capacityBytes = 1024) {
    this.#buffer = Buffer.allocUnsafe(capacityBytes)
  }

  get length(): number {
    return this.#length
  }

  /** What was written: a view, good until the next write. */
  written(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  uint8(value: number): void {
    this.#reserve(1)
    this.#length = this.#buffer.writeUInt8(value, this.#length)
  }

  uint32(value: number): void {
    this.#reserve(4)
    this.#length = this.#buffer.writeUInt32BE(value, this.#length)
  }

  /** A safe, non-negative integer, in 8 bytes. */
  uint64(value: number): void {
    this.uint32(Math.floor(value / 2 ** 32))
    this.uint32(value % 2 ** 32)
  }

  /** Length first. */
  bytes(value: Uint8Array): void {
    this.uint32(value.byteLength)
    this.#reserve(value.byteLength)
    this.#buffer.set(value, this.#length)
    this.#length += value.byteLength
  }

  /** UTF-8, length first. */
  string(value: string): void {
    const byteLength = Buffer.byteLength(value)
    this.uint32(byteLength)
    this.#reserve(byteLength)
    this.#length += this.#buffer.write(value, this.#length)
  }

  /** Overwrites four bytes written before. */
  patchUint32(position: number, value: number): void {
    this.#buffer.writeUInt32BE(value, position)
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}

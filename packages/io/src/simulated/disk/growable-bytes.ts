/** Bytes of a file in memory. Growing past the end leaves zeros between. */
export class GrowableBytes {
  #bytes = new Uint8Array(0)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Writing no bytes changes nothing, wherever it is. */
  write(position: number, source: Uint8Array): void {
    if (source.length === 0) return
    this.growTo(position + source.length)
    this.#bytes.set(source, position)
  }

  read(target: Uint8Array, position: number): number {
    const end = Math.min(position + target.length, this.#size)
    if (end <= position) return 0
    target.set(this.#bytes.subarray(position, end))
    return end - position
  }

  growTo(size: number): void {
    if (size <= this.#size) return
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(size, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#size))
      this.#bytes = larger
    }
    this.#size = size
  }

  truncate(size: number): void {
    this.growTo(size)
    this.#bytes.fill(0, size, this.#size)
    this.#size = size
  }

  flipBit(position: number, bit: number): void {
    if (position < this.#size) this.#bytes[position] = (this.#bytes[position] ?? 0) ^ (1 << bit)
  }

  copy(): GrowableBytes {
    const copy = new GrowableBytes()
    copy.write(0, this.#bytes.subarray(0, this.#size))
    return copy
  }
}

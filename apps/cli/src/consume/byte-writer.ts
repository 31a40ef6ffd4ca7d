import type { Writable } from 'node:stream'

const INITIAL_BYTES = 256 * 1024

/** Gathers output in one buffer, so that a record costs no write and, when its bytes go through as they are, no string. */
export class ByteWriter {
  readonly #stream: Writable
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES)
  #length = 0

  constructor(stream: Writable) {
    this.#stream = stream
  }

  /** Bytes that wait for `flush`. */
  get pendingBytes(): number {
    return this.#length
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  text(text: string): void {
    // A UTF-16 unit takes three bytes of UTF-8 at most.
    this.#reserve(text.length * 3)
    this.#length += this.#buffer.write(text, this.#length)
  }

  /** Resolves when everything has been handed on and there is room for more. */
  async flush(): Promise<void> {
    if (this.#length === 0) return
    const pending = this.#buffer.subarray(0, this.#length)
    this.#length = 0
    // The buffer is used again only once the stream has let go of it.
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(pending, (error) => (error ? reject(error) : resolve()))
    })
  }

  #reserve(byteLength: number): void {
    const needed = this.#length + byteLength
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}

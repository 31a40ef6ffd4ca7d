import type { DiskFile } from '@kafka-ts/io'

/** What one read takes, larger pieces aside. */
const WINDOW_BYTES = 4 * 1024 * 1024

/** A file of any size, seen through a buffer of a few megabytes that moves along. */
export class FileWindow {
  readonly sizeBytes: number
  readonly #file: DiskFile
  #bytes = new Uint8Array(0)
  #from = 0
  #to = 0

  constructor(file: DiskFile) {
    this.#file = file
    this.sizeBytes = file.sizeSync()
  }

  /** Up to `length` bytes from `position`, fewer at the end of the file: a view that is valid until the next call. Rejects with `DiskError`. */
  async view(position: number, length: number): Promise<Uint8Array> {
    const end = Math.min(position + length, this.sizeBytes)
    if (position < this.#from || end > this.#to) await this.#move(position, end - position)
    return this.#bytes.subarray(position - this.#from, Math.min(end, this.#to) - this.#from)
  }

  async #move(position: number, length: number): Promise<void> {
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.sizeBytes - position)
    if (this.#bytes.length < wanted) this.#bytes = new Uint8Array(wanted)
    const count = await this.#file.read(this.#bytes.subarray(0, wanted), position)
    this.#from = position
    this.#to = position + count
  }
}

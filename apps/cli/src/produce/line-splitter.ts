import { usageError } from '../errors/cli-error.ts'
import { MAX_INPUT_RECORD_BYTES } from './input-record.ts'

const LINE_FEED = 0x0a

/** Splits bytes at line feeds and at nothing else; empty lines are lines, and a last one needs no line feed. */
export class LineSplitter {
  #parts: Buffer[] = []
  #partBytes = 0;

  /** Lines that end in this chunk, without their line feed: views of the chunk where it holds the whole line. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = 0
    for (let end = buffer.indexOf(LINE_FEED); end !== -1; end = buffer.indexOf(LINE_FEED, start)) {
      const tail = buffer.subarray(start, end)
      yield this.#partBytes === 0 ? tail : this.#join(tail)
      start = end + 1
    }
    if (start < buffer.length) this.#keep(buffer.subarray(start))
  }

  /** The last line, if it did not end with a line feed. */
  *end(): Generator<Uint8Array> {
    if (this.#partBytes > 0) yield this.#join(Buffer.alloc(0))
  }

  #keep(part: Buffer): void {
    this.#parts.push(part)
    this.#partBytes += part.length
    if (this.#partBytes > MAX_INPUT_RECORD_BYTES)
      throw usageError(
        `A line of the input is longer than ${MAX_INPUT_RECORD_BYTES} bytes.`,
        '--input raw sends a whole file as one record',
      )
  }

  #join(tail: Buffer): Buffer {
    const line = Buffer.concat([...this.#parts, tail])
    this.#parts = []
    this.#partBytes = 0
    return line
  }
}

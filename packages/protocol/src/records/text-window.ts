import { Buffer } from 'node:buffer'
import { MALFORMED, RecordWalker } from './record-walker.ts'
import type { Utf8Buffer } from './utf8.ts'

/**
 * How many bytes of a batch become one string at a time. A string that was cut out of it keeps all of it in memory, so this bounds what an
 * application holds that keeps few of many records; a larger window gains little (measured: 131 ns a record without one, 36 with this, 31 with 4 KiB).
 */
export const TEXT_WINDOW_BYTES = 1024
/** Where a window held other text than ASCII, the next ones are not tried before so many bytes; each failure takes it times as much. */
const FIRST_PAUSE_BYTES = 4 * TEXT_WINDOW_BYTES
const PAUSE_GROWTH = 4
/** Of each record, behind its key and value: the last bytes of six varints, and the attributes. They are below 0x80. */
const LOW_BYTES_A_RECORD = 7

/** What of a batch the window may span. */
export interface TextWindowRange {
  /** Where the record begins whose text is asked for. */
  readonly recordStart: number
  /** How many records there are from it on. */
  readonly recordsLeft: number
  readonly batchEnd: number
}

/**
 * Gives the strings of a batch as pieces of one string that spans some of its records, which costs a third of decoding each by itself: a call into the
 * runtime takes longer than copying 100 bytes. It does so where keys and values are ASCII. That is found by counting: the lengths between them may have
 * bytes above 0x7f as well, but how many those have is known from the walk.
 */
export class TextWindow {
  readonly #buffer: Utf8Buffer
  #scout: RecordWalker | undefined
  #text = ''
  #start = 0
  #end = 0
  #pauseBytes = FIRST_PAUSE_BYTES
  /** Strings that begin before are decoded one by one. */
  #pausedUntil = 0

  constructor(buffer: Utf8Buffer) {
    this.#buffer = buffer
  }

  /** Whether `open` is to be called before `slice`: the text is not in the window, and trying is worth it. */
  isDue(start: number, end: number): boolean {
    return end > this.#end && start >= this.#pausedUntil
  }

  /** The string of a key or value, with U+FFFD for what is not UTF-8. */
  slice(start: number, end: number): string {
    if (end <= this.#end && start >= this.#start) return this.#text.substring(start - this.#start, end - this.#start)
    return this.#buffer.utf8Slice(start, end)
  }

  /** Moves the window to a record that has been walked, and to those behind it that fit. */
  open({ recordStart, recordsLeft, batchEnd }: TextWindowRange): void {
    this.#scout ??= new RecordWalker()
    const scout = this.#scout
    const bytes = this.#buffer
    let at = recordStart
    let records = 0
    let highBytes = 0
    while (records < recordsLeft) {
      const recordEnd = scout.walk(bytes, at, batchEnd)
      // What is malformed is reported when its turn comes.
      if (recordEnd === MALFORMED) break
      if (recordEnd - recordStart > TEXT_WINDOW_BYTES && records > 0) break
      highBytes += highBytesAround(bytes, scout, at, recordEnd)
      at = recordEnd
      records++
    }
    if (records < 2) {
      this.#pausedUntil = at
      return
    }
    const text = bytes.latin1Slice(recordStart, at)
    if (Buffer.byteLength(text) === text.length + highBytes) {
      this.#text = text
      this.#start = recordStart
      this.#end = at
    } else {
      this.#pausedUntil = recordStart + this.#pauseBytes
      this.#pauseBytes *= PAUSE_GROWTH
    }
  }
}

/**
 * How many bytes above 0x7f a record has beside its key and value. It has one more when its attributes are not 0: then the text counts as something
 * else than ASCII, which is safe.
 */
function highBytesAround(
  bytes: Uint8Array,
  { keyStart, keyEnd, valueStart, valueEnd, headersStart }: RecordWalker,
  start: number,
  end: number,
): number {
  let count = headersStart - start - (keyEnd - keyStart) - (valueEnd - valueStart) - LOW_BYTES_A_RECORD
  for (let at = headersStart; at < end; at++) count += bytes[at]! >>> 7
  return count
}

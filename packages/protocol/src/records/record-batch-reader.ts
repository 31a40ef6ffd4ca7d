import { type Codec, type CompressionDoor, codecOf } from './compression/codec.ts'
import { decompressRecords } from './compression/decompress-records.ts'
import {
  attributesOf,
  BATCH_HEADER_BYTES,
  baseOffsetOf,
  baseTimestampOf,
  batchBytesOf,
  CONTROL_BIT,
  MAGIC_V2,
  magicOf,
  maxTimestampOf,
  recordCountOf,
  TIMESTAMP_TYPE_BIT,
} from './layout.ts'
import { MALFORMED, NULL_POSITION, RecordWalker } from './record-walker.ts'
import { RecordsError } from './records-error.ts'
import { TextWindow } from './text-window.ts'
import { asUtf8Buffer, type Utf8Buffer } from './utf8.ts'

/** A header as it is read: the value is a view of the batch. */
export interface ReadRecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

export interface OpenBatchOptions {
  /** The most bytes that the records of one compressed batch may become. */
  readonly maxOutputBytes: number
  readonly door: CompressionDoor
}

const NO_HEADERS: readonly ReadRecordHeader[] = []

/**
 * Opens the batch at `at` for reading: at once when it is not compressed. Throws (or rejects with) `RecordsError`.
 * The CRC is not looked at: `checkBatch` does.
 */
export function openBatch(buffer: Uint8Array, at: number, options: OpenBatchOptions): RecordBatchReader | Promise<RecordBatchReader> {
  const end = ensureBatchEnd(buffer, at)
  const codec = codecOf(attributesOf(buffer, at))
  if (codec === 'none') return new RecordBatchReader(buffer, at)
  return openCompressed(buffer.subarray(at, end), codec, options)
}

async function openCompressed(batch: Uint8Array, codec: Codec, options: OpenBatchOptions): Promise<RecordBatchReader> {
  const records = await decompressRecords(codec, batch.subarray(BATCH_HEADER_BYTES), options.maxOutputBytes, options.door)
  return new RecordBatchReader(batch, 0, records)
}

/**
 * A cursor over the records of one batch: `next` moves it, and its properties then describe one record by positions in
 * `bytes`, so that nothing is allocated for what is not asked for. Any bytes are safe to read: what is not a record
 * throws `RecordsError` `corrupt`, and nothing outside of the batch is touched.
 */
export class RecordBatchReader {
  /** What the positions below refer to: the buffer itself, or the decompressed records. */
  readonly bytes: Uint8Array
  readonly recordCount: number
  /** A control batch (transaction markers) is not for applications. */
  readonly isControl: boolean
  /** The current record's offset. */
  offset = -1
  /** The current record's timestamp in ms, -1 for none. */
  timestamp = -1

  readonly #buffer: Utf8Buffer
  readonly #baseOffset: number
  readonly #baseTimestamp: number
  /** The timestamp of every record (LogAppendTime), or undefined. */
  readonly #appendTimestamp: number | undefined
  readonly #walker = new RecordWalker()
  readonly #end: number
  #at: number
  #index = 0
  /** Where the current record begins. */
  #recordStart = 0
  #window: TextWindow | undefined

  /** `records` are the decompressed records of a compressed batch, whose header is still read from `buffer`. Throws `RecordsError`. */
  constructor(buffer: Uint8Array, at: number, records?: Uint8Array) {
    const batchEnd = ensureBatchEnd(buffer, at)
    const attributes = attributesOf(buffer, at)
    if (records === undefined && codecOf(attributes) !== 'none') {
      throw new RecordsError('unsupported', 'a compressed batch is read through openBatch')
    }
    this.#buffer = asUtf8Buffer(records ?? buffer)
    this.bytes = this.#buffer
    this.recordCount = recordCountOf(buffer, at)
    this.isControl = (attributes & CONTROL_BIT) !== 0
    this.#baseOffset = baseOffsetOf(buffer, at)
    this.#baseTimestamp = baseTimestampOf(buffer, at)
    this.#appendTimestamp = (attributes & TIMESTAMP_TYPE_BIT) === 0 ? undefined : maxTimestampOf(buffer, at)
    this.#at = records === undefined ? at + BATCH_HEADER_BYTES : 0
    this.#end = records === undefined ? batchEnd : records.length
    if (this.recordCount < 0) throw corrupt('the number of records is negative')
  }

  /** Moves to the next record; false behind the last one. Throws `RecordsError`. */
  next(): boolean {
    if (this.#index >= this.recordCount) {
      if (this.#at !== this.#end) throw corrupt('the batch does not end with its last record')
      return false
    }
    const walker = this.#walker
    const end = walker.walk(this.bytes, this.#at, this.#end)
    if (end === MALFORMED) throw corrupt(walker.problem)
    this.#recordStart = this.#at
    this.#at = end
    this.#index++
    this.offset = this.#baseOffset + walker.offsetDelta
    this.timestamp = this.#appendTimestamp ?? this.#baseTimestamp + walker.timestampDelta
    return true
  }

  /** Where the key begins in `bytes`; -1 for null, as is `keyEnd`. */
  get keyStart(): number {
    return this.#walker.keyStart
  }

  get keyEnd(): number {
    return this.#walker.keyEnd
  }

  /** Where the value begins in `bytes`; -1 for null, as is `valueEnd`. */
  get valueStart(): number {
    return this.#walker.valueStart
  }

  get valueEnd(): number {
    return this.#walker.valueEnd
  }

  get headerCount(): number {
    return this.#walker.headerCount
  }

  /** The key as a string (malformed UTF-8 becomes U+FFFD), or null. It may keep `TEXT_WINDOW_BYTES` of the batch in memory. */
  keyString(): string | null {
    const { keyStart, keyEnd } = this.#walker
    return keyStart === NULL_POSITION ? null : this.#textOf(keyStart, keyEnd)
  }

  /** The value as a string, as `keyString` gives the key. */
  valueString(): string | null {
    const { valueStart, valueEnd } = this.#walker
    return valueStart === NULL_POSITION ? null : this.#textOf(valueStart, valueEnd)
  }

  /** The key as a view of the batch, or null. */
  keyBytes(): Uint8Array | null {
    const { keyStart, keyEnd } = this.#walker
    return keyStart === NULL_POSITION ? null : this.bytes.subarray(keyStart, keyEnd)
  }

  /** The value as a view of the batch, or null. */
  valueBytes(): Uint8Array | null {
    const { valueStart, valueEnd } = this.#walker
    return valueStart === NULL_POSITION ? null : this.bytes.subarray(valueStart, valueEnd)
  }

  /** The headers in their order, duplicates included. */
  headers(): readonly ReadRecordHeader[] {
    if (this.headerCount === 0) return NO_HEADERS
    const headers: ReadRecordHeader[] = []
    const walker = this.#walker
    walker.position = walker.headersStart
    // The walk has checked these lengths.
    for (let index = 0; index < walker.headerCount; index++) {
      const keyLength = walker.readVarint(this.bytes, this.#at)
      const keyStart = walker.position
      const key = this.#buffer.utf8Slice(keyStart, keyStart + keyLength)
      walker.position += keyLength
      const valueLength = walker.readVarint(this.bytes, this.#at)
      const valueStart = walker.position
      if (valueLength > 0) walker.position += valueLength
      headers.push({ key, value: valueLength < 0 ? null : this.bytes.subarray(valueStart, walker.position) })
    }
    return headers
  }

  #textOf(start: number, end: number): string {
    this.#window ??= new TextWindow(this.#buffer)
    const window = this.#window
    if (window.isDue(start, end)) {
      window.open({ recordStart: this.#recordStart, recordsLeft: this.recordCount - this.#index + 1, batchEnd: this.#end })
    }
    return window.slice(start, end)
  }
}

/** Where the batch at `at` ends. Throws when that is not inside of the buffer, or not a batch of this format. */
function ensureBatchEnd(buffer: Uint8Array, at: number): number {
  if (at + BATCH_HEADER_BYTES > buffer.length) throw corrupt('the batch is cut short')
  if (magicOf(buffer, at) !== MAGIC_V2) throw new RecordsError('unsupported', `record format ${magicOf(buffer, at)} is not supported`)
  const batchBytes = batchBytesOf(buffer, at)
  if (batchBytes < BATCH_HEADER_BYTES) throw corrupt('the batch is shorter than its header')
  if (at + batchBytes > buffer.length) throw corrupt('the batch is cut short')
  return at + batchBytes
}

function corrupt(message: string): RecordsError {
  return new RecordsError('corrupt', message)
}

import { strict as assert } from 'node:assert'
import { Buffer } from 'node:buffer'
import { copyBytes, noteCopy } from '../copy-bytes.ts'
import { writeInt16, writeInt32, writeInt64 } from './big-endian.ts'
import { type Codec, type CompressionDoor, codecNumber } from './compression/codec.ts'
import { compressRecords } from './compression/compress-records.ts'
import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_HEADER_BYTES,
  BATCH_LENGTH_AT,
  CONTROL_BIT,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LOG_OVERHEAD,
  MAGIC_AT,
  MAGIC_V2,
  MAX_TIMESTAMP_AT,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  TRANSACTIONAL_BIT,
} from './layout.ts'
import { sealBatch } from './stamp.ts'
import { NOT_ASCII, UTF8_SLACK_BYTES, type Utf8Buffer, writeAscii } from './utf8.ts'
import { varintBytes, writeVarint, writeVarlong } from './varint.ts'

/** A record header; several of one key are legal and keep their order. */
export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | string | null
}

/** Fields of the batch header that are known only when it is sent; each defaults to Kafka's "none". */
export interface BatchFields {
  readonly baseOffset?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly isTransactional?: boolean
  readonly isControl?: boolean
}

export interface RecordBatchBuilderOptions {
  /** A record that would make the uncompressed batch larger than this is refused. */
  readonly maxBatchBytes: number
  /** What to allocate first; it doubles as records need it. */
  readonly initialBytes?: number
}

/** A string is written as UTF-8; lone surrogates become U+FFFD, as Java's and Node's encoders have it. */
export type RecordBytes = string | Uint8Array | null

const INITIAL_BYTES = 16 * 1024
/** Below this a loop copies faster than the call to `set` (measured). */
const LOOP_UP_TO_BYTES = 24
/** `batchLength` is an int32. */
const MAX_BATCH_BYTES = 2 ** 31 - 1
const NULL_LENGTH = -1
/** Of a record besides its key, value and headers: attributes, timestamp and offset delta, and two lengths; a null counts as -1. */
const LEAST_FIELDS_BYTES = 5
/** What its varints may take beyond that: 5 bytes for its length, 9 for the timestamp delta, 4 for each of the others, and 2 for nulls. */
const MOST_FIELDS_BYTES = 5 + 9 + 3 * 4 + 2
const NO_LEADER_EPOCH = -1
/** Returned beside positions, which are positive, and `NOT_ASCII`. */
const TOO_LARGE = -2
const NO_HEADERS: readonly RecordHeader[] = []

/**
 * Encodes records one by one into one growing buffer, laid out as the batch will be sent. Reusable: `reset` keeps the buffer.
 *
 * A record's length stands before it and depends on the UTF-8 length of its strings. So each is first written as if all
 * its strings were ASCII (length known without looking); one that is not is written again with its lengths counted.
 */
export class RecordBatchBuilder {
  readonly #maxBatchBytes: number
  #buffer: Utf8Buffer
  #end = BATCH_HEADER_BYTES
  #recordCount = 0
  #baseTimestamp = NO_TIMESTAMP
  #maxTimestamp = NO_TIMESTAMP

  constructor(options: RecordBatchBuilderOptions) {
    this.#maxBatchBytes = options.maxBatchBytes
    this.#buffer = allocate(Math.max(options.initialBytes ?? INITIAL_BYTES, BATCH_HEADER_BYTES))
  }

  get recordCount(): number {
    return this.#recordCount
  }

  /** Size of the batch, header included, before compression. */
  get sizeInBytes(): number {
    return this.#end
  }

  /** The timestamp of the first record, -1 without one. */
  get baseTimestamp(): number {
    return this.#baseTimestamp
  }

  /** The largest timestamp, -1 without one. */
  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  /**
   * Adds a record; `timestampMs` is a safe integer of at least -1 (none). False, and nothing has changed, when it does not
   * fit `maxBatchBytes`, unless the batch is empty and `allowOversize` is set: some record has to go alone.
   */
  append(timestampMs: number, key: RecordBytes, value: RecordBytes, headers = NO_HEADERS, allowOversize = false): boolean {
    const delta = this.#recordCount === 0 ? 0 : timestampMs - this.#baseTimestamp
    const limit = allowOversize && this.#recordCount === 0 ? MAX_BATCH_BYTES : this.#maxBatchBytes
    const headersBytes = headers.length === 0 ? 1 : countHeaders(headers)
    const asciiKeyBytes = key === null ? NULL_LENGTH : key.length
    const asciiValueBytes = value === null ? NULL_LENGTH : value.length
    let end = this.#write(delta, key, asciiKeyBytes, value, asciiValueBytes, headers, headersBytes, limit)
    if (end === NOT_ASCII) end = this.#write(delta, key, countBytes(key), value, countBytes(value), headers, headersBytes, limit)
    if (end === TOO_LARGE) return false
    if (this.#recordCount === 0) this.#baseTimestamp = timestampMs
    if (timestampMs > this.#maxTimestamp) this.#maxTimestamp = timestampMs
    this.#recordCount++
    noteCopy('encode', end - this.#end)
    this.#end = end
    return true
  }

  /**
   * Completes the batch, uncompressed, and returns a view of the builder's own buffer: it holds until the next `append` or
   * `reset`. May be called again with other fields.
   */
  build(fields: BatchFields = {}): Uint8Array {
    const batch = this.#buffer.subarray(0, this.#end)
    this.#writeHeader(batch, fields, 'none')
    sealBatch(batch, 0)
    return batch
  }

  /** As `build`, with the records compressed, into a buffer of its own. The builder must be left alone until it resolves. */
  async buildCompressed(codec: Codec, door: CompressionDoor, fields: BatchFields = {}): Promise<Uint8Array> {
    if (codec === 'none') {
      const plain = this.build(fields)
      const copy = new Uint8Array(plain.length)
      copyBytes('compress', copy, 0, plain)
      return copy
    }
    const records = await compressRecords(codec, this.#buffer.subarray(BATCH_HEADER_BYTES, this.#end), door)
    const batch = new Uint8Array(BATCH_HEADER_BYTES + records.length)
    copyBytes('compress', batch, BATCH_HEADER_BYTES, records)
    this.#writeHeader(batch, fields, codec)
    sealBatch(batch, 0)
    return batch
  }

  /** Starts an empty batch in the same buffer; what `build` returned is overwritten from now on. */
  reset(): void {
    this.#end = BATCH_HEADER_BYTES
    this.#recordCount = 0
    this.#baseTimestamp = NO_TIMESTAMP
    this.#maxTimestamp = NO_TIMESTAMP
  }

  /**
   * Writes one record behind the others, given the bytes its key and value take; returns where it ends, or `NOT_ASCII` or
   * `TOO_LARGE`. Positional because it is the hottest function of the producer.
   */
  #write(
    delta: number,
    key: RecordBytes,
    keyBytes: number,
    value: RecordBytes,
    valueBytes: number,
    headers: readonly RecordHeader[],
    headersBytes: number,
    limit: number,
  ): number {
    const start = this.#end
    const leastBodyBytes = keyBytes + valueBytes + headersBytes + LEAST_FIELDS_BYTES
    if (start + leastBodyBytes > limit) return TOO_LARGE
    const buffer = this.#ensureCapacity(start + leastBodyBytes + MOST_FIELDS_BYTES + UTF8_SLACK_BYTES)
    // Room for the length, which is known in the end: it nearly always takes what the least body would.
    const bodyStart = start + varintBytes(leastBodyBytes)
    buffer[bodyStart] = 0
    let at = writeVarlong(buffer, bodyStart + 1, delta)
    at = writeVarint(buffer, at, this.#recordCount)
    at = writeVarint(buffer, at, keyBytes)
    if (key !== null) at = writeBytes(buffer, at, key, keyBytes)
    if (at === NOT_ASCII) return NOT_ASCII
    at = writeVarint(buffer, at, valueBytes)
    if (value !== null) at = writeBytes(buffer, at, value, valueBytes)
    if (at === NOT_ASCII) return NOT_ASCII
    if (headers.length === 0) buffer[at++] = 0
    else at = writeHeaders(buffer, at, headers)
    const end = closeRecord(buffer, start, bodyStart, at)
    return end > limit ? TOO_LARGE : end
  }

  #ensureCapacity(bytes: number): Utf8Buffer {
    if (bytes <= this.#buffer.length) return this.#buffer
    const larger = allocate(Math.max(bytes, this.#buffer.length * 2))
    copyBytes('grow', larger, 0, this.#buffer.subarray(0, this.#end))
    this.#buffer = larger
    return larger
  }

  #writeHeader(batch: Uint8Array, fields: BatchFields, codec: Codec): void {
    assert(this.#recordCount > 0, 'a batch has at least one record')
    const transactional = fields.isTransactional === true ? TRANSACTIONAL_BIT : 0
    const control = fields.isControl === true ? CONTROL_BIT : 0
    writeInt64(batch, BASE_OFFSET_AT, fields.baseOffset ?? 0)
    writeInt32(batch, BATCH_LENGTH_AT, batch.length - LOG_OVERHEAD)
    writeInt32(batch, LEADER_EPOCH_AT, NO_LEADER_EPOCH)
    batch[MAGIC_AT] = MAGIC_V2
    writeInt16(batch, ATTRIBUTES_AT, codecNumber(codec) | transactional | control)
    writeInt32(batch, LAST_OFFSET_DELTA_AT, this.#recordCount - 1)
    writeInt64(batch, BASE_TIMESTAMP_AT, this.#baseTimestamp)
    writeInt64(batch, MAX_TIMESTAMP_AT, this.#maxTimestamp)
    writeInt64(batch, PRODUCER_ID_AT, fields.producerId ?? NO_PRODUCER_ID)
    writeInt16(batch, PRODUCER_EPOCH_AT, fields.producerEpoch ?? NO_PRODUCER_EPOCH)
    writeInt32(batch, BASE_SEQUENCE_AT, fields.baseSequence ?? NO_SEQUENCE)
    writeInt32(batch, RECORD_COUNT_AT, this.#recordCount)
  }
}

function allocate(bytes: number): Utf8Buffer {
  return Buffer.allocUnsafeSlow(bytes) as Utf8Buffer
}

function countBytes(bytes: RecordBytes): number {
  if (bytes === null) return NULL_LENGTH
  return typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length
}

/** A field behind its varint length, which for a null is the whole of it. */
function prefixedBytes(bytes: number): number {
  return bytes <= 0 ? 1 : varintBytes(bytes) + bytes
}

function countHeaders(headers: readonly RecordHeader[]): number {
  let bytes = varintBytes(headers.length)
  for (const { key, value } of headers) bytes += prefixedBytes(Buffer.byteLength(key)) + prefixedBytes(countBytes(value))
  return bytes
}

function writeHeaders(buffer: Utf8Buffer, start: number, headers: readonly RecordHeader[]): number {
  let at = writeVarint(buffer, start, headers.length)
  for (const { key, value } of headers) {
    const keyBytes = Buffer.byteLength(key)
    at = writeVarint(buffer, at, keyBytes)
    at = writeBytes(buffer, at, key, keyBytes)
    const valueBytes = countBytes(value)
    at = writeVarint(buffer, at, valueBytes)
    if (value !== null) at = writeBytes(buffer, at, value, valueBytes)
  }
  return at
}

/** Writes the record's length before its body, which moves when that takes more than was left; returns where the record ends. */
function closeRecord(buffer: Utf8Buffer, start: number, bodyStart: number, bodyEnd: number): number {
  const bodyBytes = bodyEnd - bodyStart
  const lengthEnd = start + varintBytes(bodyBytes)
  if (lengthEnd !== bodyStart) {
    noteCopy('move', bodyBytes)
    buffer.copyWithin(lengthEnd, bodyStart, bodyEnd)
  }
  writeVarint(buffer, start, bodyBytes)
  return lengthEnd + bodyBytes
}

/** Writes what takes `length` bytes, and returns the position behind it, or `NOT_ASCII` for a string that takes more. */
function writeBytes(buffer: Utf8Buffer, at: number, bytes: string | Uint8Array, length: number): number {
  if (typeof bytes === 'string') {
    if (length === bytes.length) return writeAscii(buffer, at, bytes)
    return at + buffer.utf8Write(bytes, at, length)
  }
  if (length > LOOP_UP_TO_BYTES) buffer.set(bytes, at)
  else for (let index = 0; index < length; index++) buffer[at + index] = bytes[index]!
  return at + length
}

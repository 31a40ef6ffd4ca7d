import { type Compression, type TaskLimit, UnsupportedCompressionError } from '@kafka-ts/io'
import { copyBytes, errorCode, joinBytes } from '@kafka-ts/protocol'
import {
  ATTRIBUTES_AT,
  attributesOf,
  BATCH_HEADER_BYTES,
  BATCH_LENGTH_AT,
  baseTimestampOf,
  CODEC_MASK,
  type Codec,
  checkBatch,
  checkRecords,
  codecNumber,
  codecOf,
  compressRecords,
  decompressRecords,
  iterateBatches,
  LOG_OVERHEAD,
  lastOffsetDeltaOf,
  RecordsError,
  recordCountOf,
  sealBatch,
} from '@kafka-ts/protocol/records'
import { indexWithoutKey, noKeyMessage } from '@kafka-ts/storage'
import type { TopicConfig } from '../config/topic-config.ts'

/** Why records are refused, as it travels. */
export interface RecordsProblem {
  readonly errorCode: number
  readonly message: string
}

/** What bounds the opening of compressed batches. */
export interface RecordLimits {
  readonly validation: 'basic' | 'full'
  /** The most bytes one batch may hold once decompressed. */
  readonly maxDecompressedBytes: number
  /** Batches opened at one time, over all partitions: this many times the bytes above is the most memory they take. */
  readonly opening: TaskLimit
}

type CompressionType = TopicConfig['compression.type']

/** What a topic asks of the batches that are appended to it. */
export interface StoredForm {
  readonly target: CompressionType
  /** Every record must have a key: the topic is compacted. */
  readonly needsKeys: boolean
}

/** Whether a batch has to be opened before it is appended: to be stored with another codec, for its keys, or because every batch is. */
export function needsOpening(records: Uint8Array, { target, needsKeys }: StoredForm, limits: RecordLimits): boolean {
  const mustLookInside = needsKeys || limits.validation === 'full'
  if (target === 'producer' && !mustLookInside) return false
  try {
    for (const { start } of iterateBatches(records)) {
      const codec = attributesOf(records, start) & CODEC_MASK
      if (codec !== targetCodecNumber(target, codec) || (mustLookInside && codec !== 0)) return true
    }
  } catch (error) {
    // Lengths that make no sense: the validator of appends says what is wrong with them.
    if (error instanceof RecordsError) return false
    throw error
  }
  return false
}

interface OpeningOptions extends StoredForm {
  readonly limits: RecordLimits
  readonly compression: Compression
}

/**
 * Opens the compressed batches of `records`, checks what is in them, and stores each with the codec of the topic. Headers keep everything but
 * length, codec and CRC. Damaged batches come back as they are: the validator of appends refuses those.
 */
export async function openRecords(
  records: Uint8Array,
  options: OpeningOptions,
): Promise<{ readonly records: Uint8Array } | { readonly problem: RecordsProblem }> {
  const batches: Uint8Array[] = []
  try {
    for (const { start, end } of iterateBatches(records)) {
      const batch = records.subarray(start, end)
      if (checkBatch(batch, 0, batch.length, { validation: 'records' }) !== undefined) return { records }
      batches.push(await options.limits.opening.run(() => openOne(batch, options)))
    }
  } catch (error) {
    if (error instanceof RecordsError) return { problem: toProblem(error) }
    if (error instanceof UnsupportedCompressionError)
      return { problem: { errorCode: errorCode('UNSUPPORTED_COMPRESSION_TYPE'), message: error.message } }
    throw error
  }
  return { records: batches.length === 1 ? (batches[0] as Uint8Array) : joinBytes('compress', batches) }
}

async function openOne(batch: Uint8Array, options: OpeningOptions): Promise<Uint8Array> {
  const attributes = attributesOf(batch, 0)
  const codec = codecOf(attributes)
  const plain = await decompressRecords(codec, batch.subarray(BATCH_HEADER_BYTES), options.limits.maxDecompressedBytes, options.compression)
  ensureGoodRecords(batch, plain)
  if (options.needsKeys) ensureKeys(plain)
  const target = codecFor(options.target, codec)
  if (target === codec) return batch
  return withRecords(batch, attributes, target, await compressRecords(target, plain, options.compression))
}

function ensureGoodRecords(batch: Uint8Array, plain: Uint8Array): void {
  const problem = checkRecords(plain, 0, plain.length, {
    recordCount: recordCountOf(batch, 0),
    lastOffsetDelta: lastOffsetDeltaOf(batch, 0),
    baseTimestamp: baseTimestampOf(batch, 0),
    allowOffsetGaps: false,
  })
  if (problem !== undefined) throw new BadRecordsError(problem.message)
}

function ensureKeys(plain: Uint8Array): void {
  const index = indexWithoutKey(plain, 0, plain.length)
  if (index >= 0) throw new BadRecordsError(noKeyMessage(index))
}

/** The header of `batch` in front of other bytes of records. */
function withRecords(batch: Uint8Array, attributes: number, codec: Codec, records: Uint8Array): Uint8Array {
  const result = Buffer.allocUnsafeSlow(BATCH_HEADER_BYTES + records.length)
  result.set(batch.subarray(0, BATCH_HEADER_BYTES))
  copyBytes('compress', result, BATCH_HEADER_BYTES, records)
  result.writeInt32BE(result.length - LOG_OVERHEAD, BATCH_LENGTH_AT)
  result.writeInt16BE((attributes & ~CODEC_MASK) | codecNumber(codec), ATTRIBUTES_AT)
  sealBatch(result, 0)
  return result
}

/** Records that decompress well and are no records: INVALID_RECORD, where damage is CORRUPT_MESSAGE. */
class BadRecordsError extends RecordsError {
  constructor(message: string) {
    super('corrupt', message)
  }
}

function toProblem(error: RecordsError): RecordsProblem {
  if (error instanceof BadRecordsError) return { errorCode: errorCode('INVALID_RECORD'), message: error.message }
  switch (error.kind) {
    case 'corrupt':
      return { errorCode: errorCode('CORRUPT_MESSAGE'), message: error.message }
    case 'too large':
      return { errorCode: errorCode('MESSAGE_TOO_LARGE'), message: error.message }
    case 'unsupported':
      return { errorCode: errorCode('UNSUPPORTED_COMPRESSION_TYPE'), message: error.message }
  }
}

function codecFor(target: CompressionType, present: Codec): Codec {
  if (target === 'producer') return present
  return target === 'uncompressed' ? 'none' : target
}

function targetCodecNumber(target: CompressionType, present: number): number {
  if (target === 'producer') return present
  return target === 'uncompressed' ? 0 : codecNumber(target)
}

import type { BatchProblem } from './batch-problem.ts'
import { checkRecords, type RecordsFound } from './check-records.ts'
import { CODECS } from './compression/codec.ts'
import {
  attributesOf,
  BATCH_HEADER_BYTES,
  baseOffsetOf,
  baseSequenceOf,
  baseTimestampOf,
  batchBytesOf,
  CODEC_MASK,
  crcOf,
  LOG_OVERHEAD,
  lastOffsetDeltaOf,
  leaderEpochOf,
  MAGIC_AT,
  MAGIC_V2,
  magicOf,
  maxTimestampOf,
  producerEpochOf,
  producerIdOf,
  recordCountOf,
} from './layout.ts'
import { batchCrc } from './stamp.ts'

/**
 * How deep to look, each level with those before it: `header` (framing and fields), `checksum` (the CRC), `records` (every
 * field of every record of an uncompressed batch).
 */
export type BatchValidation = 'header' | 'checksum' | 'records'

export interface CheckBatchOptions {
  readonly validation: BatchValidation
  /** A larger batch is a problem: `max.message.bytes`. */
  readonly maxBytes?: number
  /** Compaction removes records but keeps offsets, so a compacted or replicated batch may hold fewer than its offsets say, or none. */
  readonly allowOffsetGaps?: boolean
  /** Filled in when the records are walked. */
  readonly found?: RecordsFound
}

/**
 * Checks the batch that begins at `at` and must end at or before `end`; undefined when it is good. Never throws and never
 * reads behind `end`. The records of a compressed batch are not opened: see `checkRecords`.
 */
export function checkBatch(buffer: Uint8Array, at: number, end: number, options: CheckBatchOptions): BatchProblem | undefined {
  const problem = checkFrame(buffer, at, end, options) ?? checkFields(buffer, at, options)
  if (problem !== undefined || options.validation === 'header') return problem
  if (batchCrc(buffer, at) !== crcOf(buffer, at)) return { kind: 'crc', message: 'the CRC does not match' }
  if (options.validation === 'checksum' || (attributesOf(buffer, at) & CODEC_MASK) !== 0) return undefined
  return checkRecords(buffer, at + BATCH_HEADER_BYTES, at + batchBytesOf(buffer, at), {
    recordCount: recordCountOf(buffer, at),
    lastOffsetDelta: lastOffsetDeltaOf(buffer, at),
    baseTimestamp: baseTimestampOf(buffer, at),
    allowOffsetGaps: options.allowOffsetGaps === true,
    found: options.found,
  })
}

function checkFrame(buffer: Uint8Array, at: number, end: number, options: CheckBatchOptions): BatchProblem | undefined {
  const available = end - at
  if (available > MAGIC_AT && magicOf(buffer, at) !== MAGIC_V2) {
    return { kind: 'magic', message: `record format ${magicOf(buffer, at)} is not supported` }
  }
  if (available < LOG_OVERHEAD) return { kind: 'truncated', message: `only ${available} bytes of a batch` }
  const batchBytes = batchBytesOf(buffer, at)
  if (batchBytes < BATCH_HEADER_BYTES) return { kind: 'length', message: `a batch cannot have ${batchBytes} bytes` }
  if (options.maxBytes !== undefined && batchBytes > options.maxBytes) {
    return { kind: 'too large', message: `${batchBytes} bytes where ${options.maxBytes} are allowed` }
  }
  if (batchBytes > available) return { kind: 'truncated', message: `${available} of the ${batchBytes} bytes of a batch` }
  return undefined
}

function checkFields(buffer: Uint8Array, at: number, options: CheckBatchOptions): BatchProblem | undefined {
  const codec = attributesOf(buffer, at) & CODEC_MASK
  if (codec >= CODECS.length) return { kind: 'codec', message: `compression codec ${codec} is not known` }
  const count = recordCountOf(buffer, at)
  const offsets = lastOffsetDeltaOf(buffer, at) + 1
  const isCountGood = options.allowOffsetGaps === true ? count >= 0 && offsets >= 1 && count <= offsets : count >= 1 && count === offsets
  if (!isCountGood) return { kind: 'count', message: `${count} records over ${offsets} offsets` }
  const lastOffset = baseOffsetOf(buffer, at) + offsets - 1
  if (!isAtLeast(0, baseOffsetOf(buffer, at)) || !isAtLeast(0, lastOffset)) return outOfRange('baseOffset')
  if (leaderEpochOf(buffer, at) < -1) return outOfRange('partitionLeaderEpoch')
  if (!isAtLeast(-1, baseTimestampOf(buffer, at))) return outOfRange('baseTimestamp')
  if (!isAtLeast(-1, maxTimestampOf(buffer, at))) return outOfRange('maxTimestamp')
  if (!isAtLeast(-1, producerIdOf(buffer, at))) return outOfRange('producerId')
  if (producerEpochOf(buffer, at) < -1) return outOfRange('producerEpoch')
  if (baseSequenceOf(buffer, at) < -1) return outOfRange('baseSequence')
  return undefined
}

function isAtLeast(least: number, value: number): boolean {
  return value >= least && value <= Number.MAX_SAFE_INTEGER
}

function outOfRange(field: string): BatchProblem {
  return { kind: 'field', message: `${field} is out of range` }
}

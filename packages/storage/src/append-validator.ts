import {
  attributesOf,
  type BatchProblemKind,
  baseTimestampOf,
  batchBytesOf,
  CONTROL_BIT,
  checkBatch,
  lastOffsetDeltaOf,
  maxTimestampOf,
  NO_TIMESTAMP,
  TRANSACTIONAL_BIT,
} from '@kafka-ts/protocol/records'
import type { LogConfig } from './log-config.ts'

/** Kafka's names of the errors an append can meet before it touches a log. */
export type AppendProblemCode =
  | 'CORRUPT_MESSAGE'
  | 'MESSAGE_TOO_LARGE'
  | 'INVALID_RECORD'
  | 'INVALID_TIMESTAMP'
  | 'UNSUPPORTED_FOR_MESSAGE_FORMAT'
  | 'UNSUPPORTED_COMPRESSION_TYPE'

/** Why batches are refused: a value, as whatever comes from outside. */
export interface AppendProblem {
  readonly code: AppendProblemCode
  readonly message: string
}

export interface CheckBatchesOptions {
  readonly config: Pick<
    LogConfig,
    'maxMessageBytes' | 'messageTimestampType' | 'messageTimestampBeforeMaxMs' | 'messageTimestampAfterMaxMs'
  >
  /** Wall clock, what timestamps are compared with. */
  readonly nowMs: number
}

const PROBLEM_CODES: Readonly<Record<BatchProblemKind, AppendProblemCode>> = {
  truncated: 'CORRUPT_MESSAGE',
  length: 'CORRUPT_MESSAGE',
  'too large': 'MESSAGE_TOO_LARGE',
  magic: 'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  crc: 'CORRUPT_MESSAGE',
  codec: 'UNSUPPORTED_COMPRESSION_TYPE',
  count: 'INVALID_RECORD',
  field: 'INVALID_RECORD',
  record: 'INVALID_RECORD',
}

/** One or more whole batches that passed `checkBatches`; the only thing a log appends. Views of the buffer that was checked. */
export class CheckedBatches {
  readonly #batches: readonly Uint8Array[]
  readonly recordCount: number
  readonly bytes: number

  /** @internal Only `checkBatches` makes them. */
  constructor(batches: readonly Uint8Array[], recordCount: number, bytes: number) {
    this.#batches = batches
    this.recordCount = recordCount
    this.bytes = bytes
  }

  get count(): number {
    return this.#batches.length
  }

  /** A view of one whole batch. */
  batch(index: number): Uint8Array {
    return this.#batches[index]!
  }
}

/**
 * The one validator of what is appended: whole batches, good CRC, sizes, counts, the records of uncompressed batches, timestamps,
 * and none that only a broker may write. Never throws for bad input. The buffer must not change afterwards.
 */
export function checkBatches(buffer: Uint8Array, options: CheckBatchesOptions): CheckedBatches | AppendProblem {
  const { config } = options
  const batches: Uint8Array[] = []
  let recordCount = 0
  const validation = { validation: 'records', maxBytes: config.maxMessageBytes } as const
  for (let at = 0; at < buffer.length; ) {
    const problem = checkBatch(buffer, at, buffer.length, validation)
    if (problem !== undefined) return { code: PROBLEM_CODES[problem.kind], message: `the batch at byte ${at}: ${problem.message}` }
    const refusal = checkFlags(buffer, at) ?? checkTimestamps(buffer, at, options)
    if (refusal !== undefined) return refusal
    const end = at + batchBytesOf(buffer, at)
    recordCount += lastOffsetDeltaOf(buffer, at) + 1
    batches.push(at === 0 && end === buffer.length ? buffer : buffer.subarray(at, end))
    at = end
  }
  if (batches.length === 0) return { code: 'INVALID_RECORD', message: 'there is no batch' }
  return new CheckedBatches(batches, recordCount, buffer.length)
}

/** Transactions are not there yet, and control batches are never a producer's. */
function checkFlags(buffer: Uint8Array, at: number): AppendProblem | undefined {
  const attributes = attributesOf(buffer, at)
  if ((attributes & CONTROL_BIT) !== 0) return { code: 'INVALID_RECORD', message: 'producers cannot write control batches' }
  if ((attributes & TRANSACTIONAL_BIT) !== 0) return { code: 'INVALID_RECORD', message: 'transactions are not supported' }
  return undefined
}

/** `message.timestamp.before.max.ms` and `message.timestamp.after.max.ms`, where producers set timestamps. */
function checkTimestamps(buffer: Uint8Array, at: number, { config, nowMs }: CheckBatchesOptions): AppendProblem | undefined {
  if (config.messageTimestampType === 'LogAppendTime') return undefined
  const first = baseTimestampOf(buffer, at)
  const max = maxTimestampOf(buffer, at)
  if (first !== NO_TIMESTAMP && nowMs - first > config.messageTimestampBeforeMaxMs) {
    return { code: 'INVALID_TIMESTAMP', message: `timestamp ${first} is too far in the past: message.timestamp.before.max.ms` }
  }
  if (max !== NO_TIMESTAMP && max - nowMs > config.messageTimestampAfterMaxMs) {
    return { code: 'INVALID_TIMESTAMP', message: `timestamp ${max} is too far in the future: message.timestamp.after.max.ms` }
  }
  return undefined
}

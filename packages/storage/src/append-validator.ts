import {
  attributesOf,
  BATCH_HEADER_BYTES,
  type BatchProblemKind,
  baseSequenceOf,
  baseTimestampOf,
  batchBytesOf,
  CODEC_MASK,
  CONTROL_BIT,
  checkBatch,
  DELETE_HORIZON_BIT,
  lastOffsetDeltaOf,
  maxTimestampOf,
  NO_TIMESTAMP,
  NULL_POSITION,
  producerEpochOf,
  producerIdOf,
  RecordWalker,
  sequenceAfter,
  TRANSACTIONAL_BIT,
} from '@kafka-ts/protocol/records'
import { isCompacted, type LogConfig } from './log-config.ts'

const walker = new RecordWalker()

/** Kafka's names of the errors an append can meet before it touches a log. */
export type AppendProblemCode =
  | 'CORRUPT_MESSAGE'
  | 'MESSAGE_TOO_LARGE'
  | 'INVALID_RECORD'
  | 'INVALID_TIMESTAMP'
  | 'UNSUPPORTED_FOR_MESSAGE_FORMAT'
  | 'UNSUPPORTED_COMPRESSION_TYPE'
  | 'OUT_OF_ORDER_SEQUENCE_NUMBER'
  | 'DUPLICATE_SEQUENCE_NUMBER'
  | 'INVALID_PRODUCER_EPOCH'

/** Why batches are refused: a value, as whatever comes from outside. */
export interface AppendProblem {
  readonly code: AppendProblemCode
  readonly message: string
}

export interface CheckBatchesOptions {
  readonly config: Pick<
    LogConfig,
    'cleanupPolicy' | 'maxMessageBytes' | 'messageTimestampType' | 'messageTimestampBeforeMaxMs' | 'messageTimestampAfterMaxMs'
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

/** The idempotent producer of some batches, which follow one another from `baseSequence` on. */
export interface ProducerRange {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
}

/** One or more whole batches that passed `checkBatches`; the only thing a log appends. Views of the buffer that was checked. */
export class CheckedBatches {
  readonly #batches: readonly Uint8Array[]
  readonly recordCount: number
  readonly bytes: number
  /** undefined when no idempotent producer wrote them. */
  readonly producer: ProducerRange | undefined

  /** @internal Only `checkBatches` makes them. */
  constructor(
    batches: readonly Uint8Array[],
    totals: { readonly recordCount: number; readonly bytes: number; readonly producer: ProducerRange | undefined },
  ) {
    this.#batches = batches
    this.recordCount = totals.recordCount
    this.bytes = totals.bytes
    this.producer = totals.producer
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
  let producer: ProducerRange | undefined
  const validation = { validation: 'records', maxBytes: config.maxMessageBytes } as const
  for (let at = 0; at < buffer.length; ) {
    const problem = checkBatch(buffer, at, buffer.length, validation)
    if (problem !== undefined) return { code: PROBLEM_CODES[problem.kind], message: `the batch at byte ${at}: ${problem.message}` }
    const refusal =
      checkFlags(buffer, at) ??
      checkTimestamps(buffer, at, options) ??
      checkKeys(buffer, at, config) ??
      checkProducer(buffer, at, { first: producer, recordCount })
    if (refusal !== undefined) return refusal
    if (at === 0) producer = producerRangeOf(buffer)
    const end = at + batchBytesOf(buffer, at)
    recordCount += lastOffsetDeltaOf(buffer, at) + 1
    batches.push(at === 0 && end === buffer.length ? buffer : buffer.subarray(at, end))
    at = end
  }
  if (batches.length === 0) return { code: 'INVALID_RECORD', message: 'there is no batch' }
  return new CheckedBatches(batches, { recordCount, bytes: buffer.length, producer })
}

/** What is known of a record by compaction is its key. Of compressed batches whoever opened them has checked it. */
function checkKeys(buffer: Uint8Array, at: number, config: CheckBatchesOptions['config']): AppendProblem | undefined {
  if (!isCompacted(config) || (attributesOf(buffer, at) & CODEC_MASK) !== 0) return undefined
  const index = indexWithoutKey(buffer, at + BATCH_HEADER_BYTES, at + batchBytesOf(buffer, at))
  return index < 0 ? undefined : { code: 'INVALID_RECORD', message: noKeyMessage(index) }
}

/** Which of the good records between `start` and `end` is the first without a key; -1 when all have one. */
export function indexWithoutKey(records: Uint8Array, start: number, end: number): number {
  for (let at = start, index = 0; at < end; index++) {
    at = walker.walk(records, at, end)
    if (walker.keyStart === NULL_POSITION) return index
  }
  return -1
}

/** What is wrong with record `index` of a batch. */
export function noKeyMessage(index: number): string {
  return `record ${index} has no key, and the topic is compacted`
}

/** Transactions are not there yet, and control batches and delete horizons are never a producer's. */
function checkFlags(buffer: Uint8Array, at: number): AppendProblem | undefined {
  const attributes = attributesOf(buffer, at)
  if ((attributes & CONTROL_BIT) !== 0) return { code: 'INVALID_RECORD', message: 'producers cannot write control batches' }
  if ((attributes & DELETE_HORIZON_BIT) !== 0) return { code: 'INVALID_RECORD', message: 'producers cannot set a delete horizon' }
  if ((attributes & TRANSACTIONAL_BIT) !== 0) return { code: 'INVALID_RECORD', message: 'transactions are not supported' }
  return undefined
}

function producerRangeOf(buffer: Uint8Array): ProducerRange | undefined {
  const producerId = producerIdOf(buffer, 0)
  return producerId < 0 ? undefined : { producerId, producerEpoch: producerEpochOf(buffer, 0), baseSequence: baseSequenceOf(buffer, 0) }
}

/** Batches that come together are of one idempotent producer, and none is missing between them, or all are of none. */
function checkProducer(
  buffer: Uint8Array,
  at: number,
  before: { readonly first: ProducerRange | undefined; readonly recordCount: number },
): AppendProblem | undefined {
  const producerId = producerIdOf(buffer, at)
  const isFirst = at === 0
  if (producerId < 0) {
    return isFirst || before.first === undefined ? undefined : mixedProducers()
  }
  const producerEpoch = producerEpochOf(buffer, at)
  const baseSequence = baseSequenceOf(buffer, at)
  if (producerEpoch < 0 || baseSequence < 0) {
    const message = `producer id ${producerId} goes with an epoch and a sequence, not with ${producerEpoch} and ${baseSequence}`
    return { code: 'INVALID_RECORD', message }
  }
  if (isFirst) return undefined
  if (before.first?.producerId !== producerId || before.first.producerEpoch !== producerEpoch) return mixedProducers()
  const expected = sequenceAfter(before.first.baseSequence, before.recordCount)
  if (baseSequence === expected) return undefined
  const message = `sequence ${baseSequence} of producer ${producerId} follows in one request where ${expected} belongs`
  return { code: 'OUT_OF_ORDER_SEQUENCE_NUMBER', message }
}

function mixedProducers(): AppendProblem {
  return { code: 'INVALID_RECORD', message: 'the batches of one partition in a request must be of one producer' }
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

import type { KafkaError, KafkaErrorCode } from '@kafka-ts/protocol'
import { sequenceAfter } from '@kafka-ts/protocol/records'
import type { Logger } from '../kafka-options.ts'
import type { Flight } from './flight.ts'
import type { ProducerBatch } from './producer-batch.ts'
import type { RecordAccumulator } from './record-accumulator.ts'
import { splitBatch } from './split-batch.ts'

/** Answers that say for sure that the batches of this request were not written. After any other failure they may have been. */
const REFUSALS: ReadonlySet<KafkaErrorCode> = new Set<KafkaErrorCode>([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'UNKNOWN_PRODUCER_ID',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'CORRUPT_MESSAGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_REQUIRED_ACKS',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'NOT_ENOUGH_REPLICAS',
  'TOPIC_AUTHORIZATION_FAILED',
])
/** The broker expects another sequence or epoch of this producer. */
const SEQUENCE_ERRORS: ReadonlySet<KafkaErrorCode> = new Set<KafkaErrorCode>([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'UNKNOWN_PRODUCER_ID',
])
const UNKNOWN_PLACE: WrittenAt = { baseOffset: -1, logAppendTimeMs: -1 }

/** Where the batches of a flight were written, one behind the other. -1: not known, and the records kept their own timestamps. */
export interface WrittenAt {
  readonly baseOffset: number
  readonly logAppendTimeMs: number
}

export interface FlightOutcomesOptions {
  readonly accumulator: RecordAccumulator
  readonly logger: Logger | undefined
  readonly isClosed: () => boolean
  /** A batch has an outcome and its room is free. */
  readonly onSettled: () => void
}

/** Decides what becomes of the batches of a flight that has ended: they are done, sent again, split, or given up. */
export class FlightOutcomes {
  readonly #options: FlightOutcomesOptions

  constructor(options: FlightOutcomesOptions) {
    this.#options = options
  }

  succeed(flight: Flight, written: WrittenAt): void {
    flight.queue.land(flight)
    let { baseOffset } = written
    for (const batch of flight.batches) {
      const { recordCount } = batch.builder
      batch.succeed(baseOffset, written.logAppendTimeMs)
      if (baseOffset !== -1) baseOffset += recordCount
      this.#finish(batch)
    }
  }

  /** The flight was refused as a whole, or nothing is known of it. True when it is to be sent again after a pause. */
  fail(flight: Flight, error: KafkaError): boolean {
    const { queue, batches } = flight
    // Its records are there: only where is not remembered.
    if (error.code === 'DUPLICATE_SEQUENCE_NUMBER' && batches.length === 1) {
      this.succeed(flight, UNKNOWN_PLACE)
      return false
    }
    const isRefusal = REFUSALS.has(error.code)
    const alive: ProducerBatch[] = []
    for (const batch of batches) {
      if (!isRefusal) batch.isUncertain = true
      batch.lastError = error
      if (batch.isSettled || this.#options.isClosed()) this.#drop(batch)
      else alive.push(batch)
    }
    const { again, isPausing } = this.#judge(flight, alive, error)
    queue.landFailed(flight, again)
    return isPausing
  }

  #judge({ queue, batches, isHead }: Flight, alive: readonly ProducerBatch[], error: KafkaError): Judgement {
    const [first] = alive
    if (first === undefined) return { again: [], isPausing: false }
    const isOutOfSequence = queue.sequences !== undefined && SEQUENCE_ERRORS.has(error.code)
    // Something before it has no outcome yet, and that is why.
    if (isOutOfSequence && !isHead) return { again: alive, isPausing: false }
    if (error.retriable) {
      for (const batch of alive) batch.failedAttempts++
      this.#options.logger?.warn(`produce failed, will be tried again: ${error.message}`)
      return { again: alive, isPausing: true }
    }
    if (batches.length > 1) {
      // Only one batch may be to blame: each goes again by itself, at once.
      for (const batch of alive) batch.travelsAlone = true
      return { again: alive, isPausing: false }
    }
    if (isOutOfSequence && !first.isUncertain) return this.#startOver(first, error)
    if (error.code === 'MESSAGE_TOO_LARGE' && first.recordCount > 1) return { again: this.#split(first), isPausing: false }
    first.fail(error)
    this.#drop(first)
    return { again: [], isPausing: false }
  }

  /** The broker has lost what it knew of the producer, or records. The batch was not written, so it may go under another sequence. */
  #startOver(batch: ProducerBatch, error: KafkaError): Judgement {
    batch.failedAttempts++
    batch.queue.sequences?.startOver(batch, { isIdLost: error.code !== 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    this.#options.logger?.warn(`the producer goes on in a new epoch: ${error.message}`)
    return { again: [batch], isPausing: true }
  }

  /** The parts take over the sequences of the records they hold. */
  #split(batch: ProducerBatch): ProducerBatch[] {
    const { accumulator } = this.#options
    const { stamp, isUncertain } = batch
    const parts = splitBatch(batch, (maxBatchBytes) => accumulator.newBatchFor(batch, maxBatchBytes))
    let records = 0
    for (const part of parts) {
      if (stamp !== undefined) part.stamp = { ...stamp, baseSequence: sequenceAfter(stamp.baseSequence, records) }
      part.isUncertain = isUncertain
      records += part.recordCount
    }
    accumulator.replace(batch, parts)
    accumulator.releaseBuilder(batch)
    for (const part of parts) accumulator.seal(part)
    return parts
  }

  /** It has an outcome and will not be sent again. */
  #drop(batch: ProducerBatch): void {
    batch.queue.sequences?.giveUp(batch)
    this.#finish(batch)
  }

  #finish(batch: ProducerBatch): void {
    const { accumulator, onSettled } = this.#options
    accumulator.releaseRoom(batch)
    accumulator.releaseBuilder(batch)
    onSettled()
  }
}

interface Judgement {
  /** To be sent again, in order. */
  readonly again: readonly ProducerBatch[]
  readonly isPausing: boolean
}

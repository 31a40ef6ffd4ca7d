import type { KafkaError } from '@kafka-ts/protocol'
import { type ProducerStamp, type RecordBatchBuilder, type RecordBytes, type RecordHeader, stampProducer } from '@kafka-ts/protocol/records'
import type { PartitionQueue } from './partition-queue.ts'
import { RecordOutcomes } from './record-outcomes.ts'

/** What one record costs besides its bytes: its promise, the functions that settle it, its timestamp and its result. Counted against `bufferBytes`. */
export const RECORD_OVERHEAD_BYTES = 128

/** Records of one partition that travel together, with those who wait for their outcomes. */
export class ProducerBatch {
  readonly queue: PartitionQueue
  readonly builder: RecordBatchBuilder
  /** Who is told what becomes of its records: as many as the builder has. */
  readonly outcomes = new RecordOutcomes()
  /** Monotonic. */
  readonly createdAtMs: number
  /** Bytes counted against the producer's buffer. */
  bufferedBytes = 0
  /** The batch as it is sent; undefined until it first takes off. */
  encoded: Uint8Array | undefined
  /** Who writes it and at which sequence, from its first flight on; undefined without idempotence. */
  stamp: ProducerStamp | undefined
  /** It was sent, and nothing is known of what became of it. */
  isUncertain = false
  /** The flight it was in last: those that were sent together are sent again together, so that the broker has one answer for them. */
  flightNumber = 0
  /** May be sent though it is not full: its linger time is over, or somebody flushes. */
  isDue = false
  /** It shares no request with others of its partition: a refusal is to tell which of them is to blame. */
  travelsAlone = false
  /** How often it has been sent in vain. */
  failedAttempts = 0
  /** What went wrong the last time. */
  lastError: KafkaError | undefined
  /** Closed and, where that is asked, compressed: it may take off. */
  #isSealed = false
  #compressed: Uint8Array | undefined
  #isSettled = false
  #settled: PromiseWithResolvers<void> | undefined

  constructor(queue: PartitionQueue, options: { readonly builder: RecordBatchBuilder; readonly createdAtMs: number }) {
    this.queue = queue
    this.builder = options.builder
    this.createdAtMs = options.createdAtMs
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  get isSealed(): boolean {
    return this.#isSealed
  }

  /** As it is sent. */
  get sizeInBytes(): number {
    return this.#compressed?.length ?? this.builder.sizeInBytes
  }

  get recordCount(): number {
    return this.outcomes.count
  }

  /**
   * Adds a record; the caller then says to `outcomes` who waits for it. False when it does not fit; only an empty batch takes any. Positional: the
   * hot path of `send`.
   */
  append(timestampMs: number, key: RecordBytes, value: RecordBytes, headers: readonly RecordHeader[]): boolean {
    const before = this.builder.sizeInBytes
    if (!this.builder.append(timestampMs, key, value, headers, true)) return false
    this.bufferedBytes += this.builder.sizeInBytes - before + RECORD_OVERHEAD_BYTES
    this.outcomes.add(timestampMs)
    return true
  }

  /** Takes over the next record of a batch that is being split, and whoever waits for it. False when it does not fit. */
  adopt(
    other: ProducerBatch,
    record: { readonly key: RecordBytes; readonly value: RecordBytes; readonly headers: readonly RecordHeader[] },
  ): boolean {
    if (!this.append(other.outcomes.nextTimestampMs, record.key, record.value, record.headers)) return false
    this.outcomes.takeNextOf(other.outcomes)
    return true
  }

  /** No more records. `compressed`: the whole batch, in a buffer of its own. */
  seal(compressed?: Uint8Array): void {
    this.#compressed = compressed
    this.#isSealed = true
  }

  /** Makes the bytes that are sent, with `stamp` if it has one. */
  encode(): void {
    const { stamp } = this
    if (this.#compressed === undefined) this.encoded = this.builder.build(stamp)
    else {
      if (stamp !== undefined) stampProducer(this.#compressed, 0, stamp)
      this.encoded = this.#compressed
    }
  }

  /** It was not written, and gets another sequence when it takes off again. */
  forgetStamp(): void {
    this.stamp = undefined
    this.encoded = undefined
    this.isUncertain = false
    this.flightNumber = 0
  }

  /** Every record is acknowledged. `baseOffset` -1: offsets are not known. `logAppendTimeMs` -1: the records kept their own timestamps. */
  succeed(baseOffset: number, logAppendTimeMs: number): void {
    if (this.#isSettled) return
    const { topic, partition } = this.queue
    this.outcomes.succeed({ topic, partition, baseOffset, logAppendTimeMs })
    this.#settle()
  }

  /** Every record has failed. */
  fail(error: KafkaError): void {
    if (this.#isSettled) return
    this.outcomes.fail(error)
    this.#settle()
  }

  /** The records live on in other batches: this one is settled when those are. */
  handOver(parts: readonly ProducerBatch[]): void {
    const waiting = this.#settled
    this.#settled = undefined
    this.outcomes.forget()
    this.#settle()
    if (waiting !== undefined) void Promise.all(parts.map((part) => part.whenSettled())).then(() => waiting.resolve())
  }

  /** Resolves (never rejects) once the records have an outcome. */
  whenSettled(): Promise<void> {
    if (this.#isSettled) return Promise.resolve()
    this.#settled ??= Promise.withResolvers<void>()
    return this.#settled.promise
  }

  #settle(): void {
    this.#isSettled = true
    this.#settled?.resolve()
  }
}

import type { Clock, Timer } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import type { ClientDoors } from '../kafka-options.ts'
import type { AnyTopic } from '../topic.ts'
import { BuilderPool } from './builder-pool.ts'
import { compressBatch } from './compress-batch.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { ProducerBatch, RECORD_OVERHEAD_BYTES } from './producer-batch.ts'
import type { ProducerConfig } from './producer-config.ts'
import type { AnyProducerRecord, RecordMetadata } from './producer-types.ts'
import { SendClock } from './send-clock.ts'
import type { SendManyCall } from './send-many-call.ts'
import { serializeHeaders, serializeKey, serializeValue } from './serialize.ts'
import type { TopicQueues } from './topic-queues.ts'

/** Sends that waited, and large calls, go into batches in slices of so many bytes, as they are counted, or records: so long the event loop is held. */
export const SLICE_BYTES = 1024 * 1024
const SLICE_RECORDS = SLICE_BYTES / RECORD_OVERHEAD_BYTES

/** The records of a `sendMany`. */
export interface RecordsToSend {
  readonly topic: AnyTopic
  readonly queues: TopicQueues
  readonly records: readonly AnyProducerRecord[]
  readonly call: SendManyCall
}

/** What the accumulator tells the producer and its sender. */
export interface AccumulatorListener {
  /** The partition has a batch that may go. */
  onSendable(queue: PartitionQueue): void
  /** A batch could not be compressed. */
  onUnsendable(batch: ProducerBatch, error: unknown): void
}

/**
 * Collects records into one open batch per partition. A record is encoded when it is sent; of it only where its outcome goes is kept.
 * Batches close when they are full, and become due when their linger time is over, or at once when `flush` waits.
 */
export class RecordAccumulator {
  readonly #config: ProducerConfig
  readonly #doors: ClientDoors
  readonly #clock: Clock
  readonly #sendClock: SendClock
  readonly #listener: AccumulatorListener
  readonly #builders: BuilderPool
  /** Open batches in the order they were opened, and so of their linger deadlines; some have closed since. */
  #lingering: ProducerBatch[] = []
  #lingerTimer: Timer | undefined
  #isDeferred = false
  #flushes = 0
  #bufferedBytes = 0

  constructor(config: ProducerConfig, options: { readonly doors: ClientDoors; readonly listener: AccumulatorListener }) {
    this.#config = config
    this.#doors = options.doors
    this.#clock = options.doors.clock
    this.#sendClock = new SendClock(options.doors.clock)
    this.#listener = options.listener
    this.#builders = new BuilderPool({ batchBytes: config.batchBytes, poolBytes: config.bufferBytes })
  }

  /** Bytes of records without an outcome, with `RECORD_OVERHEAD_BYTES` for each. */
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /** Whether one more record may come in. The last one may take the buffer over its limit, by its own size. */
  get hasRoom(): boolean {
    return this.#bufferedBytes < this.#config.bufferBytes
  }

  /** Encodes a record into the open batch of its partition. Never throws: what is wrong rejects. The topic's metadata must be known. */
  append(topic: AnyTopic, queues: TopicQueues, record: AnyProducerRecord): Promise<RecordMetadata> {
    try {
      const batch = this.#add(topic, queues, record)
      const promise = batch.outcomes.promise()
      if (batch.builder.sizeInBytes >= this.#config.batchBytes) this.#closeFull(batch, topic)
      return promise
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Encodes records of a call, from its record `from` on, while there is room and at most a slice of them; what is wrong with one is told to the call.
   * Returns the first record that was not taken.
   */
  appendSlice({ topic, queues, records, call }: RecordsToSend, from: number): number {
    const end = Math.min(records.length, from + SLICE_RECORDS)
    const bytesEnd = Math.min(this.#config.bufferBytes, this.#bufferedBytes + SLICE_BYTES)
    let index = from
    for (; index < end && this.#bufferedBytes < bytesEnd; index++) {
      try {
        const batch = this.#add(topic, queues, records[index] as AnyProducerRecord)
        batch.outcomes.tell(call, index)
        if (batch.builder.sizeInBytes >= this.#config.batchBytes) this.#closeFull(batch, topic)
      } catch (error) {
        call.fail(index, error)
      }
    }
    return index
  }

  /** Closes the open batch of a partition: it is compressed where that is asked, and then sendable. */
  closeOpen(queue: PartitionQueue): void {
    const batch = queue.open
    if (batch === undefined) return
    queue.closeOpen()
    this.seal(batch)
  }

  /** Makes a batch that is closed ready to be sent. */
  seal(batch: ProducerBatch): void {
    const { compression, compressionLevel } = this.#config
    if (compression === 'none') {
      batch.seal()
      this.#listener.onSendable(batch.queue)
      return
    }
    compressBatch(batch.builder, { codec: compression, level: compressionLevel, compression: this.#doors.compression }).then(
      (encoded) => {
        batch.seal(encoded)
        this.#listener.onSendable(batch.queue)
      },
      (error: unknown) => this.#listener.onUnsendable(batch, error),
    )
  }

  /** An empty batch for records of one that is split, counted as these were already. */
  newBatchFor(original: ProducerBatch, maxBatchBytes: number): ProducerBatch {
    return new ProducerBatch(original.queue, { builder: this.#builders.acquire(maxBatchBytes), createdAtMs: original.createdAtMs })
  }

  /** Moves the account from a batch to those that took over its records. */
  replace(original: ProducerBatch, parts: readonly ProducerBatch[]): void {
    for (const part of parts) this.#bufferedBytes += part.bufferedBytes
    this.#bufferedBytes -= original.bufferedBytes
    original.handOver(parts)
  }

  /** A batch has its outcome: its room is free. */
  releaseRoom(batch: ProducerBatch): void {
    this.#bufferedBytes -= batch.bufferedBytes
    batch.bufferedBytes = 0
  }

  /** Nobody reads the bytes of the batch any more. */
  releaseBuilder(batch: ProducerBatch): void {
    this.#builders.release(batch.builder)
  }

  /** Until `endFlush`, batches are due when they open. The caller makes those that are open now due. */
  beginFlush(): void {
    this.#flushes++
    this.#makeDue(Number.POSITIVE_INFINITY)
  }

  endFlush(): void {
    this.#flushes--
  }

  /** Ends the timer. */
  close(): void {
    this.#lingerTimer?.cancel()
    this.#lingerTimer = undefined
    this.#lingering = []
  }

  /** Encodes a record, whose outcome nobody waits for yet, and returns the batch it is in. Throws what is wrong with it. */
  #add(topic: AnyTopic, queues: TopicQueues, record: AnyProducerRecord): ProducerBatch {
    const key = serializeKey(topic, record.key)
    const value = serializeValue(topic, record.value)
    const timestampMs = record.timestamp === undefined ? this.#sendClock.nowMs() : checkTimestamp(record.timestamp)
    const headers = serializeHeaders(record.headers)
    const queue = queues.choose(key, record.partition, value === null ? 0 : value.length)
    let batch = queue.open ?? this.#openBatch(queue)
    let before = batch.bufferedBytes
    if (!batch.append(timestampMs, key, value, headers)) {
      this.closeOpen(queue)
      batch = this.#openBatch(queue)
      before = 0
      if (!batch.append(timestampMs, key, value, headers)) throw tooLarge(topic)
    }
    this.#bufferedBytes += batch.bufferedBytes - before
    return batch
  }

  #openBatch(queue: PartitionQueue): ProducerBatch {
    const batch = new ProducerBatch(queue, { builder: this.#builders.acquire(), createdAtMs: this.#clock.monotonic() })
    queue.open = batch
    this.#lingering.push(batch)
    this.#scheduleLinger()
    return batch
  }

  #closeFull(batch: ProducerBatch, topic: AnyTopic): void {
    const { queue } = batch
    if (batch.recordCount === 1 && batch.builder.sizeInBytes > this.#config.maxRequestBytes) {
      queue.open = undefined
      batch.fail(tooLarge(topic))
      this.releaseRoom(batch)
      return
    }
    this.closeOpen(queue)
  }

  #scheduleLinger(): void {
    if (this.#config.lingerMs === 0 || this.#flushes > 0) {
      if (this.#isDeferred) return
      this.#isDeferred = true
      this.#clock.defer(() => {
        this.#isDeferred = false
        this.#makeDue(Number.POSITIVE_INFINITY)
      })
    } else if (this.#lingerTimer === undefined) {
      this.#lingerTimer = this.#clock.setTimer(this.#config.lingerMs, () => this.#onLinger())
    }
  }

  #onLinger(): void {
    this.#lingerTimer = undefined
    const nowMs = this.#clock.monotonic()
    this.#makeDue(nowMs - this.#config.lingerMs)
    const next = this.#lingering[0]
    if (next !== undefined) {
      const delayMs = next.createdAtMs + this.#config.lingerMs - nowMs
      this.#lingerTimer = this.#clock.setTimer(delayMs, () => this.#onLinger())
    }
  }

  /** Marks every open batch that was opened up to `createdUntilMs`. */
  #makeDue(createdUntilMs: number): void {
    let count = 0
    for (const batch of this.#lingering) {
      if (batch.createdAtMs > createdUntilMs) break
      count++
      if (batch.queue.open !== batch) continue
      batch.isDue = true
      this.#listener.onSendable(batch.queue)
    }
    if (count === this.#lingering.length) this.#lingering = []
    else if (count > 0) this.#lingering.splice(0, count)
  }
}

function checkTimestamp(timestamp: number): number {
  if (Number.isSafeInteger(timestamp) && timestamp >= 0) return timestamp
  throw new KafkaError('INVALID_ARGUMENT', `a timestamp is whole milliseconds since 1970, not ${String(timestamp)}.`)
}

function tooLarge(topic: AnyTopic): KafkaError {
  return new KafkaError('MESSAGE_TOO_LARGE', `a record for topic "${topic.name}" is larger than maxRequestBytes.`)
}

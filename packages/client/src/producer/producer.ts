import type { Timer } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { abortedError, toKafkaError } from '../errors.ts'
import { type AnyTopic, resolveTopic, type TopicLike } from '../topic.ts'
import type { ProducerBatch } from './producer-batch.ts'
import { type ProducerConfig, resolveProducerConfig } from './producer-config.ts'
import type { AnyProducerRecord, Producer, ProducerOptions, ProducerRecord, RecordMetadata, SendOptions } from './producer-types.ts'
import { RecordAccumulator, SLICE_BYTES } from './record-accumulator.ts'
import { SendManyCall } from './send-many-call.ts'
import { Sender } from './sender.ts'
import { TopicQueues } from './topic-queues.ts'
import { WaitingCall } from './waiting-call.ts'
import { WaitingRecord } from './waiting-record.ts'
import { WaitingSends, type WaitingSendsOptions } from './waiting-sends.ts'

/**
 * The producer: `send` puts a record into the accumulator at once when the topic is known and there is room; else it waits in line for
 * the one and then for the other. Owned by `Kafka`.
 */
export class BatchingProducer implements Producer {
  readonly #cluster: Cluster
  readonly #config: ProducerConfig
  readonly #accumulator: RecordAccumulator
  readonly #sender: Sender
  readonly #topics = new Map<string, TopicQueues>()
  /** Sends that wait for the metadata of their topic. */
  readonly #unknown = new Map<string, WaitingSends>()
  /** Sends that wait for room, or behind one of which the next slice is due. */
  readonly #crowded: WaitingSends
  readonly #onClosed: (() => void)[] = []
  #lastTopic: TopicLike | undefined
  #lastResolved: AnyTopic | undefined
  #lastQueues: TopicQueues | undefined
  #expiryTimer: Timer | undefined
  #isAdmissionScheduled = false
  #closing: Promise<void> | undefined
  /** Why sends are refused. */
  #closeReason: KafkaError | undefined

  constructor(cluster: Cluster, options: ProducerOptions = {}) {
    this.#cluster = cluster
    this.#config = resolveProducerConfig(options)
    const { doors } = cluster.config
    const listener = {
      onSendable: (queue: ProducerBatch['queue']) => this.#sender.wake(queue),
      onUnsendable: (batch: ProducerBatch, error: unknown) => this.#giveUp(batch, toKafkaError(error, 'compression')),
    }
    this.#accumulator = new RecordAccumulator(this.#config, { doors, listener })
    const queuesOf = (topic: string): TopicQueues | undefined => this.#topics.get(topic)
    this.#sender = new Sender({
      cluster,
      config: this.#config,
      accumulator: this.#accumulator,
      queuesOf,
      onSettled: () => this.#admitWaiting(),
    })
    this.#crowded = this.#newLine({
      timedOut: () => new KafkaError('BUFFER_EXHAUSTED', this.#exhausted()),
      beforeTimeout: () => this.#admitAll(),
    })
    this.#onClosed.push(cluster.metadata.onChange(() => this.#onMetadata()))
    if (options.signal !== undefined) this.#closeOnAbort(options.signal)
  }

  get bufferedBytes(): number {
    return this.#accumulator.bufferedBytes
  }

  send<T extends TopicLike>(topic: T, record: ProducerRecord<T>, options?: SendOptions): Promise<RecordMetadata> {
    const queues = topic === this.#lastTopic ? (this.#lastQueues as TopicQueues) : this.#select(topic)
    const resolved = this.#lastResolved as AnyTopic
    if (queues.isKnown && this.#accumulator.hasRoom && options === undefined && this.#closeReason === undefined && this.#crowded.isEmpty) {
      this.#expiryTimer ??= this.#armExpiry(this.#config.deliveryTimeoutMs)
      return this.#accumulator.append(resolved, queues, record)
    }
    return this.#sendLater(resolved, queues, record, options?.signal)
  }

  async sendMany<T extends TopicLike>(topic: T, records: readonly ProducerRecord<T>[], options?: SendOptions): Promise<RecordMetadata[]> {
    if (records.length === 0) return []
    const queues = topic === this.#lastTopic ? (this.#lastQueues as TopicQueues) : this.#select(topic)
    const call = new SendManyCall(records.length)
    const send = new WaitingCall({ topic: this.#lastResolved as AnyTopic, queues, records, call }, this.#accumulator)
    const refusal = this.#refusal(options?.signal)
    if (refusal !== undefined) send.reject(refusal)
    else this.#admit(send, queues, options?.signal)
    return await call.promise
  }

  async flush(): Promise<void> {
    this.#accumulator.beginFlush()
    try {
      const lines = [this.#crowded, ...this.#unknown.values()]
      const waiting = lines.flatMap((line) => line.promises())
      const batches = [...this.#batches()].map((batch) => batch.whenSettled())
      await Promise.allSettled([...waiting, ...batches])
    } finally {
      this.#accumulator.endFlush()
    }
  }

  /** Called once, when it is closed for whatever reason. */
  onClose(listener: () => void): void {
    this.#onClosed.push(listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#drainAndClose()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Ends at once: what has no outcome rejects with `reason`. Idempotent. */
  closeNow(reason: KafkaError): void {
    this.#closeReason ??= reason
    for (const line of [this.#crowded, ...this.#unknown.values()]) line.fail(reason)
    for (const batch of this.#batches()) batch.fail(reason)
    this.#release()
  }

  async #drainAndClose(): Promise<void> {
    this.#closeReason ??= new KafkaError('CLOSED', 'The producer is closed.')
    await this.flush()
    this.#release()
  }

  #release(): void {
    this.#expiryTimer?.cancel()
    this.#expiryTimer = undefined
    this.#accumulator.close()
    this.#sender.close()
    for (const listener of this.#onClosed.splice(0)) listener()
  }

  #closeOnAbort(signal: AbortSignal): void {
    const onAbort = (): void => this.closeNow(abortedError(signal))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    this.#onClosed.push(() => signal.removeEventListener('abort', onAbort))
  }

  /** Called when the topic is not that of the last send: looks it up, and remembers it for the next one. */
  #select(topic: TopicLike): TopicQueues {
    const resolved = resolveTopic(topic)
    let queues = this.#topics.get(resolved.name)
    if (queues === undefined) {
      const { random } = this.#cluster.config.doors
      const { partitioner, batchBytes, isIdempotent, lingerMs } = this.#config
      queues = new TopicQueues(resolved.name, { random, partitioner, stickyBytes: batchBytes, isIdempotent, isEager: lingerMs === 0 })
      queues.update(this.#cluster.metadata.topic(resolved.name))
      this.#topics.set(resolved.name, queues)
    }
    this.#lastTopic = topic
    this.#lastResolved = resolved
    this.#lastQueues = queues
    return queues
  }

  #sendLater(topic: AnyTopic, queues: TopicQueues, record: AnyProducerRecord, signal: AbortSignal | undefined): Promise<RecordMetadata> {
    const refusal = this.#refusal(signal)
    if (refusal !== undefined) return Promise.reject(refusal)
    this.#expiryTimer ??= this.#armExpiry(this.#config.deliveryTimeoutMs)
    if (queues.isKnown && this.#accumulator.hasRoom && this.#crowded.isEmpty) return this.#accumulator.append(topic, queues, record)
    const send = new WaitingRecord({ topic, queues, record }, this.#accumulator)
    this.#lineFor(queues).add(send, signal)
    return send.promise
  }

  /** Puts the first slice of a call into batches, unless others were there before; what is left waits in line. */
  #admit(send: WaitingCall, queues: TopicQueues, signal: AbortSignal | undefined): void {
    this.#expiryTimer ??= this.#armExpiry(this.#config.deliveryTimeoutMs)
    if (queues.isKnown && this.#crowded.isEmpty && send.admit()) return
    send.keepRecords()
    this.#lineFor(queues).add(send, signal)
    if (queues.isKnown && this.#accumulator.hasRoom) this.#scheduleAdmission()
  }

  /** Why nothing more is taken from the caller. */
  #refusal(signal: AbortSignal | undefined): KafkaError | undefined {
    return this.#closeReason ?? (signal?.aborted === true ? abortedError(signal) : undefined)
  }

  #lineFor(queues: TopicQueues): WaitingSends {
    return queues.isKnown ? this.#crowded : this.#lineForUnknown(queues)
  }

  /** The line of sends that wait for a topic; the first one in it asks for the topic. */
  #lineForUnknown(queues: TopicQueues): WaitingSends {
    const { name } = queues
    const line = this.#unknown.get(name)
    if (line !== undefined) return line
    const opened = this.#newLine({
      timedOut: () => new KafkaError('TIMED_OUT', `topic "${name}" was not known within ${this.#config.maxBlockMs} ms.`),
    })
    this.#unknown.set(name, opened)
    this.#cluster.metadata.ensureTopic(name, { timeoutMs: this.#config.maxBlockMs, isAutoCreateAllowed: true }).then(
      () => this.#onMetadata(),
      (error: unknown) => {
        this.#unknown.delete(name)
        opened.fail(toKafkaError(error, `topic "${name}"`))
      },
    )
    return opened
  }

  #newLine(options: Pick<WaitingSendsOptions, 'timedOut' | 'beforeTimeout'>): WaitingSends {
    return new WaitingSends({ clock: this.#cluster.config.doors.clock, maxBlockMs: this.#config.maxBlockMs, ...options })
  }

  #exhausted(): string {
    const { bufferBytes, maxBlockMs } = this.#config
    return `The buffer of ${bufferBytes} bytes stayed full for ${maxBlockMs} ms: records are sent faster than the brokers take them.`
  }

  #onMetadata(): void {
    for (const queues of this.#topics.values()) queues.update(this.#cluster.metadata.topic(queues.name))
    for (const [name, line] of this.#unknown) {
      if (this.#topics.get(name)?.isKnown !== true) continue
      this.#unknown.delete(name)
      this.#crowded.takeOver(line)
    }
    this.#admitWaiting()
    this.#sender.onMetadata()
  }

  /** Lets in those who wait for room, in their order, as far as there is any: a slice of them each turn of the event loop. */
  #admitWaiting(): void {
    if (this.#isAdmissionScheduled) return
    const sliceEnd = this.#accumulator.bufferedBytes + SLICE_BYTES
    while (this.#accumulator.hasRoom && !this.#crowded.isEmpty) {
      const isWholeIn = this.#crowded.admitFirst()
      if (isWholeIn && this.#accumulator.bufferedBytes < sliceEnd) continue
      if (this.#accumulator.hasRoom) this.#scheduleAdmission()
      return
    }
  }

  #scheduleAdmission(): void {
    if (this.#isAdmissionScheduled) return
    this.#isAdmissionScheduled = true
    this.#cluster.config.doors.clock.defer(() => {
      this.#isAdmissionScheduled = false
      this.#admitWaiting()
    })
  }

  /** Lets in all that there is room for, in whatever time that takes. */
  #admitAll(): void {
    while (this.#accumulator.hasRoom && !this.#crowded.isEmpty) this.#crowded.admitFirst()
  }

  *#batches(): Generator<ProducerBatch, void, undefined> {
    for (const queues of this.#topics.values()) {
      for (const queue of queues.partitions) yield* queue.batches()
    }
  }

  #armExpiry(delayMs: number): Timer {
    return this.#cluster.config.doors.clock.setTimer(delayMs, () => this.#expire(), { unref: true })
  }

  /** Gives up what is older than `deliveryTimeoutMs`, and comes back for what will be next. */
  #expire(): void {
    this.#expiryTimer = undefined
    const nowMs = this.#cluster.config.doors.clock.monotonic()
    let oldestMs = Number.POSITIVE_INFINITY
    for (const batch of this.#batches()) {
      if (batch.createdAtMs + this.#config.deliveryTimeoutMs > nowMs) oldestMs = Math.min(oldestMs, batch.createdAtMs)
      else this.#giveUp(batch, this.#undelivered(batch))
    }
    if (oldestMs !== Number.POSITIVE_INFINITY) this.#expiryTimer = this.#armExpiry(oldestMs + this.#config.deliveryTimeoutMs - nowMs)
  }

  #undelivered(batch: ProducerBatch): KafkaError {
    const { topic, partition } = batch.queue
    const reason = batch.lastError === undefined ? 'nothing was heard of them' : batch.lastError.message
    const message = `records for partition ${partition} of topic "${topic}" were not delivered within ${this.#config.deliveryTimeoutMs} ms: ${reason}`
    return new KafkaError('TIMED_OUT', message, { cause: batch.lastError })
  }

  /** Rejects a batch. One that is with the broker keeps its bytes, and its partition, until that request has ended. */
  #giveUp(batch: ProducerBatch, error: KafkaError): void {
    batch.queue.remove(batch)
    batch.fail(error)
    this.#accumulator.releaseRoom(batch)
    this.#admitWaiting()
  }
}

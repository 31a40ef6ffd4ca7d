import { KafkaError } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { abortedError, toKafkaError } from '../errors.ts'
import type { RecordOf, TopicPartition, TopicPartitionOffset } from '../record.ts'
import { resolveTopic, type TopicLike } from '../topic.ts'
import { type ConsumerConfig, resolveConsumerConfig } from './consumer-config.ts'
import type { Assignment, Consumer, ConsumerBatch, ConsumerOptions, StartPosition } from './consumer-types.ts'
import { Reader } from './reader.ts'
import { BatchIterator, type IterationOptions, RecordIterator } from './record-iterator.ts'

/** The consumer without a group: reads what it is told to, from where it is told to. Owned by `Kafka`. */
export class PartitionConsumer<T extends TopicLike> implements Consumer<T> {
  readonly #cluster: Cluster
  readonly #options: ConsumerOptions<T>
  readonly #config: ConsumerConfig
  readonly #reader: Reader
  readonly #closing = new AbortController()
  readonly #onClosed: (() => void)[] = []
  #starting: Promise<void> | undefined
  #areEndsKnown = false

  constructor(cluster: Cluster, options: ConsumerOptions<T>) {
    this.#cluster = cluster
    this.#options = options
    this.#config = resolveConsumerConfig(options)
    this.#reader = new Reader({ cluster, config: this.#config, isBounded: () => this.#areEndsKnown })
    if (options.assignments !== undefined) this.assign(options.assignments)
    if (options.signal !== undefined) this.#closeOnAbort(options.signal)
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<RecordOf<T>> {
    return new RecordIterator(this.#iteration()) as AsyncIterableIterator<RecordOf<T>>
  }

  batches(): AsyncIterableIterator<ConsumerBatch<RecordOf<T>>> {
    return new BatchIterator(this.#iteration()) as AsyncIterableIterator<ConsumerBatch<RecordOf<T>>>
  }

  assign(assignments: readonly Assignment<T>[]): void {
    this.#reader.subscription.replace(assignments, this.#config.from)
    if (this.#reader.isStarted) void this.#findAssigned()
  }

  assignments(): TopicPartition[] {
    return this.#reader.assignments()
  }

  seek(partition: TopicPartition, position: StartPosition): void {
    this.#reader.seek(partition, position)
  }

  pause(partitions?: readonly TopicPartition[]): void {
    this.#reader.pause(partitions)
  }

  resume(partitions?: readonly TopicPartition[]): void {
    this.#reader.resume(partitions)
  }

  position(partition: TopicPartition): number | undefined {
    return this.#reader.position(partition)
  }

  async endOffsets(): Promise<TopicPartitionOffset[]> {
    await this.#findPartitions()
    return this.#reader.endOffsets(this.#closing.signal)
  }

  /** Called once, when it is closed for whatever reason. */
  onClose(listener: () => void): void {
    this.#onClosed.push(listener)
  }

  async close(): Promise<void> {
    this.closeNow(new KafkaError('CLOSED', 'The consumer is closed.'))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Ends every wait: an iteration ends when the reason is CLOSED, else it throws the reason. Idempotent. */
  closeNow(reason: KafkaError): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort(reason)
    this.#reader.close(reason)
    for (const listener of this.#onClosed.splice(0)) listener()
  }

  #iteration(): IterationOptions {
    return { source: this.#reader.source, start: () => this.#start() }
  }

  #start(): Promise<void> {
    this.#starting ??= this.#startOnce().catch((error: unknown) => {
      this.#starting = undefined
      if (!this.#closing.signal.aborted) throw error
    })
    return this.#starting
  }

  async #startOnce(): Promise<void> {
    this.#closing.signal.throwIfAborted()
    await this.#findPartitions()
    await this.#findEnds()
    this.#closing.signal.throwIfAborted()
    if (this.#options.topics !== undefined) this.#onClosed.push(this.#cluster.metadata.onChange(() => this.#addNewPartitions()))
    this.#reader.start()
  }

  /** Learns of the topics, and with `topics` reads every partition there is. */
  async #findPartitions(): Promise<void> {
    const { topics = [] } = this.#options
    const names = new Set([...topics.map((topic) => resolveTopic(topic).name), ...this.assignments().map(({ topic }) => topic)])
    const ensure = { timeoutMs: this.#cluster.config.retryTimeoutMs, signal: this.#closing.signal }
    await Promise.all([...names].map((name) => this.#cluster.metadata.ensureTopic(name, ensure)))
    for (const topic of topics) this.#addPartitions(topic, this.#config.from)
  }

  /** After `assign` during an iteration: topics that cannot be found end the reading of their partitions. */
  async #findAssigned(): Promise<void> {
    try {
      await this.#findPartitions()
    } catch (cause) {
      const failure = toKafkaError(cause, 'assign')
      for (const state of this.#reader.subscription.states()) {
        if (this.#cluster.metadata.topic(state.topic.name) === undefined) state.failure = failure
      }
    }
    this.#reader.poke()
  }

  #addPartitions(topicLike: TopicLike, from: StartPosition): void {
    const { subscription } = this.#reader
    const topic = resolveTopic(topicLike)
    for (const { partition } of this.#cluster.metadata.topic(topic.name)?.partitions ?? []) {
      if (subscription.find({ topic: topic.name, partition }) === undefined) subscription.add(topic, partition, from)
    }
  }

  /** Partitions that were added to a topic are read from their beginning: no record in them was written before. A bounded iteration leaves them out. */
  #addNewPartitions(): void {
    if (this.#areEndsKnown) return
    for (const topic of this.#options.topics ?? []) this.#addPartitions(topic, 'earliest')
    this.#reader.poke()
  }

  async #findEnds(): Promise<void> {
    const { until } = this.#options
    if (until === undefined) return
    const { subscription } = this.#reader
    const ends = until === 'end' ? await this.endOffsets() : until
    for (const state of subscription.states()) state.untilOffset = 0
    for (const { offset, ...partition } of ends) {
      const state = subscription.find(partition)
      if (state !== undefined) state.untilOffset = offset
    }
    // A partition with nothing to read before its end is finished where it stands, without asking where its start is.
    for (const state of subscription.states()) if (state.untilOffset === 0) subscription.move(state, { offset: 0 })
    this.#areEndsKnown = true
  }

  #closeOnAbort(signal: AbortSignal): void {
    const onAbort = (): void => this.closeNow(abortedError(signal))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    this.#onClosed.push(() => signal.removeEventListener('abort', onAbort))
  }
}

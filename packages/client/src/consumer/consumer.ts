import { KafkaError } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { listPartitionOffsets, toWireTimestamp } from '../cluster/list-offsets.ts'
import { abortedError, toKafkaError } from '../errors.ts'
import type { RecordOf, TopicPartition, TopicPartitionOffset } from '../record.ts'
import { resolveTopic, type TopicLike } from '../topic.ts'
import { BatchSource } from './batch-source.ts'
import { type ConsumerConfig, resolveConsumerConfig } from './consumer-config.ts'
import type { Assignment, Consumer, ConsumerBatch, ConsumerOptions, StartPosition } from './consumer-types.ts'
import { Fetcher } from './fetcher.ts'
import { BatchIterator, type IterationOptions, RecordIterator } from './record-iterator.ts'
import { Subscription } from './subscription.ts'

/** The consumer: holds together what is read (`Subscription`), what fetches it (`Fetcher`) and what gives it (`BatchSource`). Owned by `Kafka`. */
export class PartitionConsumer<T extends TopicLike> implements Consumer<T> {
  readonly #cluster: Cluster
  readonly #options: ConsumerOptions<T>
  readonly #config: ConsumerConfig
  readonly #subscription = new Subscription()
  readonly #fetcher: Fetcher
  readonly #source: BatchSource
  readonly #closing = new AbortController()
  readonly #onClosed: (() => void)[] = []
  #starting: Promise<void> | undefined
  /** Topics whose partitions have been seen: those that appear later are new. */
  #isStarted = false
  #areEndsKnown = false

  constructor(cluster: Cluster, options: ConsumerOptions<T>) {
    this.#cluster = cluster
    this.#options = options
    this.#config = resolveConsumerConfig(options)
    const { checkCrcs, maxDecompressedBytes } = this.#config
    const onNews = (): void => this.#source.notify()
    this.#fetcher = new Fetcher({ cluster, config: this.#config, subscription: this.#subscription, onNews })
    this.#source = new BatchSource({
      subscription: this.#subscription,
      fetcher: this.#fetcher,
      read: { checkCrcs, maxDecompressedBytes, compression: cluster.config.doors.compression },
      isBounded: () => this.#areEndsKnown,
    })
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
    this.#subscription.replace(assignments, this.#config.from)
    if (this.#isStarted) void this.#findAssigned()
  }

  assignments(): TopicPartition[] {
    return this.#subscription.states().map(({ topic, partition }) => ({ topic: topic.name, partition }))
  }

  seek(partition: TopicPartition, position: StartPosition): void {
    this.#subscription.move(this.#subscription.get(partition), position)
    this.#fetcherHasWork()
  }

  pause(partitions: readonly TopicPartition[] = this.assignments()): void {
    for (const partition of partitions) this.#subscription.get(partition).isPaused = true
  }

  resume(partitions: readonly TopicPartition[] = this.assignments()): void {
    for (const partition of partitions) {
      const state = this.#subscription.get(partition)
      state.isPaused = false
      this.#subscription.enqueue(state)
    }
    this.#fetcherHasWork()
  }

  position(partition: TopicPartition): number | undefined {
    return this.#subscription.get(partition).position
  }

  async endOffsets(): Promise<TopicPartitionOffset[]> {
    await this.#findPartitions()
    const timestamp = toWireTimestamp('latest')
    const lookups = this.assignments().map((partition) => ({ ...partition, timestamp }))
    const outcomes = await listPartitionOffsets(this.#cluster, lookups, { signal: this.#closing.signal })
    return outcomes.map(({ item, value, error }) => {
      if (error !== undefined) throw error
      return { topic: item.topic, partition: item.partition, offset: value.offset }
    })
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
    this.#source.close(reason)
    this.#fetcher.close()
    this.#subscription.clear()
    for (const listener of this.#onClosed.splice(0)) listener()
  }

  #iteration(): IterationOptions {
    return { source: this.#source, start: () => this.#start() }
  }

  /** Work is only for iterations: a consumer that nobody iterates fetches nothing. */
  #fetcherHasWork(): void {
    if (!this.#isStarted) return
    this.#fetcher.poke()
    this.#source.notify()
  }

  #start(): Promise<void> {
    this.#starting ??= this.#startOnce().catch((error: unknown) => {
      this.#starting = undefined
      if (!this.#closing.signal.aborted) throw error
    })
    return this.#starting
  }

  async #startOnce(): Promise<void> {
    await this.#findPartitions()
    await this.#findEnds()
    this.#isStarted = true
    if (this.#options.topics !== undefined) this.#onClosed.push(this.#cluster.metadata.onChange(() => this.#addNewPartitions()))
    this.#fetcher.poke()
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
      for (const state of this.#subscription.states()) {
        if (this.#cluster.metadata.topic(state.topic.name) === undefined) state.failure = failure
      }
    }
    this.#fetcherHasWork()
  }

  #addPartitions(topicLike: TopicLike, from: StartPosition): void {
    const topic = resolveTopic(topicLike)
    for (const { partition } of this.#cluster.metadata.topic(topic.name)?.partitions ?? []) {
      if (this.#subscription.find({ topic: topic.name, partition }) === undefined) this.#subscription.add(topic, partition, from)
    }
  }

  /** Partitions that were added to a topic are read from their beginning: no record in them was written before. A bounded iteration leaves them out. */
  #addNewPartitions(): void {
    if (this.#areEndsKnown) return
    for (const topic of this.#options.topics ?? []) this.#addPartitions(topic, 'earliest')
    this.#fetcher.poke()
  }

  async #findEnds(): Promise<void> {
    const { until } = this.#options
    if (until === undefined) return
    const ends = until === 'end' ? await this.endOffsets() : until
    for (const state of this.#subscription.states()) state.untilOffset = 0
    for (const { offset, ...partition } of ends) {
      const state = this.#subscription.find(partition)
      if (state !== undefined) state.untilOffset = offset
    }
    // A partition with nothing to read before its end is finished where it stands, without asking where its start is.
    for (const state of this.#subscription.states()) if (state.untilOffset === 0) this.#subscription.move(state, { offset: 0 })
    this.#areEndsKnown = true
  }

  #closeOnAbort(signal: AbortSignal): void {
    const onAbort = (): void => this.closeNow(abortedError(signal))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    this.#onClosed.push(() => signal.removeEventListener('abort', onAbort))
  }
}

import type { KafkaError } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { listPartitionOffsets, toWireTimestamp } from '../cluster/list-offsets.ts'
import type { TopicPartition, TopicPartitionOffset } from '../record.ts'
import { BatchSource } from './batch-source.ts'
import type { ConsumerConfig } from './consumer-config.ts'
import type { StartPosition } from './consumer-types.ts'
import { Fetcher } from './fetcher.ts'
import type { PartitionState } from './partition-state.ts'
import { Subscription } from './subscription.ts'

export interface ReaderOptions {
  readonly cluster: Cluster
  readonly config: ConsumerConfig
  /** See `BatchSourceOptions`. */
  readonly isBounded?: () => boolean
  /** See `BatchSourceOptions`. */
  readonly onFinished?: (state: PartitionState, isRead: boolean) => void
  /** See `FetcherOptions`. */
  readonly onReset?: (state: PartitionState, error: KafkaError) => void
}

/** What every consumer is made of: which partitions are read (`Subscription`), what fetches them (`Fetcher`), what gives them (`BatchSource`). */
export class Reader {
  readonly subscription = new Subscription()
  readonly fetcher: Fetcher
  readonly source: BatchSource
  readonly #cluster: Cluster
  #isStarted = false

  constructor({ cluster, config, isBounded = () => false, onFinished, onReset }: ReaderOptions) {
    const { checkCrcs, maxDecompressedBytes } = config
    const { subscription } = this
    this.#cluster = cluster
    this.fetcher = new Fetcher({
      cluster,
      config,
      subscription,
      onNews: () => this.source.notify(),
      ...(onReset === undefined ? {} : { onReset }),
    })
    this.source = new BatchSource({
      subscription,
      fetcher: this.fetcher,
      read: { checkCrcs, maxDecompressedBytes, compression: cluster.config.doors.compression },
      isBounded,
      ...(onFinished === undefined ? {} : { onFinished }),
    })
  }

  get isStarted(): boolean {
    return this.#isStarted
  }

  /** From now on what is wanted is fetched. */
  start(): void {
    this.#isStarted = true
    this.fetcher.poke()
  }

  /** Partitions may have become fetchable, or have something to give. Work is only for iterations: a consumer that nobody iterates fetches nothing. */
  poke(): void {
    if (!this.#isStarted) return
    this.fetcher.poke()
    this.source.notify()
  }

  assignments(): TopicPartition[] {
    return this.subscription.states().map(({ topic, partition }) => ({ topic: topic.name, partition }))
  }

  seek(partition: TopicPartition, position: StartPosition): void {
    this.subscription.move(this.subscription.get(partition), position)
    this.poke()
  }

  pause(partitions: readonly TopicPartition[] = this.assignments()): void {
    for (const partition of partitions) this.subscription.get(partition).isPaused = true
  }

  resume(partitions: readonly TopicPartition[] = this.assignments()): void {
    for (const partition of partitions) {
      const state = this.subscription.get(partition)
      state.isPaused = false
      this.subscription.enqueue(state)
    }
    this.poke()
  }

  position(partition: TopicPartition): number | undefined {
    return this.subscription.get(partition).position
  }

  /** Offsets after the last readable record of all partitions that are read. */
  async endOffsets(signal: AbortSignal): Promise<TopicPartitionOffset[]> {
    const timestamp = toWireTimestamp('latest')
    const lookups = this.assignments().map((partition) => ({ ...partition, timestamp }))
    const outcomes = await listPartitionOffsets(this.#cluster, lookups, { signal })
    return outcomes.map(({ item, value, error }) => {
      if (error !== undefined) throw error
      return { topic: item.topic, partition: item.partition, offset: value.offset }
    })
  }

  /** Ends every wait: an iteration ends when the reason is CLOSED, else it throws the reason. Idempotent. */
  close(reason: KafkaError): void {
    this.source.close(reason)
    this.fetcher.close()
    this.subscription.clear()
  }
}

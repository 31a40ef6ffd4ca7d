import { KafkaError } from '@kafka-ts/protocol'
import { AdminClient } from './admin/admin-client.ts'
import type { Admin } from './admin/admin-types.ts'
import { resolveClientConfig } from './client-config.ts'
import { Cluster } from './cluster/cluster.ts'
import { PartitionConsumer } from './consumer/consumer.ts'
import type { Consumer, ConsumerOptions } from './consumer/consumer-types.ts'
import { abortedError } from './errors.ts'
import type { KafkaOptions } from './kafka-options.ts'
import { BatchingProducer } from './producer/producer.ts'
import type { Producer, ProducerOptions } from './producer/producer-types.ts'
import type { TopicLike } from './topic.ts'

/** A client of one cluster: connections and metadata shared by its producers, consumers and admin. Connects when first used. */
export class Kafka implements AsyncDisposable {
  readonly admin: Admin
  readonly #cluster: Cluster
  readonly #producers = new Set<BatchingProducer>()
  readonly #consumers = new Set<PartitionConsumer<TopicLike>>()
  #closing: Promise<void> | undefined
  #removeAbortListener: (() => void) | undefined

  /** Throws INVALID_ARGUMENT for options that cannot be. */
  constructor(options: KafkaOptions) {
    this.#cluster = new Cluster(resolveClientConfig(options))
    this.admin = new AdminClient(this.#cluster)
    if (options.signal !== undefined) this.#closeOnAbort(options.signal)
  }

  /** The caller closes it, or closing the client does. Throws CLOSED or INVALID_ARGUMENT. */
  producer(options?: ProducerOptions): Producer {
    this.#ensureOpen()
    const producer = new BatchingProducer(this.#cluster, options)
    this.#producers.add(producer)
    producer.onClose(() => this.#producers.delete(producer))
    return producer
  }

  /** As `producer`. */
  consumer<const T extends TopicLike>(options: ConsumerOptions<T>): Consumer<T> {
    this.#ensureOpen()
    const consumer = new PartitionConsumer(this.#cluster, options)
    const owned = consumer as unknown as PartitionConsumer<TopicLike>
    this.#consumers.add(owned)
    consumer.onClose(() => this.#consumers.delete(owned))
    return consumer
  }

  /** Closes producers (draining them), consumers and connections. Idempotent; afterwards no timer or socket is left. */
  close(): Promise<void> {
    this.#closing ??= this.#drainAndClose()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #drainAndClose(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()))
    await Promise.all([...this.#producers].map((producer) => producer.close()))
    this.#removeAbortListener?.()
    this.#cluster.close()
  }

  #ensureOpen(): void {
    if (this.#closing !== undefined || this.#cluster.isClosed) throw new KafkaError('CLOSED', 'The client is closed.')
  }

  #closeOnAbort(signal: AbortSignal): void {
    const onAbort = (): void => {
      const reason = abortedError(signal)
      for (const consumer of this.#consumers) consumer.closeNow(reason)
      for (const producer of this.#producers) producer.closeNow(reason)
      this.#cluster.close()
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    this.#removeAbortListener = () => signal.removeEventListener('abort', onAbort)
  }
}

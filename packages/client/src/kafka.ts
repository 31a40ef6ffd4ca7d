import { KafkaError } from '@kafka-ts/protocol'
import { AdminClient } from './admin/admin-client.ts'
import type { Admin } from './admin/admin-types.ts'
import { resolveClientConfig } from './client-config.ts'
import { Cluster } from './cluster/cluster.ts'
import { PartitionConsumer } from './consumer/consumer.ts'
import type { Consumer, ConsumerOptions } from './consumer/consumer-types.ts'
import { GroupPartitionConsumer } from './consumer/group/group-consumer.ts'
import type { GroupConsumer, GroupConsumerOptions } from './consumer/group/group-consumer-types.ts'
import { abortedError } from './errors.ts'
import type { KafkaOptions } from './kafka-options.ts'
import { BatchingProducer } from './producer/producer.ts'
import type { Producer, ProducerOptions } from './producer/producer-types.ts'
import type { TopicLike } from './topic.ts'

/** What the client asks of its consumers, with a group or without. */
interface OwnedConsumer {
  close(): Promise<void>
  closeNow(reason: KafkaError): void
  onClose(listener: () => void): void
}

/** A client of one cluster: connections and metadata shared by its producers, consumers and admin. Connects when first used. */
export class Kafka implements AsyncDisposable {
  readonly admin: Admin
  readonly #cluster: Cluster
  readonly #producers = new Set<BatchingProducer>()
  readonly #consumers = new Set<OwnedConsumer>()
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

  /** With `group` a member of it, which shares its topics with the other members; without, a reader of its own. As `producer` for the rest. */
  consumer(options: GroupConsumerOptions<string> & { readonly topics: RegExp }): GroupConsumer<string>
  consumer<const T extends TopicLike>(options: GroupConsumerOptions<T>): GroupConsumer<T>
  consumer<const T extends TopicLike>(options: ConsumerOptions<T>): Consumer<T>
  consumer<const T extends TopicLike>(options: GroupConsumerOptions<T> | ConsumerOptions<T>): GroupConsumer<T> | Consumer<T> {
    this.#ensureOpen()
    return 'group' in options
      ? this.#own(new GroupPartitionConsumer(this.#cluster, options))
      : this.#own(new PartitionConsumer(this.#cluster, options))
  }

  /** Closes consumers (those with a group leave it), producers (draining them) and connections. Idempotent; afterwards no timer or socket is left. */
  close(): Promise<void> {
    this.#closing ??= this.#drainAndClose()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #own<C extends OwnedConsumer>(consumer: C): C {
    this.#consumers.add(consumer)
    consumer.onClose(() => this.#consumers.delete(consumer))
    return consumer
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

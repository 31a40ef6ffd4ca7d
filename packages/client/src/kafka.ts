import type { Admin } from './admin/admin-types.ts'
import type { Consumer, ConsumerOptions } from './consumer/consumer-types.ts'
import type { KafkaOptions } from './kafka-options.ts'
import type { Producer, ProducerOptions } from './producer/producer-types.ts'
import type { TopicLike } from './topic.ts'

/** A client of one cluster: connections and metadata shared by its producers, consumers and admin. Connects when first used. */
export declare class Kafka implements AsyncDisposable {
  constructor(options: KafkaOptions)
  readonly admin: Admin
  /** The caller closes it, or closing the client does. */
  producer(options?: ProducerOptions): Producer
  /** As `producer`. */
  consumer<const T extends TopicLike>(options: ConsumerOptions<T>): Consumer<T>
  /** Closes producers (draining them), consumers and connections. Idempotent; afterwards no timer or socket is left. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

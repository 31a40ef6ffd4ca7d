import type { Topic, TopicLike } from './topic.ts'

/** A header of a record. Names may repeat; their order is kept. */
export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** A record as a consumer gives it. Offsets are per partition; `timestamp` is milliseconds since 1970. */
export interface ConsumerRecord<Name extends string = string, Key = unknown, Value = unknown> {
  readonly topic: Name
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  /** null: the record has no key. */
  readonly key: Key | null
  readonly value: Value
  readonly headers: readonly RecordHeader[]
}

/** The record type of a topic; of several topics a union that `record.topic` tells apart. */
export type RecordOf<T extends TopicLike> =
  T extends Topic<infer Name, infer Key, infer Value>
    ? ConsumerRecord<Name, Key, Value>
    : T extends string
      ? ConsumerRecord<T, Uint8Array, Uint8Array | null>
      : never

/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A place in a partition: the offset of the next record to read, or of one that was written. */
export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number
}

import type { KeyOf, TopicLike, ValueOf } from '../topic.ts'

/** What was acknowledged: 0 nothing, 1 the leader's write, 'all' every in-sync replica's. With durability=commit both 1 and 'all' mean fsynced. */
export type Acks = 0 | 1 | 'all'

/** Compression of batches. gzip and zstd need nothing; snappy and lz4 run in JavaScript when their optional packages are missing. */
export type CompressionName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** A record to send. */
export interface ProducerRecord<T extends TopicLike = string> {
  /** Records of one key go to one partition (murmur2, as Java's client). Without a key batches go to one partition after the other. */
  readonly key?: KeyOf<T>
  readonly value: ValueOf<T>
  /** Strings are written as UTF-8. An array keeps repeated names. */
  readonly headers?: HeadersInput
  /** Overrides the partitioner. */
  readonly partition?: number
  /** Event time, milliseconds since 1970; now when left out. */
  readonly timestamp?: number
}

/** A record to send whatever its types: what the producer works on inside. */
export interface AnyProducerRecord {
  readonly key?: unknown
  readonly value: unknown
  readonly headers?: HeadersInput
  readonly partition?: number
  readonly timestamp?: number
}

export type HeaderValue = string | Uint8Array | null
/** Headers of a record to send. */
export type HeadersInput = Readonly<Record<string, HeaderValue>> | readonly { readonly key: string; readonly value: HeaderValue }[]

/** Where a record was written. */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  /** -1 with acks 0: nobody told. */
  readonly offset: number
  /** The record's timestamp, or the broker's when the topic uses LogAppendTime. */
  readonly timestamp: number
}

/** What a custom partitioner decides by. `keyBytes` is valid only during the call. */
export interface PartitionerInput {
  readonly topic: string
  readonly keyBytes: Uint8Array | null
  readonly partitionCount: number
}

/** Answers a partition, 0 .. partitionCount - 1. Called once for every record that names none. */
export type Partitioner = (input: PartitionerInput) => number

/** Options of a producer. Every one has a default: see the table in docs/sdk.md. */
export interface ProducerOptions {
  /** Default 'all'. */
  readonly acks?: Acks
  /**
   * Each record is written once, however often it has to be sent, and up to five requests of a partition are under way at a time. Needs acks
   * 'all'. Default: true with acks 'all'.
   */
  readonly idempotent?: boolean
  /** Default 'none'. */
  readonly compression?: CompressionName
  /** Level of gzip or zstd; the compressor's own default when left out. */
  readonly compressionLevel?: number
  /**
   * How long an open batch waits for more records, and then for the answer to the request before. 0: until the end of the tick, and on topics of up to 32
   * partitions for no answer. Default 1 ms.
   */
  readonly lingerMs?: number
  /** A batch is closed at this size, uncompressed. Default 64 KiB. */
  readonly batchBytes?: number
  /** Records waiting for their acknowledgement, in bytes; above it `send` waits. Default 32 MiB. */
  readonly bufferBytes?: number
  /** How long a `send` waits for metadata and for room in the buffer. Default 60 s. */
  readonly maxBlockMs?: number
  /** Limit of one produce request. Default 8 MiB. */
  readonly maxRequestBytes?: number
  /** Produce requests without an answer, per broker. A partition has no more than five, and one without idempotence. Default 5. */
  readonly maxInFlightRequests?: number
  /** From `send` to its outcome, retries included. Default 120 s. */
  readonly deliveryTimeoutMs?: number
  /** First pause before a retry; it doubles up to `retryBackoffMaxMs`, with jitter. Default 100 ms. */
  readonly retryBackoffMs?: number
  /** Default 1 s. */
  readonly retryBackoffMaxMs?: number
  /** Used for records that name no partition. Default: murmur2 of the key; records without a key fill one partition's batch after the other's. */
  readonly partitioner?: Partitioner
  /** Aborting closes the producer at once: records that were not acknowledged reject with `ABORTED`. */
  readonly signal?: AbortSignal
}

/** Options of one `send`. */
export interface SendOptions {
  /** Ends the wait for metadata or for room. A record that is already in a batch is sent all the same. */
  readonly signal?: AbortSignal
}

/**
 * Sends records, batched per partition. Safe to share within a process; one producer is faster than several.
 * Records of one partition are written in the order of their `send` calls, also over retries.
 */
export interface Producer extends AsyncDisposable {
  /**
   * Resolves once the record is acknowledged. Rejects with a `KafkaError`: `SERIALIZATION_FAILED`, `MESSAGE_TOO_LARGE`, `BUFFER_EXHAUSTED`
   * (no room within `maxBlockMs`), `TIMED_OUT` (not delivered within `deliveryTimeoutMs`), `CLOSED`, `ABORTED`, or the broker's own.
   * Any number of sends may wait at once; awaiting each one before the next costs a round trip a record.
   */
  send<T extends TopicLike>(topic: T, record: ProducerRecord<T>, options?: SendOptions): Promise<RecordMetadata>
  /**
   * Sends all, and resolves when all are acknowledged, with one promise instead of one a record; the results are in the order of the records. Rejects with the
   * failure that comes first in that order, once every outcome is known. A large call is taken slice by slice; the array may change meanwhile, its records not.
   */
  sendMany<T extends TopicLike>(topic: T, records: readonly ProducerRecord<T>[], options?: SendOptions): Promise<RecordMetadata[]>
  /** Sends every open batch now; resolves when each record sent before has an outcome. */
  flush(): Promise<void>
  /** Flushes, then ends; later sends reject with `CLOSED`. Idempotent. */
  close(): Promise<void>
  /** Bytes of records without an outcome. */
  readonly bufferedBytes: number
}

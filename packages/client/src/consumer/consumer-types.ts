import type { ConsumerRecord, RecordOf, TopicPartition, TopicPartitionOffset } from '../record.ts'
import type { TopicLike } from '../topic.ts'

/** Where to begin: at an offset of the log, or with the first record whose timestamp is at or after a time (a Date, or milliseconds since 1970). */
export type StartPosition = 'earliest' | 'latest' | Date | { readonly timestamp: number | Date } | { readonly offset: number }

/** A partition to read, and where to begin when not at the consumer's `from`. */
export interface Assignment<T extends TopicLike = TopicLike> {
  readonly topic: T
  readonly partition: number
  readonly from?: StartPosition
}

/** How a consumer fetches, with a group or without. */
export interface FetchOptions {
  /** When the wanted offset does not exist (any more): where to go on, or 'error' to fail with `OFFSET_OUT_OF_RANGE`. Default: as `from` if that is 'earliest' or 'latest', else 'error'. */
  readonly onOffsetOutOfRange?: 'earliest' | 'latest' | 'error'
  /** A fetch waits at the broker until this much is there, or `fetchMaxWaitMs` passed. Default 1. */
  readonly fetchMinBytes?: number
  /** Default 500 ms. */
  readonly fetchMaxWaitMs?: number
  /** Limit of one fetch answer. Default 8 MiB. */
  readonly fetchMaxBytes?: number
  /** Limit of one partition's share of it. Default 1 MiB. */
  readonly partitionMaxBytes?: number
  /** Fetched and not yet read, in bytes; above it fetching pauses. Default 32 MiB. */
  readonly bufferBytes?: number
  /** Check the CRC-32C of every batch. Default true. */
  readonly checkCrcs?: boolean
  /** Limit of one batch once decompressed. Default 64 MiB. */
  readonly maxDecompressedBytes?: number
  /** Aborting ends the iteration with the signal's reason and closes the consumer. */
  readonly signal?: AbortSignal
}

/** Options of a consumer without a group. It reads either all partitions of `topics` or exactly `assignments`. */
export interface ConsumerOptions<T extends TopicLike> extends FetchOptions {
  /** All partitions of these topics, also those that are added later (read from their beginning). A topic that does not exist is an error, it is not created. */
  readonly topics?: readonly T[]
  /** Exactly these partitions. `assign()` replaces them. */
  readonly assignments?: readonly Assignment<T>[]
  /** Where a partition without a position begins. Default 'latest', as Kafka's. */
  readonly from?: StartPosition
  /**
   * Where the iteration ends by itself: 'end' is where each partition ends when the iteration begins (as `endOffsets()` tells); or
   * offsets (exclusive) per partition, where a partition that is not named is not read.
   */
  readonly until?: 'end' | readonly TopicPartitionOffset[]
}

/**
 * Records of one partition in order, as they were fetched together. Iterating is synchronous and moves the consumer's position; what is not
 * iterated counts as read once the next batch is asked for. Records are made while iterating: a second iteration makes them again.
 */
export interface ConsumerBatch<R extends ConsumerRecord = ConsumerRecord> extends Iterable<R> {
  readonly topic: R['topic']
  readonly partition: number
  /** Offset of the first record. */
  readonly firstOffset: number
  /** Offset after the last record, and where reading goes on. */
  readonly nextOffset: number
  /** An upper bound: control records, and records below the wanted offset, are counted but not given. */
  readonly recordCount: number
  /** End of what can be read of the partition at the time of the fetch: `highWatermark - nextOffset` is the lag. */
  readonly highWatermark: number
}

/**
 * Reads partitions of topics, without a group: it keeps no offsets, the application says where to begin.
 * `for await` over the consumer gives records, over `batches()` batches; one iteration at a time. Leaving the loop keeps the position, so that a later loop goes on there;
 * so does an error that is thrown, unless `seek` moves past what caused it.
 */
export interface Consumer<T extends TopicLike = TopicLike> extends AsyncDisposable, AsyncIterable<RecordOf<T>> {
  [Symbol.asyncIterator](): AsyncIterableIterator<RecordOf<T>>
  /** The fast way: records of a batch are iterated without a promise each. */
  batches(): AsyncIterableIterator<ConsumerBatch<RecordOf<T>>>
  /** Replaces what is read. Positions of partitions that stay are kept unless `from` is given. */
  assign(assignments: readonly Assignment<T>[]): void
  /** What is read now; with `topics` known once the iteration has begun. */
  assignments(): TopicPartition[]
  /** The next record of the partition comes from here; what was fetched ahead is dropped. */
  seek(partition: TopicPartition, position: StartPosition): void
  /** Stops giving (and fetching) records of these partitions; of all without an argument. */
  pause(partitions?: readonly TopicPartition[]): void
  resume(partitions?: readonly TopicPartition[]): void
  /** Offset of the next record the application will get; undefined while it is not known yet. */
  position(partition: TopicPartition): number | undefined
  /** Offsets after the last readable record, of all partitions that are read. */
  endOffsets(): Promise<TopicPartitionOffset[]>
  /** Ends an iteration that waits, drops what was fetched ahead. Idempotent. */
  close(): Promise<void>
}

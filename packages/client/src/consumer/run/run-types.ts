import type { ConsumerRecord } from '../../record.ts'
import type { TopicLike } from '../../topic.ts'

/** What a handler is told beside the record. */
export interface RunContext {
  /** Aborts when the work is in vain: the partition is another member's, or the time that `close()` gave is up. Shared by all records of a partition. */
  readonly signal: AbortSignal
  /** 1 the first time. */
  readonly attempt: number
}

/** Works on one record. The record is done when what it returns has resolved. */
export type RunHandler<R extends ConsumerRecord = ConsumerRecord> = (record: R, context: RunContext) => unknown

/** The pauses between attempts: doubling from `firstMs` to `maxMs`, with 20 % jitter. */
export interface RunBackoff {
  /** Default 100 ms. */
  readonly firstMs?: number
  /** Default 10 s. */
  readonly maxMs?: number
}

/** Options of `run`. */
export interface RunOptions {
  /** Handlers at work at a time. Default 1. */
  readonly concurrency?: number
  /**
   * What is kept in order within a partition. 'key', the default: records of one key, one after the other; records without a key have no order among them. 'partition': all
   * records of a partition, one after the other.
   */
  readonly order?: 'key' | 'partition'
  /** How often a handler that failed is tried again. Default 0. What comes behind the record in its order waits. */
  readonly retries?: number
  readonly backoff?: RunBackoff
  /**
   * Where a record goes whose handler has failed for good, or that cannot be decoded: with its key, value and headers, and `dead-letter.*` headers that say where it was and why it
   * is there. It then counts as done. Without one the run stops and rejects with the handler's error.
   */
  readonly deadLetter?: TopicLike
  /** Aborting ends the run like `stop()`, aborts the handlers' signals and makes it reject with ABORTED once they have ended. */
  readonly signal?: AbortSignal
}

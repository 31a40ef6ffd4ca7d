import type { PartitionQueue } from './partition-queue.ts'
import type { ProducerBatch } from './producer-batch.ts'

/** The batches of one partition in one request. */
export interface Flight {
  readonly queue: PartitionQueue
  /** Encoded, at least one. */
  readonly batches: readonly ProducerBatch[]
  /** Nothing of the partition was without an answer when it took off: what the broker misses before it was never written. */
  readonly isHead: boolean
}

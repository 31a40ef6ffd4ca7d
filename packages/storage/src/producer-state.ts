import type { StoredBatch } from './stored-batch.ts'

/**
 * What a log will know of its idempotent producers (epoch, last sequence numbers, open transactions). Idempotence is not
 * there yet: the hook is told of everything that would change that state, and keeps nothing.
 */
export interface ProducerState {
  /** A batch became part of the log, by an append or in recovery. */
  onAppend(batch: StoredBatch): void
  /** Everything at and above `offset` left the log again. */
  onTruncate(offset: number): void
}

/** The state of a log whose producers are not idempotent. */
export const NO_PRODUCER_STATE: ProducerState = {
  onAppend() {},
  onTruncate() {},
}

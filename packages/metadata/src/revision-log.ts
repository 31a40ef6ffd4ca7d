import type { RevisionBatch } from './metadata-store.ts'

/** Where a `LocalMetadataStore` keeps its revisions: all that its implementations differ in. */
export interface RevisionLog {
  /** Throws `TOO_MANY_REQUESTS` when as much waits to be made durable as may. */
  ensureRoom(): void
  /**
   * Takes the next batch, and resolves once it and all before it are durable; without a batch it waits for those before it. Calls
   * settle in their order.
   *
   * Rejects with `UNAVAILABLE` when it could not keep the batch, and has taken it and all after it back out of the `KeySpace`; it can be
   * tried again. After any other rejection nothing more is taken, and what was taken but not acknowledged may be durable or not.
   */
  commit(batch: RevisionBatch | undefined): Promise<void>
  /** Makes durable what was taken. Idempotent. */
  close(): Promise<void>
}

/** Keeps nothing: what is in memory counts as durable. */
export const memoryRevisionLog: RevisionLog = {
  ensureRoom: () => undefined,
  commit: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

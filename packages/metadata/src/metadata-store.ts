/**
 * The interface of the cluster's metadata: a revisioned key-value store with the semantics of etcd v3.
 *
 * - Keys are non-empty, well-formed strings; they are UTF-8 and ordered by their bytes. Values are bytes.
 * - The store has one revision. An empty store is at revision 1, and each transaction that changes something raises it by
 *   exactly one; a transaction that changes nothing leaves it. All changes of a transaction carry the same revision.
 * - What a call answers is durable, and every later call, by anyone, sees it.
 * - Revisions older than the compacted one can no longer be read. Implementations compact by themselves, keeping a bounded
 *   number of revisions; `compact` does it sooner.
 *
 * Every implementation enforces the limits of `limits.ts` and passes `metadata-store.contract.ts`.
 */
export interface MetadataStore {
  /** The entry of `key`, now or at an older revision. */
  get(key: string, options?: ReadOptions): Promise<GetResult>
  /** One page of the entries whose keys start with `prefix` (empty: all), in key order. See `readAll` for all pages at one revision. */
  range(prefix: string, options?: RangeOptions): Promise<RangeResult>
  /**
   * Runs `success` when every compare holds, else `failure`, as one atomic step. Only `OUTCOME_UNKNOWN` leaves open whether it
   * took effect; with any other error it did not.
   */
  transaction(transaction: Transaction): Promise<TransactionResult>
  /** Starts a watch. See `Watch`. */
  watch(options: WatchOptions): Watch
  /** Grants a lease of at least `ttlMs`: the answer says how long it really is (whole seconds, never below `LEASE_TTL_FLOOR_MS`). */
  grantLease(ttlMs: number): Promise<Lease>
  /** Starts the lease's time anew. `LEASE_NOT_FOUND` when it ended. */
  keepLeaseAlive(leaseId: number): Promise<Lease>
  /** Ends a lease and deletes its keys, all in one revision. */
  revokeLease(leaseId: number): Promise<void>
  /** Forgets what was before `revision`, which itself stays readable. `COMPACTED` when that was done, `FUTURE_REVISION` when it is not yet. */
  compact(revision: number): Promise<void>
  /** Finishes what was begun, ends the watches with `CLOSED`. Idempotent. */
  close(): Promise<void>
}

/** A key and its value as of one revision. Shared, not copied: never write into `value`. */
export interface Entry {
  readonly key: string
  readonly value: Uint8Array
  /** The revision that made the key (anew after a deletion). */
  readonly createRevision: number
  /** The revision that last wrote it. */
  readonly modRevision: number
  /** Writes since it was made: 1 for the first. */
  readonly version: number
  /** The lease whose end deletes it; 0: none. */
  readonly leaseId: number
}

export interface ReadOptions {
  /** Read as of this revision; the present one when left out. */
  readonly revision?: number
}

export interface GetResult {
  /** The revision that was read. */
  readonly revision: number
  readonly entry: Entry | undefined
}

export interface RangeOptions extends ReadOptions {
  /** Entries at most, 1 to `MAX_PAGE_ENTRIES` (which is also the default). */
  readonly limit?: number
  /** Only keys after this one: the last key of the page before. */
  readonly startAfter?: string
}

export interface RangeResult {
  /** The revision that was read: pass it on with `startAfter` for a consistent next page, and watch from the one after it. */
  readonly revision: number
  readonly entries: readonly Entry[]
  readonly hasMore: boolean
}

export type Comparison<T> = { readonly equals: T } | { readonly notEqual: T } | { readonly greater: T } | { readonly less: T }

/**
 * A condition on one key. A key that does not exist has version and revisions 0 (`{ target: 'version', equals: 0 }` says
 * "not there"), and no condition on its value holds. Values compare by bytes.
 */
export type Compare =
  | ({ readonly key: string; readonly target: 'version' | 'createRevision' | 'modRevision' } & Comparison<number>)
  | ({ readonly key: string; readonly target: 'value' } & Comparison<Uint8Array>)

/** `get` sees the writes that stand before it in its transaction. The value of a `put` is copied. */
export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array; readonly leaseId?: number }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'deletePrefix'; readonly prefix: string }
  | { readonly type: 'get'; readonly key: string }

export interface Transaction {
  readonly compares?: readonly Compare[]
  readonly success: readonly Operation[]
  readonly failure?: readonly Operation[]
}

/** One an operation, in order. `deleted` counts keys. */
export type OperationResponse =
  | { readonly type: 'put' }
  | { readonly type: 'delete' | 'deletePrefix'; readonly deleted: number }
  | { readonly type: 'get'; readonly entry: Entry | undefined }

export interface TransactionResult {
  /** All compares held, so `success` ran. */
  readonly succeeded: boolean
  /** The store's revision after it: that of its changes, if it made any. */
  readonly revision: number
  readonly responses: readonly OperationResponse[]
}

export type WatchEvent = { readonly type: 'put'; readonly entry: Entry } | { readonly type: 'delete'; readonly key: string }

/** The changes of one revision, in the order they were made. */
export interface RevisionBatch {
  readonly revision: number
  readonly events: readonly WatchEvent[]
}

export interface WatchOptions {
  /** Empty: all keys. */
  readonly prefix: string
  /** The first revision to report; left out: the next one. It may lie in the future. */
  readonly fromRevision?: number
}

/**
 * What happened to the keys of a prefix: one batch a revision, in order, none missed and none twice; revisions that did not touch the
 * prefix are left out. Iterate it once. The iteration ends when the watch is cancelled, and throws `COMPACTED` when a
 * revision it has yet to report is forgotten (at its start, or later when its reader is too slow: memory is bounded by the revisions
 * that are kept, and nothing is ever left out silently), or `CLOSED`.
 */
export interface Watch extends AsyncIterable<RevisionBatch> {
  /** Asks for a batch without events, which says: everything up to its revision has been reported. */
  requestProgress(): void
  /** Idempotent. What was not yet taken is dropped. */
  cancel(): void
}

export interface Lease {
  readonly leaseId: number
  readonly ttlMs: number
}

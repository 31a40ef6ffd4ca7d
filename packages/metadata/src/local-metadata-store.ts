import type { Clock } from '@kafka-ts/io'
import { deletionOf, evaluate } from './evaluate.ts'
import { HistoryWatch } from './history-watch.ts'
import type { KeySpace } from './key-space.ts'
import { LeaseTable } from './lease-table.ts'
import { checkInteger, checkKey, checkPrefix, checkTransaction, MAX_PAGE_ENTRIES } from './limits.ts'
import { MetadataError } from './metadata-error.ts'
import type {
  GetResult,
  Lease,
  MetadataStore,
  RangeOptions,
  RangeResult,
  ReadOptions,
  RevisionBatch,
  Transaction,
  TransactionResult,
  Watch,
  WatchOptions,
} from './metadata-store.ts'
import type { RevisionLog } from './revision-log.ts'

/** Revisions that can be read and watched from, unless told otherwise. */
export const DEFAULT_RETAINED_REVISIONS = 10_000
/** Bytes that the history of retained revisions may hold, about. */
const MAX_RETAINED_BYTES = 64 * 1024 * 1024

export interface LocalMetadataStoreOptions {
  readonly clock: Clock
  readonly keySpace: KeySpace
  readonly log: RevisionLog
  readonly retainedRevisions?: number
}

/**
 * A `MetadataStore` in this process: the `KeySpace`, its leases and its watches, made durable by a `RevisionLog`.
 *
 * A transaction is applied at once, so that the next one sees it, and published when the log has it: reads and watches stop at the
 * published revision, so that nobody sees what a crash may still take back.
 */
export class LocalMetadataStore implements MetadataStore {
  readonly #keySpace: KeySpace
  readonly #log: RevisionLog
  readonly #leases: LeaseTable
  readonly #retainedRevisions: number
  readonly #watches = new Set<HistoryWatch>()
  #publishedRevision: number
  #failure: unknown
  #closing: Promise<void> | undefined

  /** Everything in `keySpace` is durable. */
  constructor(options: LocalMetadataStoreOptions) {
    this.#keySpace = options.keySpace
    this.#log = options.log
    this.#leases = new LeaseTable(options.clock, (leaseId) => this.#expire(leaseId))
    this.#retainedRevisions = options.retainedRevisions ?? DEFAULT_RETAINED_REVISIONS
    this.#publishedRevision = options.keySpace.revision
  }

  async get(key: string, options: ReadOptions = {}): Promise<GetResult> {
    checkKey(key)
    const revision = this.#readRevision(options.revision)
    return { revision, entry: this.#keySpace.get(key, revision) }
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<RangeResult> {
    checkPrefix(prefix)
    const { limit = MAX_PAGE_ENTRIES, startAfter = '' } = options
    checkPrefix(startAfter)
    checkInteger('limit', limit, 1)
    if (limit > MAX_PAGE_ENTRIES) {
      throw new MetadataError('INVALID_ARGUMENT', `a page has at most ${MAX_PAGE_ENTRIES} entries, ${limit} were asked for`)
    }
    return this.#keySpace.range(prefix, { limit, startAfter, revision: this.#readRevision(options.revision) })
  }

  async transaction(transaction: Transaction): Promise<TransactionResult> {
    checkTransaction(transaction)
    this.#ensureWritable()
    this.#log.ensureRoom()
    const { succeeded, responses, batch } = evaluate(this.#keySpace, transaction, (leaseId) => this.#leases.ensureLive(leaseId))
    const revision = batch?.revision ?? this.#keySpace.revision
    if (batch === undefined) await this.#settle()
    else await this.#commit(batch)
    return { succeeded, revision, responses }
  }

  watch(options: WatchOptions): Watch {
    checkPrefix(options.prefix)
    if (options.fromRevision !== undefined) checkInteger('fromRevision', options.fromRevision, 1)
    this.#ensureOpen()
    const watch: HistoryWatch = new HistoryWatch(options, {
      keySpace: this.#keySpace,
      publishedRevision: () => this.#publishedRevision,
      onEnded: () => this.#watches.delete(watch),
    })
    this.#watches.add(watch)
    return watch
  }

  async grantLease(ttlMs: number): Promise<Lease> {
    this.#ensureWritable()
    return this.#leases.grant(ttlMs)
  }

  async keepLeaseAlive(leaseId: number): Promise<Lease> {
    this.#ensureWritable()
    return this.#leases.keepAlive(leaseId)
  }

  async revokeLease(leaseId: number): Promise<void> {
    this.#ensureWritable()
    this.#leases.revoke(leaseId)
    await this.#deleteKeysOfLease(leaseId)
  }

  async compact(revision: number): Promise<void> {
    checkInteger('revision', revision, 1)
    this.#ensureWritable()
    this.#ensurePublished(revision)
    this.#keySpace.ensureNotCompacted(revision - 1)
    this.#keySpace.compact(revision)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#leases.close()
    try {
      await this.#log.close()
    } finally {
      for (const watch of this.#watches) watch.close()
    }
  }

  #expire(leaseId: number): void {
    // Nobody waits for an expiry. What fails is tried again, or kept by `#commit` and told to whoever writes next.
    this.#deleteKeysOfLease(leaseId).catch(() => undefined)
  }

  /** Of a lease that has ended. Its keys must go, so what the log refuses now is tried again later. */
  async #deleteKeysOfLease(leaseId: number): Promise<void> {
    const batch = deletionOf(this.#keySpace, this.#keySpace.keysOfLease(leaseId))
    if (batch === undefined || this.#failure !== undefined || this.#closing !== undefined) return
    try {
      await this.#commit(batch)
    } catch (error) {
      if (isRefusal(error) && this.#closing === undefined) this.#leases.expireAgain(leaseId)
      throw error
    }
  }

  async #commit(batch: RevisionBatch): Promise<void> {
    this.#keySpace.apply(batch)
    try {
      await this.#log.commit(batch)
    } catch (cause) {
      if (isRefusal(cause)) throw cause
      this.#failure ??= cause
      throw new MetadataError('OUTCOME_UNKNOWN', `it is unknown whether revision ${batch.revision} was kept: the disk failed`, { cause })
    }
    this.#publish(batch.revision)
  }

  /** Waits until the state that a transaction without changes has seen is published. */
  async #settle(): Promise<void> {
    if (this.#publishedRevision === this.#keySpace.revision) return
    try {
      await this.#log.commit(undefined)
    } catch (cause) {
      if (isRefusal(cause)) throw cause
      throw new MetadataError('UNAVAILABLE', 'the state could not be read: the disk failed', { cause })
    }
  }

  #publish(revision: number): void {
    this.#publishedRevision = revision
    for (const watch of this.#watches) watch.wake()
    this.#compactHistory()
  }

  /** Drops the oldest quarter of the history when it is full, so that the work is not done at each revision. */
  #compactHistory(): void {
    const { revisions, bytes } = this.#keySpace.retained
    if (revisions <= this.#retainedRevisions && bytes <= MAX_RETAINED_BYTES) return
    const target = this.#keySpace.compactedRevision + Math.ceil(revisions / 4)
    this.#keySpace.compact(Math.min(target, this.#publishedRevision))
  }

  #readRevision(revision: number | undefined): number {
    this.#ensureOpen()
    if (revision === undefined) return this.#publishedRevision
    checkInteger('revision', revision, 1)
    this.#ensurePublished(revision)
    this.#keySpace.ensureNotCompacted(revision)
    return revision
  }

  #ensurePublished(revision: number): void {
    if (revision <= this.#publishedRevision) return
    throw new MetadataError('FUTURE_REVISION', `revision ${revision} does not exist yet; the newest is ${this.#publishedRevision}`)
  }

  #ensureOpen(): void {
    if (this.#closing !== undefined) throw new MetadataError('CLOSED', 'the metadata store is closed')
  }

  #ensureWritable(): void {
    this.#ensureOpen()
    if (this.#failure !== undefined) {
      throw new MetadataError('UNAVAILABLE', 'the metadata store takes no writes since its disk failed; restart it', {
        cause: this.#failure,
      })
    }
  }
}

/** The log took nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof MetadataError && error.code === 'UNAVAILABLE'
}

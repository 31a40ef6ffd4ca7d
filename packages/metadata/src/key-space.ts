import { compareKeys, lowerBound } from './key-order.ts'
import { MetadataError } from './metadata-error.ts'
import type { Entry, RangeResult, RevisionBatch, WatchEvent } from './metadata-store.ts'

/** The revision of a store that nothing was ever written to. */
export const FIRST_REVISION = 1

/** A key's state from `revision` on; without an entry it is deleted. */
interface KeyVersion {
  readonly revision: number
  readonly entry: Entry | undefined
}

/**
 * The state that all implementations in this process share: every key's versions since the compacted revision, and the batches
 * that made them. No I/O, no clock, no promises.
 *
 * It owns the order of keys and of revisions. `LocalMetadataStore` calls it. What must always hold: revisions are contiguous;
 * a key's versions rise; `compactedRevision <= revision`; every batch from `compactedRevision + 1` to `revision` is kept.
 */
export class KeySpace {
  /** Sorted, and exactly the keys of `#versions`. */
  readonly #keys: string[]
  /** Never empty; a deleted key stays for as long as an older revision can be read. */
  readonly #versions = new Map<string, KeyVersion[]>()
  readonly #leaseKeys = new Map<number, Set<string>>()
  #batches: RevisionBatch[] = []
  #batchBytes = 0
  #revision: number
  #compactedRevision: number

  /** Starts from the entries of a snapshot, in key order, taken at `revision`. */
  constructor(revision: number = FIRST_REVISION, entries: readonly Entry[] = []) {
    this.#revision = revision
    this.#compactedRevision = revision
    this.#keys = entries.map((entry) => entry.key)
    for (const entry of entries) {
      this.#versions.set(entry.key, [{ revision: entry.modRevision, entry }])
      this.#attach(entry)
    }
  }

  get revision(): number {
    return this.#revision
  }

  /** The oldest revision that can be read. */
  get compactedRevision(): number {
    return this.#compactedRevision
  }

  /** Batches kept, and about the bytes they hold. */
  get retained(): { readonly revisions: number; readonly bytes: number } {
    return { revisions: this.#batches.length, bytes: this.#batchBytes }
  }

  get(key: string, revision: number = this.#revision): Entry | undefined {
    return versionAt(this.#versions.get(key), revision)?.entry
  }

  /** The entries under `prefix` at `revision`, in order, at most `limit`. */
  range(prefix: string, options: { readonly revision?: number; readonly limit?: number; readonly startAfter?: string } = {}): RangeResult {
    const { revision = this.#revision, limit = Number.POSITIVE_INFINITY, startAfter } = options
    const entries: Entry[] = []
    let position = lowerBound(this.#keys, startAfter !== undefined && compareKeys(startAfter, prefix) > 0 ? startAfter : prefix)
    for (; position < this.#keys.length; position++) {
      const key = this.#keys[position] as string
      if (!key.startsWith(prefix)) break
      if (key === startAfter) continue
      const entry = this.get(key, revision)
      if (entry === undefined) continue
      if (entries.length === limit) return { revision, entries, hasMore: true }
      entries.push(entry)
    }
    return { revision, entries, hasMore: false }
  }

  /** The keys that end with the lease, in key order. */
  keysOfLease(leaseId: number): string[] {
    return [...(this.#leaseKeys.get(leaseId) ?? [])].sort(compareKeys)
  }

  /** Leases that keys are attached to. */
  leasesInUse(): number[] {
    return [...this.#leaseKeys.keys()]
  }

  /** The batch of `revision`, which must be kept, or undefined when it is not made yet. */
  batch(revision: number): RevisionBatch | undefined {
    return this.#batches[revision - this.#compactedRevision - 1]
  }

  /** Makes the changes of the next revision. They were worked out against the present state: see `evaluate`. */
  apply(batch: RevisionBatch): void {
    if (batch.revision !== this.#revision + 1) throw new Error(`revision ${batch.revision} cannot follow ${this.#revision}`)
    this.#revision = batch.revision
    this.#batches.push(batch)
    this.#batchBytes += batchBytes(batch)
    for (const event of batch.events) this.#change(batch.revision, event)
  }

  /** Takes back the changes after `revision`, which nobody has seen. */
  rollBack(revision: number): void {
    while (this.#revision > revision) {
      const batch = this.#batches.pop()
      if (batch === undefined) throw new Error(`revision ${this.#revision} is compacted and cannot be taken back`)
      this.#batchBytes -= batchBytes(batch)
      for (const event of batch.events) this.#unchange(keyOf(event))
      this.#revision--
    }
  }

  /** Forgets what no reader of `revision` or later can see. */
  compact(revision: number): void {
    const forgotten = this.#batches.splice(0, revision - this.#compactedRevision)
    this.#compactedRevision = revision
    for (const batch of forgotten) {
      this.#batchBytes -= batchBytes(batch)
      for (const event of batch.events) this.#forgetVersions(keyOf(event), revision)
    }
  }

  /** Throws when `revision` cannot be read because it is too old. */
  ensureNotCompacted(revision: number): void {
    if (revision >= this.#compactedRevision) return
    const message = `revision ${revision} is compacted; the oldest that can be read is ${this.#compactedRevision}`
    throw new MetadataError('COMPACTED', message, { compactedRevision: this.#compactedRevision })
  }

  #change(revision: number, event: WatchEvent): void {
    const key = keyOf(event)
    const entry = event.type === 'put' ? event.entry : undefined
    let versions = this.#versions.get(key)
    if (versions === undefined) {
      versions = []
      this.#versions.set(key, versions)
      this.#keys.splice(lowerBound(this.#keys, key), 0, key)
    }
    this.#detach(versions.at(-1)?.entry)
    this.#attach(entry)
    versions.push({ revision, entry })
  }

  #unchange(key: string): void {
    const versions = this.#versions.get(key) ?? []
    this.#detach(versions.pop()?.entry)
    this.#attach(versions.at(-1)?.entry)
    if (versions.length === 0) this.#forgetKey(key)
  }

  #forgetVersions(key: string, revision: number): void {
    const versions = this.#versions.get(key)
    if (versions === undefined) return
    const firstNeeded = versions.findLastIndex((version) => version.revision <= revision)
    if (firstNeeded > 0) versions.splice(0, firstNeeded)
    if (versions.length === 1 && versions[0]?.entry === undefined) this.#forgetKey(key)
  }

  #forgetKey(key: string): void {
    this.#versions.delete(key)
    this.#keys.splice(lowerBound(this.#keys, key), 1)
  }

  #attach(entry: Entry | undefined): void {
    if (entry === undefined || entry.leaseId === 0) return
    const keys = this.#leaseKeys.get(entry.leaseId)
    if (keys === undefined) this.#leaseKeys.set(entry.leaseId, new Set([entry.key]))
    else keys.add(entry.key)
  }

  #detach(entry: Entry | undefined): void {
    if (entry === undefined || entry.leaseId === 0) return
    const keys = this.#leaseKeys.get(entry.leaseId)
    keys?.delete(entry.key)
    if (keys?.size === 0) this.#leaseKeys.delete(entry.leaseId)
  }
}

/** The key an event is about. */
export function keyOf(event: WatchEvent): string {
  return event.type === 'put' ? event.entry.key : event.key
}

function versionAt(versions: readonly KeyVersion[] | undefined, revision: number): KeyVersion | undefined {
  return versions?.findLast((version) => version.revision <= revision)
}

function batchBytes(batch: RevisionBatch): number {
  const EVENT_OVERHEAD_BYTES = 128
  let bytes = 0
  for (const event of batch.events) {
    bytes += EVENT_OVERHEAD_BYTES + keyOf(event).length + (event.type === 'put' ? event.entry.value.byteLength : 0)
  }
  return bytes
}

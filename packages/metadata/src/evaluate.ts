import type { KeySpace } from './key-space.ts'
import type { Compare, Comparison, Entry, Operation, OperationResponse, RevisionBatch, Transaction, WatchEvent } from './metadata-store.ts'

/** What a transaction comes to against the present state. */
export interface Evaluation {
  readonly succeeded: boolean
  readonly responses: readonly OperationResponse[]
  /** Its changes at the next revision; undefined when it makes none. */
  readonly batch: RevisionBatch | undefined
}

/**
 * Works out a checked transaction against the newest state of `keySpace`, which it leaves as it is. `ensureLease` throws when a lease
 * that a put names does not live.
 */
export function evaluate(keySpace: KeySpace, transaction: Transaction, ensureLease: (leaseId: number) => void): Evaluation {
  const succeeded = (transaction.compares ?? []).every((compare) => holds(compare, keySpace.get(compare.key)))
  const draft = new BatchDraft(keySpace)
  const responses: OperationResponse[] = []
  for (const operation of succeeded ? transaction.success : (transaction.failure ?? [])) {
    if (operation.type === 'put' && operation.leaseId) ensureLease(operation.leaseId)
    responses.push(draft.run(operation))
  }
  return { succeeded, responses, batch: draft.batch() }
}

/** The changes that delete those of `keys` that exist; undefined when none does. */
export function deletionOf(keySpace: KeySpace, keys: readonly string[]): RevisionBatch | undefined {
  const draft = new BatchDraft(keySpace)
  for (const key of keys) draft.run({ type: 'delete', key })
  return draft.batch()
}

/** The next revision while it is put together. No key is written twice, so an event is final once it is added. */
class BatchDraft {
  readonly #keySpace: KeySpace
  readonly #revision: number
  readonly #events = new Map<string, WatchEvent>()

  constructor(keySpace: KeySpace) {
    this.#keySpace = keySpace
    this.#revision = keySpace.revision + 1
  }

  batch(): RevisionBatch | undefined {
    return this.#events.size === 0 ? undefined : { revision: this.#revision, events: [...this.#events.values()] }
  }

  run(operation: Operation): OperationResponse {
    switch (operation.type) {
      case 'get':
        return { type: 'get', entry: this.#get(operation.key) }
      case 'put':
        this.#put(operation)
        return { type: 'put' }
      case 'delete':
        return { type: 'delete', deleted: this.#delete(operation.key) }
      case 'deletePrefix': {
        const { entries } = this.#keySpace.range(operation.prefix)
        for (const { key } of entries) this.#delete(key)
        return { type: 'deletePrefix', deleted: entries.length }
      }
    }
  }

  #get(key: string): Entry | undefined {
    const event = this.#events.get(key)
    if (event === undefined) return this.#keySpace.get(key)
    return event.type === 'put' ? event.entry : undefined
  }

  #put({ key, value, leaseId = 0 }: Extract<Operation, { type: 'put' }>): void {
    const previous = this.#keySpace.get(key)
    const entry: Entry = {
      key,
      value: Uint8Array.from(value),
      createRevision: previous?.createRevision ?? this.#revision,
      modRevision: this.#revision,
      version: (previous?.version ?? 0) + 1,
      leaseId,
    }
    this.#events.set(key, { type: 'put', entry })
  }

  #delete(key: string): number {
    if (this.#keySpace.get(key) === undefined) return 0
    this.#events.set(key, { type: 'delete', key })
    return 1
  }
}

function holds(compare: Compare, entry: Entry | undefined): boolean {
  if (compare.target !== 'value') return isOrdered(compare, (value) => (entry?.[compare.target] ?? 0) - value)
  return entry !== undefined && isOrdered(compare, (value) => Buffer.compare(entry.value, value))
}

/** `difference` is negative, 0 or positive as the state is less than, equal to or greater than its argument. */
function isOrdered<T>(comparison: Comparison<T>, difference: (value: T) => number): boolean {
  if ('equals' in comparison) return difference(comparison.equals) === 0
  if ('notEqual' in comparison) return difference(comparison.notEqual) !== 0
  if ('greater' in comparison) return difference(comparison.greater) > 0
  return difference(comparison.less) < 0
}

import { FIRST_REVISION, type KeySpace, keyOf } from './key-space.ts'
import { MetadataError } from './metadata-error.ts'
import type { RevisionBatch, Watch, WatchOptions } from './metadata-store.ts'

/** What a watch reads: the shared history, up to what is published. */
export interface WatchedHistory {
  readonly keySpace: KeySpace
  /** The last revision that readers may see. */
  publishedRevision(): number
  /** Called once. */
  onEnded(): void
}

/**
 * A watch that is a cursor into the store's history. It holds no batches of its own: a slow reader costs nothing, and reads on
 * from where it was for as long as its next revision is kept.
 */
export class HistoryWatch implements Watch {
  readonly #history: WatchedHistory
  readonly #prefix: string
  #nextRevision: number
  #isProgressWanted = false
  #state: 'live' | 'cancelled' | 'closed' = 'live'
  #wake: (() => void) | undefined

  constructor(options: WatchOptions, history: WatchedHistory) {
    this.#history = history
    this.#prefix = options.prefix
    // No revision up to the first has events.
    this.#nextRevision = Math.max(options.fromRevision ?? history.publishedRevision() + 1, FIRST_REVISION + 1)
  }

  requestProgress(): void {
    this.#isProgressWanted = true
    this.wake()
  }

  cancel(): void {
    this.#end('cancelled')
  }

  /** The store closes. */
  close(): void {
    this.#end('closed')
  }

  /** There may be something to report. */
  wake(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RevisionBatch, void, undefined> {
    try {
      for (;;) {
        if (this.#state === 'cancelled') return
        if (this.#state === 'closed') throw new MetadataError('CLOSED', 'the metadata store is closed')
        const batch = this.#take()
        if (batch !== undefined) yield batch
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      this.#end('cancelled')
    }
  }

  #take(): RevisionBatch | undefined {
    const { keySpace } = this.#history
    const publishedRevision = this.#history.publishedRevision()
    while (this.#nextRevision <= publishedRevision) {
      // Reporting a revision needs its batch, which the compacted revision itself no longer has.
      keySpace.ensureNotCompacted(this.#nextRevision - 1)
      const batch = keySpace.batch(this.#nextRevision)
      this.#nextRevision++
      const events = batch?.events.filter((event) => keyOf(event).startsWith(this.#prefix)) ?? []
      if (events.length > 0) return { revision: this.#nextRevision - 1, events }
    }
    if (!this.#isProgressWanted) return undefined
    this.#isProgressWanted = false
    return { revision: publishedRevision, events: [] }
  }

  #end(state: 'cancelled' | 'closed'): void {
    if (this.#state !== 'live') return
    this.#state = state
    this.#history.onEnded()
    this.wake()
  }
}

import type { KafkaError } from '@kafka-ts/protocol'
import { toKafkaError } from '../errors.ts'
import type { FetchedBatch } from './fetched-batch.ts'
import type { ReadOptions } from './fetched-chunk.ts'
import type { Fetcher } from './fetcher.ts'
import type { PartitionState } from './partition-state.ts'
import type { Subscription } from './subscription.ts'

export interface BatchSourceOptions {
  readonly subscription: Subscription
  readonly fetcher: Fetcher
  readonly read: ReadOptions
  /** Whether partitions have an end at which the iteration ends, and all of them are known. */
  readonly isBounded: () => boolean
  /** A batch came back from the application; `isRead`: all of it counts as read. */
  readonly onFinished?: (state: PartitionState, isRead: boolean) => void
}

/** Gives the batches of all partitions in turn, to whichever iteration asks. */
export class BatchSource {
  readonly #options: BatchSourceOptions
  #news: PromiseWithResolvers<void> | undefined
  #closeReason: KafkaError | undefined
  #failure: unknown

  constructor(options: BatchSourceOptions) {
    this.#options = options
  }

  /** There may be something to give. */
  notify(): void {
    this.#news?.resolve()
    this.#news = undefined
  }

  /** Makes the iteration throw `failure` once; the next one tries again. */
  fail(failure: unknown): void {
    this.#failure ??= failure
    this.notify()
  }

  /** Ends every wait: iterations end, or throw the reason when it is not CLOSED. */
  close(reason: KafkaError): void {
    this.#closeReason ??= reason
    this.notify()
  }

  /** The next batch; undefined when the iteration is over. Rejects with what ended the reading of a partition. */
  async next(): Promise<FetchedBatch | undefined> {
    for (;;) {
      if (this.#closeReason !== undefined) {
        if (this.#closeReason.code === 'CLOSED') return undefined
        throw this.#closeReason
      }
      this.#throwFailure()
      const state = this.#options.subscription.nextReady()
      if (state !== undefined) {
        const batch = await this.#take(state)
        if (batch === undefined) continue
        if (!state.isHeld) {
          state.isLent = true
          return batch
        }
        // Held while its batch was opened: it waits in front of what else is buffered.
        state.partial = batch
        continue
      }
      if (this.#isOver()) return undefined
      this.#options.fetcher.poke()
      this.#news ??= Promise.withResolvers<void>()
      await this.#news.promise
    }
  }

  /** The application is done with a batch: all of it (`isRead`), or as far as the position says. */
  finish(batch: FetchedBatch, isRead: boolean): void {
    const { state } = batch
    state.isLent = false
    if (batch.isCurrent) {
      if (isRead) state.position = batch.nextOffset
      else if ((state.position as number) < batch.nextOffset) state.partial = batch.from(state.position as number)
      this.#settle(state)
    } else {
      // What was fetched since it was sought elsewhere had to wait for this batch.
      this.#options.subscription.enqueue(state)
    }
    // An iteration that was ended while it waited gives back what another one waits for.
    if (!isRead) this.notify()
    this.#options.onFinished?.(state, isRead)
  }

  async #take(state: PartitionState): Promise<FetchedBatch | undefined> {
    const { subscription, read } = this.#options
    const { partial } = state
    if (partial !== undefined) {
      state.partial = undefined
      return partial
    }
    const chunk = state.firstChunk
    if (chunk === undefined) return undefined
    const { generation } = state
    try {
      const batch = await chunk.take(state.position as number, read)
      if (state.generation !== generation) return undefined
      if (batch !== undefined) return batch
      // What is left are control records, or lies below the position: reading goes on behind it.
      state.position = Math.max(state.position as number, chunk.nextOffset)
      this.#settle(state)
      return undefined
    } catch (cause) {
      if (state.generation === generation) subscription.refetch(state)
      throw toKafkaError(cause, state.describe())
    }
  }

  /** Lets go of what has been read of a partition, and puts it in the line again if there is more. */
  #settle(state: PartitionState): void {
    const { subscription, fetcher } = this.#options
    if (state.isFinished) {
      while (state.firstChunk !== undefined) subscription.dropChunk(state)
      state.partial = undefined
    }
    while (state.firstChunk?.isEmpty === true && state.partial === undefined) subscription.dropChunk(state)
    subscription.enqueue(state)
    fetcher.poke()
  }

  #isOver(): boolean {
    const { subscription, isBounded } = this.#options
    return isBounded() && subscription.states().every((state) => state.isFinished)
  }

  #throwFailure(): void {
    const consumerFailure = this.#failure
    this.#failure = undefined
    if (consumerFailure !== undefined) throw consumerFailure
    for (const state of this.#options.subscription.states()) {
      const { failure } = state
      if (failure === undefined) continue
      // Cleared, so that an application that iterates again tries again.
      state.failure = undefined
      throw failure
    }
  }
}

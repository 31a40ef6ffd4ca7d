import type { ConsumerRecord } from '../record.ts'
import type { BatchSource } from './batch-source.ts'
import type { ConsumerBatch } from './consumer-types.ts'
import type { FetchedBatch, FetchedBatchIterator } from './fetched-batch.ts'
import type { PartitionState } from './partition-state.ts'
import type { WorkInHand } from './work-in-hand.ts'

const DONE = { done: true, value: undefined } as const

export interface IterationOptions {
  readonly source: BatchSource
  /** Runs before each batch: the first time it finds out what there is to read. */
  readonly start: (work: WorkInHand) => Promise<void>
}

/**
 * The iteration over records. Written by hand: an async generator would take several turns of the microtask queue for a record that is there already,
 * this takes one.
 */
export class RecordIterator implements AsyncIterableIterator<ConsumerRecord>, WorkInHand {
  readonly isSequential = true
  readonly #options: IterationOptions
  #batch: FetchedBatch | undefined
  /** The batch of the record that the application has. */
  #held: FetchedBatch | undefined
  #asks = 0
  #records: FetchedBatchIterator | undefined
  /** A `next` that waits; those called meanwhile come behind it. */
  #waiting: Promise<unknown> | undefined
  #isOver = false

  constructor(options: IterationOptions) {
    this.#options = options
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<ConsumerRecord>> {
    if (this.#waiting !== undefined) return this.#waiting.then(() => this.next())
    this.#asks++
    try {
      const record = this.#nextBuffered()
      if (record !== undefined) return Promise.resolve({ done: false, value: record })
    } catch (error) {
      this.#held = undefined
      this.#leave()
      return Promise.reject(error)
    }
    const waiting = this.#nextFetched()
    const settled: Promise<void> = waiting.then(
      () => this.#onSettled(settled),
      () => this.#onSettled(settled),
    )
    this.#waiting = settled
    return waiting
  }

  async return(): Promise<IteratorResult<ConsumerRecord>> {
    this.#leave()
    return DONE
  }

  get sign(): unknown {
    return this.#held === undefined && !this.#isOver ? undefined : this.#asks
  }

  get heldState(): PartitionState | undefined {
    return this.#held?.state
  }

  pendingOffset(state: PartitionState): number | undefined {
    const held = this.#held
    return held?.state === state && held.isCurrent ? (state.position as number) - 1 : undefined
  }

  isWorkingOn(state: PartitionState): boolean {
    return this.#held?.state === state && !this.#isOver
  }

  /** The record or batch in hand is all that was begun. */
  withhold(): void {}

  #onSettled(settled: Promise<void>): void {
    if (this.#waiting === settled) this.#waiting = undefined
  }

  #nextBuffered(): ConsumerRecord | undefined {
    const batch = this.#batch
    if (batch === undefined) return undefined
    if (batch.isCurrent && !batch.state.isHeld) {
      const record = this.#records?.nextRecord()
      if (record !== undefined) return record
      this.#held = undefined
      this.#batch = undefined
      this.#options.source.finish(batch, true)
    } else {
      this.#held = undefined
      this.#batch = undefined
      this.#options.source.finish(batch, false)
    }
    return undefined
  }

  async #nextFetched(): Promise<IteratorResult<ConsumerRecord>> {
    this.#held = undefined
    try {
      await this.#options.start(this)
      while (!this.#isOver) {
        const batch = await this.#options.source.next()
        if (batch === undefined) break
        if (this.#isOver) {
          this.#options.source.finish(batch, false)
          break
        }
        this.#batch = batch
        this.#held = batch
        this.#records = batch[Symbol.iterator]()
        const value = this.#nextBuffered()
        if (value !== undefined) return { done: false, value }
      }
      this.#isOver = true
      return DONE
    } catch (error) {
      this.#held = undefined
      this.#leave()
      throw error
    }
  }

  /** Keeps what has not been given for the next iteration. */
  #leave(): void {
    this.#isOver = true
    if (this.#batch !== undefined) this.#options.source.finish(this.#batch, false)
    this.#batch = undefined
  }
}

/** The iteration over batches. */
export class BatchIterator implements AsyncIterableIterator<ConsumerBatch>, WorkInHand {
  readonly isSequential = true
  readonly #options: IterationOptions
  #batch: FetchedBatch | undefined
  /** The batch the application has, or had when it left. */
  #held: FetchedBatch | undefined
  #asks = 0
  #last: Promise<unknown> = Promise.resolve()
  #isOver = false

  constructor(options: IterationOptions) {
    this.#options = options
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<ConsumerBatch>> {
    const next = this.#last.then(() => this.#next())
    this.#last = next.catch(() => undefined)
    return next
  }

  async return(): Promise<IteratorResult<ConsumerBatch>> {
    this.#leave(false)
    this.#isOver = true
    return DONE
  }

  get sign(): unknown {
    return this.#held === undefined && !this.#isOver ? undefined : this.#asks
  }

  get heldState(): PartitionState | undefined {
    return this.#held?.state
  }

  pendingOffset(state: PartitionState): number | undefined {
    const held = this.#held
    return held?.state === state && held.isCurrent ? held.firstOffset : undefined
  }

  isWorkingOn(state: PartitionState): boolean {
    return this.#held?.state === state && !this.#isOver
  }

  /** As above. */
  withhold(): void {}

  async #next(): Promise<IteratorResult<ConsumerBatch>> {
    this.#asks++
    this.#held = undefined
    this.#leave(true)
    if (this.#isOver) return DONE
    try {
      await this.#options.start(this)
      const batch = await this.#options.source.next()
      // Ended while it waited: the batch is for the next iteration.
      if (this.#isOver && batch !== undefined) this.#options.source.finish(batch, false)
      else this.#batch = batch
      this.#held = this.#batch
    } catch (error) {
      this.#isOver = true
      throw error
    }
    if (this.#batch !== undefined) return { done: false, value: this.#batch }
    this.#isOver = true
    return DONE
  }

  #leave(isRead: boolean): void {
    if (this.#batch !== undefined) this.#options.source.finish(this.#batch, isRead)
    this.#batch = undefined
  }
}

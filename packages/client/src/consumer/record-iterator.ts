import type { ConsumerRecord } from '../record.ts'
import type { BatchSource } from './batch-source.ts'
import type { ConsumerBatch } from './consumer-types.ts'
import type { FetchedBatch, FetchedBatchIterator } from './fetched-batch.ts'

const DONE = { done: true, value: undefined } as const

/** `start` runs before the first batch: it finds out what there is to read. */
export interface IterationOptions {
  readonly source: BatchSource
  readonly start: () => Promise<void>
}

/**
 * The iteration over records. Written by hand: an async generator would take several turns of the microtask queue for a record that is there already,
 * this takes one.
 */
export class RecordIterator implements AsyncIterableIterator<ConsumerRecord> {
  readonly #options: IterationOptions
  #batch: FetchedBatch | undefined
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
    try {
      const record = this.#nextBuffered()
      if (record !== undefined) return Promise.resolve({ done: false, value: record })
    } catch (error) {
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

  #onSettled(settled: Promise<void>): void {
    if (this.#waiting === settled) this.#waiting = undefined
  }

  #nextBuffered(): ConsumerRecord | undefined {
    const batch = this.#batch
    if (batch === undefined) return undefined
    if (batch.isCurrent && !batch.state.isPaused) {
      const record = this.#records?.nextRecord()
      if (record !== undefined) return record
      this.#batch = undefined
      this.#options.source.finish(batch, true)
    } else {
      this.#batch = undefined
      this.#options.source.finish(batch, false)
    }
    return undefined
  }

  async #nextFetched(): Promise<IteratorResult<ConsumerRecord>> {
    try {
      await this.#options.start()
      while (!this.#isOver) {
        const batch = await this.#options.source.next()
        if (batch === undefined) break
        if (this.#isOver) {
          this.#options.source.finish(batch, false)
          break
        }
        this.#batch = batch
        this.#records = batch[Symbol.iterator]()
        const value = this.#nextBuffered()
        if (value !== undefined) return { done: false, value }
      }
      this.#isOver = true
      return DONE
    } catch (error) {
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
export class BatchIterator implements AsyncIterableIterator<ConsumerBatch> {
  readonly #options: IterationOptions
  #batch: FetchedBatch | undefined
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

  async #next(): Promise<IteratorResult<ConsumerBatch>> {
    this.#leave(true)
    if (this.#isOver) return DONE
    try {
      await this.#options.start()
      const batch = await this.#options.source.next()
      // Ended while it waited: the batch is for the next iteration.
      if (this.#isOver && batch !== undefined) this.#options.source.finish(batch, false)
      else this.#batch = batch
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

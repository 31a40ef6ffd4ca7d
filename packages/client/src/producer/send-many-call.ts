import type { RecordMetadata } from './producer-types.ts'

/** One `sendMany` until every outcome is known: one promise for all of its records. */
export class SendManyCall {
  readonly promise: Promise<RecordMetadata[]>
  readonly #results: RecordMetadata[]
  readonly #resolve: (outcome: RecordMetadata[] | Promise<RecordMetadata[]>) => void
  /** Records without an outcome. */
  #missing: number
  /** The record of `#failure`: the first one in the call that failed, whichever failed first in time. */
  #failedIndex = Number.POSITIVE_INFINITY
  #failure: unknown

  /** `recordCount` is at least 1. */
  constructor(recordCount: number) {
    const { promise, resolve } = Promise.withResolvers<RecordMetadata[]>()
    this.promise = promise
    this.#resolve = resolve
    this.#results = new Array<RecordMetadata>(recordCount)
    this.#missing = recordCount
  }

  /** Record `index` of the call is acknowledged. */
  succeed(index: number, metadata: RecordMetadata): void {
    this.#results[index] = metadata
    if (--this.#missing === 0) this.#settle()
  }

  /** Record `index` of the call has failed. */
  fail(index: number, error: unknown): void {
    this.#failRange(index, 1, error)
  }

  /** The record `from` and those behind it have failed. */
  failFrom(from: number, error: unknown): void {
    const count = this.#results.length - from
    if (count > 0) this.#failRange(from, count, error)
  }

  #failRange(from: number, count: number, error: unknown): void {
    if (from < this.#failedIndex) {
      this.#failedIndex = from
      this.#failure = error
    }
    this.#missing -= count
    if (this.#missing === 0) this.#settle()
  }

  #settle(): void {
    const hasFailed = this.#failedIndex !== Number.POSITIVE_INFINITY
    this.#resolve(hasFailed ? Promise.reject<RecordMetadata[]>(this.#failure) : this.#results)
  }
}

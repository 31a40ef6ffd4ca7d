import type { Clock } from '@kafka-ts/io'

/** Sends that share one look at the clock, at most. */
const MAX_SHARED_READS = 32

/**
 * The wall clock for record timestamps. Reading it costs as much as encoding a small record, so sends that follow each other without a pause share a
 * look at it: never past the end of their turn of the loop, and never more than a few.
 */
export class SendClock {
  readonly #clock: Clock
  #nowMs = 0
  #readsLeft = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  nowMs(): number {
    if (this.#readsLeft > 0) {
      this.#readsLeft--
      return this.#nowMs
    }
    this.#nowMs = this.#clock.now()
    this.#readsLeft = MAX_SHARED_READS
    void Promise.resolve().then(() => {
      this.#readsLeft = 0
    })
    return this.#nowMs
  }
}

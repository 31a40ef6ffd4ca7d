import type { Clock } from '@kafka-ts/io'

/** How long the cleaner works on the loop before others have their turn. */
const SLICE_MS = 0.5
/**
 * How long the loop, and the core under it, are left to others then: as short as a timer can be. A request waits for the loop several times (it arrives,
 * it is synced, it is answered), and if slices followed each other directly it would wait for one each time.
 */
const REST_MS = 1
const SECOND_MS = 1000
/** Shorter waits are gathered. */
const LEAST_WAIT_MS = 10

export interface PacerOptions {
  readonly clock: Clock
  /** `log.cleaner.io.max.bytes.per.second`: read and written bytes together. */
  readonly maxBytesPerSecond: number
  /** Ends the cleaning. */
  readonly signal: AbortSignal
}

/** The pace of a cleaning: slices of work that leave the loop to others in between, and a bound on what it asks of the disk. */
export class Pacer {
  readonly #options: PacerOptions
  #sliceStartMs: number
  /** When the disk may be used again. */
  #freeAtMs: number

  constructor(options: PacerOptions) {
    this.#options = options
    this.#sliceStartMs = options.clock.monotonic()
    this.#freeAtMs = this.#sliceStartMs
  }

  /** Whether the slice is over: the caller does `rest` before it goes on. */
  get isOver(): boolean {
    return this.#options.clock.monotonic() - this.#sliceStartMs >= SLICE_MS
  }

  /** Leaves the loop to everybody else. Rejects with the signal's reason when the cleaning is to end. */
  async rest(): Promise<void> {
    const { clock, signal } = this.#options
    await clock.sleep(REST_MS, signal)
    this.#sliceStartMs = clock.monotonic()
  }

  /** Waits for I/O of so many bytes, and longer where the bound says so; that is no part of the slice. Rejects as it does, and as `rest`. */
  async io<Result>(bytes: number, done: Promise<Result>): Promise<Result> {
    const { clock, maxBytesPerSecond, signal } = this.#options
    const startMs = clock.monotonic()
    const result = await done
    this.#freeAtMs = Math.max(this.#freeAtMs, clock.monotonic() - SECOND_MS) + (bytes / maxBytesPerSecond) * SECOND_MS
    const waitMs = this.#freeAtMs - clock.monotonic()
    if (waitMs >= LEAST_WAIT_MS) await clock.sleep(waitMs, signal)
    signal.throwIfAborted()
    const nowMs = clock.monotonic()
    const leftMs = nowMs - startMs
    this.#sliceStartMs = leftMs >= REST_MS ? nowMs : this.#sliceStartMs + leftMs
    return result
  }
}

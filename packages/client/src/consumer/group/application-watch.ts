import type { Clock, Timer } from '@kafka-ts/io'

/** How often it looks, as a share of the times it watches. */
const LOOK_SHARE = 1 / 20
const MIN_LOOK_MS = 10
/** A look that comes later than this share of the session timeout says that the event loop was blocked for about half of it. */
const LATE_SHARE = 0.45
const STALL_SHARE = 1 / 2

export interface ApplicationWatchOptions {
  readonly clock: Clock
  readonly maxPollIntervalMs: number
  /** 0 while it is not known. */
  readonly sessionTimeoutMs: () => number
  /** See `WorkInHand.sign`. */
  readonly sign: () => unknown
  /** The application has worked on one thing for longer than `maxPollIntervalMs`. Once, until it has shown a sign of life. */
  readonly onOverdue: (durationMs: number) => void
  readonly onStall: (kind: 'event-loop' | 'application', durationMs: number) => void
}

/** Watches whether the application lives: apart from the heartbeats, which say only that the process does. */
export class ApplicationWatch {
  readonly #options: ApplicationWatchOptions
  #timer: Timer | undefined
  #dueAtMs = 0
  #lastSign: unknown
  #seenAtMs = 0
  #hasStalled = false
  #isOverdue = false

  constructor(options: ApplicationWatchOptions) {
    this.#options = options
  }

  /** Whether `onOverdue` was called and no sign of life has been seen since. */
  get isOverdue(): boolean {
    return this.#isOverdue && !this.#hasSigned()
  }

  /** Begins to look. Does nothing when it does already. */
  start(): void {
    if (this.#timer !== undefined) return
    this.#lookLater()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #look(): void {
    const { clock, maxPollIntervalMs, sessionTimeoutMs, onOverdue, onStall } = this.#options
    const nowMs = clock.monotonic()
    const lateMs = nowMs - this.#dueAtMs
    if (sessionTimeoutMs() > 0 && lateMs >= sessionTimeoutMs() * LATE_SHARE) onStall('event-loop', lateMs)
    if (this.#hasSigned()) this.#onSign(nowMs)
    const silentMs = nowMs - this.#seenAtMs
    if (!this.#hasStalled && silentMs >= maxPollIntervalMs * STALL_SHARE) {
      this.#hasStalled = true
      onStall('application', silentMs)
    }
    if (!this.#isOverdue && silentMs >= maxPollIntervalMs) {
      this.#isOverdue = true
      onOverdue(silentMs)
    }
    if (this.#timer !== undefined) this.#lookLater()
  }

  #hasSigned(): boolean {
    const sign = this.#options.sign()
    return sign === undefined || sign !== this.#lastSign
  }

  #onSign(nowMs: number): void {
    this.#lastSign = this.#options.sign()
    this.#seenAtMs = nowMs
    this.#hasStalled = false
    this.#isOverdue = false
  }

  #lookLater(): void {
    const { clock, maxPollIntervalMs, sessionTimeoutMs } = this.#options
    const shortestMs = Math.min(maxPollIntervalMs, sessionTimeoutMs() || Number.POSITIVE_INFINITY)
    const delayMs = Math.max(MIN_LOOK_MS, shortestMs * LOOK_SHARE)
    this.#dueAtMs = clock.monotonic() + delayMs
    this.#timer = clock.setTimer(delayMs, () => this.#look(), { unref: true })
  }
}

/** Time as the dashboard uses it. */
export interface DashboardClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds of a clock that only goes forward. */
  elapsedMs(): number
  /** Resolves after `ms`, or when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Back-off after failures: the refresh time, doubled each time, up to this. */
const MAX_BACKOFF_MS = 30_000
/** While data are late their age on the screen moves this often. */
const AGE_TICK_MS = 1000
/** Data are late when a poll takes longer than this, or than two refresh times. */
const LATE_MS = 3000

/** How polling goes. Times are milliseconds since 1970. */
export interface PollHealth {
  readonly lastGoodMs: number | undefined
  /** Why the last poll failed; undefined when it did not. */
  readonly failure: unknown
  /** A poll has been under way for too long. */
  readonly isLate: boolean
  /** When it is tried again, after a failure. */
  readonly nextTryMs: number | undefined
  /** When this was written. */
  readonly nowMs: number
}

/** What a poller does its work with. */
export interface PollerOptions {
  readonly clock: DashboardClock
  readonly refreshMs: number
  readonly poll: (signal: AbortSignal) => Promise<void>
  readonly onHealth: (health: PollHealth) => void
}

/** Polls again and again, one poll at a time: a tick that falls into a running poll is skipped. */
export class Poller {
  readonly #options: PollerOptions
  #refreshMs: number
  #isPaused = false
  #isAsked = true
  #failures = 0
  #failure: unknown
  #lastGoodMs: number | undefined
  #startedMs = 0
  #endedMs = 0
  #wake = new AbortController()

  constructor(options: PollerOptions) {
    this.#options = options
    this.#refreshMs = options.refreshMs
  }

  /** Another time between polls, from now on. */
  setRefresh(refreshMs: number): void {
    this.#refreshMs = refreshMs
    this.#wakeUp()
  }

  /** Stops polling until it is told to go on. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    this.#wakeUp()
  }

  /** Polls at once, also while paused; after the poll under way, if there is one. */
  pollNow(): void {
    this.#isAsked = true
    this.#wakeUp()
  }

  /** Polls until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = this.#dueMs() - this.#options.clock.elapsedMs()
      if (this.#isAsked || (waitMs <= 0 && !this.#isPaused)) {
        this.#isAsked = false
        await this.#pollOnce(signal)
      } else {
        await this.#rest(this.#isPaused ? Number.POSITIVE_INFINITY : waitMs, signal)
        if (this.#failure === undefined) continue
      }
      if (!signal.aborted) this.#tell(false)
    }
  }

  async #pollOnce(signal: AbortSignal): Promise<void> {
    const { poll, clock } = this.#options
    this.#startedMs = clock.elapsedMs()
    const done = new AbortController()
    const watch = this.#watchForLateness(AbortSignal.any([done.signal, signal]))
    try {
      await poll(signal)
      this.#lastGoodMs = clock.now()
      this.#failures = 0
      this.#failure = undefined
    } catch (error) {
      if (signal.aborted) return
      this.#failures++
      this.#failure = error
    } finally {
      this.#endedMs = clock.elapsedMs()
      done.abort()
      await watch
    }
  }

  /** Says how old the data are while a poll takes too long. */
  async #watchForLateness(done: AbortSignal): Promise<void> {
    const { clock } = this.#options
    await clock.sleep(Math.max(LATE_MS, 2 * this.#refreshMs), done)
    while (!done.aborted) {
      this.#tell(true)
      await clock.sleep(AGE_TICK_MS, done)
    }
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    const tickMs = this.#failure === undefined ? ms : Math.min(ms, AGE_TICK_MS)
    // A timer that never fires would fire at once: Node's longest is 2^31 ms.
    await this.#options.clock.sleep(Math.min(tickMs, 2 ** 31 - 1), AbortSignal.any([this.#wake.signal, signal]))
  }

  #delayMs(): number {
    return this.#failures === 0
      ? this.#refreshMs
      : Math.max(this.#refreshMs, Math.min(MAX_BACKOFF_MS, this.#refreshMs * 2 ** (this.#failures - 1)))
  }

  #tell(isLate: boolean): void {
    const { clock, onHealth } = this.#options
    const nowMs = clock.now()
    const nextTryMs = this.#failure === undefined || isLate ? undefined : nowMs + Math.max(0, this.#dueMs() - clock.elapsedMs())
    onHealth({ lastGoodMs: this.#lastGoodMs, failure: this.#failure, isLate, nextTryMs, nowMs })
  }

  /** The next tick after the last poll; ticks that passed while it ran are skipped. */
  #dueMs(): number {
    const delayMs = this.#delayMs()
    const skipped = Math.floor((this.#endedMs - this.#startedMs) / delayMs)
    return this.#startedMs + (skipped + 1) * delayMs
  }

  #wakeUp(): void {
    this.#wake.abort()
    this.#wake = new AbortController()
  }
}

import type { Clock, Timer } from '../clock.ts'
import type { Scheduler } from './scheduler.ts'

/** Node rounds shorter delays up to this. */
const MIN_TIMER_DELAY_MS = 1
const MAX_TIMER_DELAY_MS = 2 ** 31 - 1
const NO_TIMER: Timer = { cancel: () => undefined }

/** The clock of one simulated process. */
export class VirtualClock implements Clock {
  readonly #scheduler: Scheduler
  readonly #name: string
  readonly #timers = new Set<Timer>()
  #wallOffsetMs = 0
  #deferred: (() => void)[] = []
  #isAlive = true

  constructor(scheduler: Scheduler, name = 'clock') {
    this.#scheduler = scheduler
    this.#name = name
  }

  now(): number {
    return Math.floor(this.#scheduler.epochMs + this.#wallOffsetMs + this.#scheduler.nowMs)
  }

  monotonic(): number {
    return this.#scheduler.nowMs
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    if (!this.#isAlive) return NO_TIMER
    const clampedMs = Math.min(Math.max(delayMs, MIN_TIMER_DELAY_MS), MAX_TIMER_DELAY_MS)
    const scheduled = this.#scheduler.schedule(clampedMs, `${this.#name} timer`, () => {
      this.#timers.delete(timer)
      callback()
    })
    const timer: Timer = {
      cancel: () => {
        this.#timers.delete(timer)
        scheduled.cancel()
      },
    }
    this.#timers.add(timer)
    return timer
  }

  /** In the order of the calls, as Node's immediates; between them the promises they settled run, as in Node. */
  defer(callback: () => void): void {
    if (!this.#isAlive) return
    this.#deferred.push(callback)
    if (this.#deferred.length === 1) this.#scheduleDeferred()
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason)
        return
      }
      const onAbort = (): void => {
        timer.cancel()
        reject(signal?.reason)
      }
      const timer = this.setTimer(delayMs, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Sets the wall clock forward or back; monotonic time and timers take no notice. */
  jumpWallClock(byMs: number): void {
    this.#wallOffsetMs += byMs
    this.#scheduler.trace(`${this.#name} wall clock`, byMs)
  }

  /** The process is gone: no timer of it fires any more, and none can be set. */
  kill(): void {
    this.#isAlive = false
    for (const timer of this.#timers) timer.cancel()
    this.#deferred = []
  }

  #scheduleDeferred(): void {
    this.#scheduler.schedule(0, `${this.#name} deferred`, () => {
      const callback = this.#deferred.shift()
      if (this.#deferred.length > 0) this.#scheduleDeferred()
      callback?.()
    })
  }
}

import type { Scheduler } from '@kafka-ts/io/simulated'

/**
 * Holds up what reaches one process while it is stalled, as a long turn of its event loop or a stopped process would: callbacks wait, and
 * come one by one, in their order, when it goes on.
 */
export class StallGate {
  readonly #scheduler: Scheduler
  #waiting: (() => void)[] = []
  #isStalled = false
  #isClosed = false

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  /** Runs `callback` now, or when its turn has come. */
  run(callback: () => void): void {
    if (this.#isClosed) return
    if (!this.#isStalled && this.#waiting.length === 0) {
      callback()
      return
    }
    this.#waiting.push(callback)
  }

  /** Settles as `promise` does, or later. */
  async pass<Result>(promise: Promise<Result>): Promise<Result> {
    try {
      return await promise
    } finally {
      if (this.#isStalled || this.#waiting.length > 0 || this.#isClosed) await new Promise<void>((resolve) => this.run(resolve))
    }
  }

  stall(): void {
    this.#isStalled = true
  }

  resume(): void {
    this.#isStalled = false
    this.#next()
  }

  /** The process is gone: what waits never comes. */
  close(): void {
    this.#isClosed = true
    this.#waiting = []
  }

  #next(): void {
    if (this.#isStalled || this.#waiting.length === 0) return
    this.#scheduler.schedule(0, 'after a stall', () => {
      if (this.#isStalled || this.#isClosed) return
      const callback = this.#waiting[0]
      callback?.()
      this.#waiting.shift()
      this.#next()
    })
  }
}

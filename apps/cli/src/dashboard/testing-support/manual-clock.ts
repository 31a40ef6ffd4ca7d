import type { DashboardClock } from '../model/poller.ts'

interface Sleeper {
  readonly atMs: number
  readonly wake: () => void
}

/** A clock that stands until it is moved. */
export class ManualClock implements DashboardClock {
  #elapsedMs = 0
  readonly #startMs: number
  #sleepers: Sleeper[] = []

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  now(): number {
    return this.#startMs + this.#elapsedMs
  }

  elapsedMs(): number {
    return this.#elapsedMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve()
        return
      }
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.wake !== wake)
        resolve()
      }
      signal?.addEventListener('abort', wake, { once: true })
      this.#sleepers.push({ atMs: this.#elapsedMs + ms, wake })
    })
  }

  /** Moves on, waking each sleeper at its time and letting it do what it woke for. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms
    await settled()
    for (;;) {
      const next = this.#sleepers.filter(({ atMs }) => atMs <= untilMs).sort((left, right) => left.atMs - right.atMs)[0]
      if (next === undefined) break
      this.#elapsedMs = Math.max(this.#elapsedMs, next.atMs)
      next.wake()
      await settled()
    }
    this.#elapsedMs = untilMs
  }
}

/** Everything that waits for nothing but promises has happened. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

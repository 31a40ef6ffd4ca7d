import { monotonicMs } from './member-events.ts'

const TICK_MS = 20

/** How late timers are on this machine: as busy as it makes us wait, it makes every process wait. */
export class TimerLateness {
  readonly #ticks: { readonly atMs: number; readonly lateMs: number }[] = []
  readonly #timer: NodeJS.Timeout
  #dueMs = monotonicMs() + TICK_MS

  constructor() {
    this.#timer = setInterval(() => {
      const atMs = monotonicMs()
      this.#ticks.push({ atMs, lateMs: Math.max(0, atMs - this.#dueMs) })
      this.#dueMs = atMs + TICK_MS
    }, TICK_MS)
  }

  /** The most since a time of the monotonic clock. */
  since(sinceMs: number): number {
    return this.#ticks.reduce((most, { atMs, lateMs }) => (atMs >= sinceMs ? Math.max(most, lateMs) : most), 0)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

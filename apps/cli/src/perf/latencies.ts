import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

const MICROSECONDS = 1000
const FIGURES = 3
/** An hour: nothing that takes longer is worth telling apart. */
const HIGHEST_MICROSECONDS = 3_600_000_000

/** Durations of many requests, kept in a histogram of three figures whatever their number. */
export class Latencies {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: HIGHEST_MICROSECONDS, figures: FIGURES })

  get count(): number {
    return this.#histogram.count
  }

  record(ms: number): void {
    this.#histogram.record(Math.min(HIGHEST_MICROSECONDS, Math.max(1, Math.round(ms * MICROSECONDS))))
  }

  /** In milliseconds; 0 while there is none. */
  percentile(percentile: number): number {
    return this.count === 0 ? 0 : this.#histogram.percentile(percentile) / MICROSECONDS
  }

  get meanMs(): number {
    return this.count === 0 ? 0 : this.#histogram.mean / MICROSECONDS
  }

  get maxMs(): number {
    return this.count === 0 ? 0 : this.#histogram.max / MICROSECONDS
  }
}

import type { CliDoors } from '../doors.ts'
import { humanCount } from '../output/humanize.ts'
import type { Output } from '../output/output.ts'
import { Latencies } from './latencies.ts'

const PROGRESS_EVERY_MS = 200

/** Counts what happens after the warm-up, and shows how far it is meanwhile. */
export class Stopwatch {
  readonly latencies = new Latencies()
  readonly #doors: CliDoors
  readonly #output: Output
  readonly #startMs: number
  readonly #countFromMs: number
  #lastMs: number
  #drawnMs: number
  #records = 0
  #failed = 0
  #bytes = 0

  constructor(doors: CliDoors, output: Output, warmupMs: number) {
    this.#doors = doors
    this.#output = output
    this.#startMs = doors.monotonicMs()
    this.#countFromMs = this.#startMs + warmupMs
    this.#lastMs = this.#countFromMs
    this.#drawnMs = this.#startMs
  }

  /** Since the start, the warm-up included. */
  get elapsedMs(): number {
    return this.#doors.monotonicMs() - this.#startMs
  }

  get records(): number {
    return this.#records
  }

  get failed(): number {
    return this.#failed
  }

  get bytes(): number {
    return this.#bytes
  }

  /** From the end of the warm-up to the last thing that was counted. */
  get durationMs(): number {
    return this.#lastMs - this.#countFromMs
  }

  /** Records that are done now, and how long they took. */
  done(records: number, bytes: number, latencyMs: number): void {
    const nowMs = this.#doors.monotonicMs()
    if (nowMs < this.#countFromMs) return
    this.#lastMs = nowMs
    this.#records += records
    this.#bytes += bytes
    this.latencies.record(latencyMs)
    if (nowMs - this.#drawnMs >= PROGRESS_EVERY_MS) this.#draw(nowMs)
  }

  fail(records = 1): void {
    this.#failed += records
  }

  /** Takes the progress line away. */
  end(): void {
    this.#output.progress('')
  }

  #draw(nowMs: number): void {
    this.#drawnMs = nowMs
    const perSecond = (this.#records * 1000) / Math.max(1, nowMs - this.#countFromMs)
    this.#output.progress(
      `${humanCount(this.#records)} records, ${humanCount(Math.round(perSecond))}/s, p99 ${this.latencies.percentile(99).toFixed(2)} ms`,
    )
  }
}

import { setImmediate } from 'node:timers'
import { crc32 } from 'node:zlib'
import type { Timer } from '../clock.ts'
import { EventHeap, type ScheduledEvent } from './event-heap.ts'
import { SeededRandom } from './seeded-random.ts'

/** Events of one `run` before it counts as a hang. */
const DEFAULT_MAX_EVENTS = 2_000_000
/** Kinds of pending events that a hang names. */
const NAMED_PENDING_KINDS = 10
/** Latencies are multiples of this, so that events do meet in one instant and the seed decides which goes first. */
const LATENCY_STEP_MS = 1 / 8

/** A simulation that cannot end: no event is left, or too many were run. The message names what is pending. */
export class SimulationHangError extends Error {
  override readonly name = 'SimulationHangError'
}

/** Bounds of a random latency, both inclusive. */
export interface LatencyRange {
  readonly minMs: number
  readonly maxMs: number
}

export interface SchedulerOptions {
  readonly seed: number
  /** The wall clock at virtual time 0. */
  readonly epochMs?: number
  readonly maxEvents?: number
}

/**
 * Virtual time for everything that is simulated together. One event runs, then all promises that it settled run to their
 * end, then the next event: the order depends on the seed alone. Everything that waits must wait for an event of this
 * scheduler; a real timer, socket or thread would bring the machine's timing back in.
 */
export class Scheduler {
  readonly random: SeededRandom
  readonly epochMs: number
  readonly #heap = new EventHeap()
  readonly #maxEvents: number
  readonly #tieBreaks: SeededRandom
  readonly #latencies: SeededRandom
  #nowMs = 0
  #sequence = 0
  #eventCount = 0
  #lastId = 0
  #hash = 0
  #isRunning = false

  constructor(options: SchedulerOptions) {
    this.random = new SeededRandom(options.seed)
    this.epochMs = options.epochMs ?? Date.UTC(2024, 0, 1)
    this.#maxEvents = options.maxEvents ?? DEFAULT_MAX_EVENTS
    this.#tieBreaks = this.random.fork('tie-breaks')
    this.#latencies = this.random.fork('latencies')
  }

  /** Virtual milliseconds since the start. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Events run so far. */
  get eventCount(): number {
    return this.#eventCount
  }

  /** A fingerprint of everything that happened so far; equal for equal seeds. */
  get hash(): number {
    return this.#hash
  }

  /** Runs `run` after `delayMs`; events of one instant go in seeded order. `label` names it in traces and hangs. */
  schedule(delayMs: number, label: string, run: () => void): Timer {
    const event: ScheduledEvent = {
      timeMs: this.#nowMs + Math.max(delayMs, 0),
      tieBreak: this.#tieBreaks.uint32(),
      sequence: this.#sequence++,
      label,
      run,
      isCancelled: false,
    }
    this.#heap.push(event)
    return {
      cancel: () => {
        event.isCancelled = true
      },
    }
  }

  /** A number never given before: names what is made in the course of a simulation. */
  nextId(): number {
    return ++this.#lastId
  }

  /** A random latency within `range`. */
  latency(range: LatencyRange): number {
    const steps = Math.round((range.maxMs - range.minMs) / LATENCY_STEP_MS)
    return range.minMs + this.#latencies.below(steps + 1) * LATENCY_STEP_MS
  }

  /** Adds an occurrence to the fingerprint. */
  trace(kind: string, detail: string | number = ''): void {
    this.#hash = crc32(`${this.#nowMs} ${kind} ${detail}\n`, this.#hash)
  }

  /**
   * Runs events: up to virtual time `until`, or until the predicate holds (asked after every event). Throws what an event
   * throws, and `SimulationHangError` when the predicate can no longer come true or takes too many events.
   */
  async run(until: number | (() => boolean)): Promise<void> {
    if (this.#isRunning) throw new TypeError('the scheduler is already running')
    this.#isRunning = true
    try {
      await drainPromises()
      if (typeof until === 'number') await this.#runUntilTime(until)
      else await this.#runUntilTrue(until)
    } finally {
      this.#isRunning = false
    }
  }

  /** Runs the events of the next `durationMs`. */
  runFor(durationMs: number): Promise<void> {
    return this.run(this.#nowMs + durationMs)
  }

  /** Runs until `promise` settles, and hands on its outcome. */
  async settle<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false
    const mark = (): void => {
      isSettled = true
    }
    promise.then(mark, mark)
    await this.run(() => isSettled)
    return promise
  }

  /** What is waiting, as `label x count`, most frequent first. */
  describePending(): string {
    const counts = new Map<string, number>()
    for (const event of this.#heap) {
      if (!event.isCancelled) counts.set(event.label, (counts.get(event.label) ?? 0) + 1)
    }
    const kinds = [...counts].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1))
    return kinds.length === 0
      ? 'nothing is pending'
      : kinds
          .slice(0, NAMED_PENDING_KINDS)
          .map(([label, count]) => `${label} x ${count}`)
          .join(', ')
  }

  async #runUntilTime(untilMs: number): Promise<void> {
    const lastEvent = this.#eventCount + this.#maxEvents
    for (let event = this.#next(); event !== undefined && event.timeMs <= untilMs; event = this.#next()) {
      await this.#runEvent(event, lastEvent)
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs)
  }

  async #runUntilTrue(isDone: () => boolean): Promise<void> {
    const lastEvent = this.#eventCount + this.#maxEvents
    while (!isDone()) {
      const event = this.#next()
      if (event === undefined)
        throw new SimulationHangError(`at ${this.#nowMs} ms nothing is left to happen, and the condition does not hold`)
      await this.#runEvent(event, lastEvent)
    }
  }

  async #runEvent(event: ScheduledEvent, lastEvent: number): Promise<void> {
    if (this.#eventCount >= lastEvent) {
      throw new SimulationHangError(`${this.#maxEvents} events did not suffice; at ${this.#nowMs} ms: ${this.describePending()}`)
    }
    this.#heap.pop()
    this.#nowMs = event.timeMs
    this.#eventCount++
    this.trace(event.label)
    event.run()
    await drainPromises()
  }

  /** The earliest event that still counts; it stays in the heap. */
  #next(): ScheduledEvent | undefined {
    for (;;) {
      const event = this.#heap.peek()
      if (event === undefined || !event.isCancelled) return event
      this.#heap.pop()
    }
  }
}

/** Node runs every settled promise and every `nextTick` before it comes to an immediate. */
function drainPromises(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

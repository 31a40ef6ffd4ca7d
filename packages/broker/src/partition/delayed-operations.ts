import type { Clock, Timer } from '@kafka-ts/io'
import type { AppendOutcome, AppendWaiter } from './ack-queue.ts'
import type { FetchSeat, FetchWaiter, FetchWaiters } from './fetch-waiters.ts'

/**
 * Requests that wait: appends for the high watermark, fetches for data. Woken by the partition they wait for or by their
 * timeout, never by polling. Every operation is here from `start` until it is done, so that `close` leaves none behind.
 */
export class DelayedOperations {
  readonly #clock: Clock
  readonly #running = new Set<Operation>()
  readonly #onDone = (operation: Operation): void => {
    this.#running.delete(operation)
  }
  #isClosed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Nothing waits any more. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Operations that wait now. */
  get size(): number {
    return this.#running.size
  }

  /** Waits for `slots` outcomes; those still open after `timeoutMs` become what `onTimeout` says. */
  awaitAppends(slots: number, timeoutMs: number, onTimeout: (slot: number) => AppendOutcome): PendingAppends {
    const pending = new PendingAppends(slots, onTimeout, this.#onDone)
    this.#start(pending, timeoutMs)
    return pending
  }

  /** Waits until `minBytes` more can be read from any of the partitions, something about them changed, or `timeoutMs` passed. */
  parkFetch(partitions: Iterable<{ readonly fetchWaiters: FetchWaiters }>, minBytes: number, timeoutMs: number): ParkedFetch {
    const parked = new ParkedFetch(minBytes, this.#onDone)
    for (const { fetchWaiters } of partitions) parked.sit(fetchWaiters)
    this.#start(parked, timeoutMs)
    return parked
  }

  /** Ends the fetches now, and waits until the appends have their outcome, up to `timeoutMs`; then closes. */
  async drain(timeoutMs: number): Promise<void> {
    this.#isClosed = true
    for (const operation of [...this.#running]) if (operation instanceof ParkedFetch) operation.expire()
    const timer = this.#clock.setTimer(timeoutMs, () => this.close())
    const appends = [...this.#running].flatMap((operation) => (operation instanceof PendingAppends ? [operation.outcomes] : []))
    await Promise.all(appends)
    timer.cancel()
    this.close()
  }

  /** Ends every operation now, as its timeout would. Idempotent. */
  close(): void {
    this.#isClosed = true
    for (const operation of [...this.#running]) operation.expire()
  }

  #start(operation: Operation, timeoutMs: number): void {
    if (operation.isDone) return
    if (this.#isClosed) {
      operation.expire()
      return
    }
    this.#running.add(operation)
    operation.timer = this.#clock.setTimer(timeoutMs, () => operation.expire())
  }
}

interface Operation {
  timer: Timer | undefined
  readonly isDone: boolean
  expire(): void
}

/** The appends of one produce request. */
export class PendingAppends implements AppendWaiter, Operation {
  timer: Timer | undefined
  /** One outcome a slot, once all are known. Never rejects. */
  readonly outcomes: Promise<readonly AppendOutcome[]>
  readonly #settled: (AppendOutcome | undefined)[]
  readonly #onTimeout: (slot: number) => AppendOutcome
  readonly #onDone: (operation: Operation) => void
  #open: number
  #resolve!: (outcomes: readonly AppendOutcome[]) => void

  constructor(slots: number, onTimeout: (slot: number) => AppendOutcome, onDone: (operation: Operation) => void) {
    this.#settled = new Array<AppendOutcome | undefined>(slots).fill(undefined)
    this.#open = slots
    this.#onTimeout = onTimeout
    this.#onDone = onDone
    this.outcomes = new Promise((resolve) => {
      this.#resolve = resolve
    })
    if (slots === 0) this.#finish()
  }

  get isDone(): boolean {
    return this.#open === 0
  }

  settle(slot: number, outcome: AppendOutcome): void {
    if (this.#settled[slot] !== undefined) return
    this.#settled[slot] = outcome
    this.#open--
    if (this.#open === 0) this.#finish()
  }

  expire(): void {
    for (let slot = 0; slot < this.#settled.length; slot++) {
      if (this.#settled[slot] === undefined) this.settle(slot, this.#onTimeout(slot))
    }
  }

  #finish(): void {
    this.timer?.cancel()
    this.#onDone(this)
    this.#resolve(this.#settled as readonly AppendOutcome[])
  }
}

/** A fetch that found too little. */
export class ParkedFetch implements FetchWaiter, Operation {
  timer: Timer | undefined
  /** Resolves when it is worth looking again, or the time is up. Never rejects. */
  readonly woken: Promise<void>
  readonly #seats: FetchSeat[] = []
  readonly #onDone: (operation: Operation) => void
  #missingBytes: number
  #isDone = false
  #resolve!: () => void

  constructor(minBytes: number, onDone: (operation: Operation) => void) {
    this.#missingBytes = minBytes
    this.#onDone = onDone
    this.woken = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get isDone(): boolean {
    return this.#isDone
  }

  sit(waiters: FetchWaiters): void {
    this.#seats.push(waiters.add(this))
  }

  /** The promise resolves after this tick's other wake-ups, so one answer carries what all partitions of a group commit got. */
  wake(bytes: number): void {
    this.#missingBytes -= bytes
    if (bytes === 0 || this.#missingBytes <= 0) this.#finish()
  }

  expire(): void {
    this.#finish()
  }

  /** The one who waits is gone. */
  abandon(): void {
    this.#finish()
  }

  #finish(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.timer?.cancel()
    for (const seat of this.#seats) seat.leave()
    this.#onDone(this)
    this.#resolve()
  }
}

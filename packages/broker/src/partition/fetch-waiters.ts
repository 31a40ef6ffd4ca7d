/** Somebody who waits until there is something to read. */
export interface FetchWaiter {
  /** `bytes` more can be read; 0 bytes: look again, something else changed (log start moved, partition gone, error). */
  wake(bytes: number): void
}

/** One place in one `FetchWaiters`. It knows where it stands, so that leaving costs the same however many wait. */
export class FetchSeat {
  readonly waiter: FetchWaiter
  #waiters: FetchWaiters
  /** Owned by `FetchWaiters`. */
  position: number

  constructor(waiter: FetchWaiter, waiters: FetchWaiters, position: number) {
    this.waiter = waiter
    this.#waiters = waiters
    this.position = position
  }

  leave(): void {
    this.#waiters.remove(this)
  }
}

/** Those who wait for one partition to grow. */
export class FetchWaiters {
  readonly #seats: FetchSeat[] = []

  get size(): number {
    return this.#seats.length
  }

  add(waiter: FetchWaiter): FetchSeat {
    const seat = new FetchSeat(waiter, this, this.#seats.length)
    this.#seats.push(seat)
    return seat
  }

  /** Idempotent. */
  remove(seat: FetchSeat): void {
    if (this.#seats[seat.position] !== seat) return
    const last = this.#seats.pop()
    if (last === undefined || last === seat) return
    this.#seats[seat.position] = last
    last.position = seat.position
  }

  /** From the back: a waiter that leaves while it is woken only moves one that was woken before it. */
  wake(bytes: number): void {
    for (let index = this.#seats.length - 1; index >= 0; index--) this.#seats[index]?.waiter.wake(bytes)
  }
}

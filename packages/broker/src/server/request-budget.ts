/** The bytes at which a connection is closed for sending more, as a multiple of those at which reading stops. */
const HARD_LIMIT_FACTOR = 2

/** Somebody whose reading may go on once there is room again. */
export interface BudgetWaiter {
  onRoom(): void
}

/**
 * The bytes of requests that a broker holds: frames being received and requests not yet answered. Above the limit no connection
 * begins another request; at twice the limit one that still sends is closed, since half frames alone could fill the memory.
 */
export class RequestBudget {
  readonly #limitBytes: number
  readonly #waiting = new Set<BudgetWaiter>()
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get isExhausted(): boolean {
    return this.#bytes >= this.#limitBytes
  }

  get isOverHardLimit(): boolean {
    return this.#bytes >= this.#limitBytes * HARD_LIMIT_FACTOR
  }

  /** Adds bytes (negative: gives them back). */
  add(bytes: number): void {
    this.#bytes += bytes
    if (bytes >= 0 || this.#waiting.size === 0 || this.isExhausted) return
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const waiter of waiting) waiter.onRoom()
  }

  /** Tells `waiter` once when there is room again. */
  awaitRoom(waiter: BudgetWaiter): void {
    this.#waiting.add(waiter)
  }

  forget(waiter: BudgetWaiter): void {
    this.#waiting.delete(waiter)
  }
}

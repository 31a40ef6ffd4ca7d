/** Somebody whose reading may go on once there is room again. */
export interface BudgetWaiter {
  /** Whether it has sent a part of a request. */
  readonly hasHalfRequest: boolean
  onRoom(): void
}

/**
 * The bytes of requests that a broker holds: requests not yet answered, and those of which a part has come. At the limit nobody is read.
 * Answers make room by themselves. Where half requests alone fill the budget, none of them could ever be answered: then one
 * connection at a time has the turn to send the rest of its own, beyond the limit.
 */
export class RequestBudget {
  readonly #limitBytes: number
  readonly #waiting = new Set<BudgetWaiter>()
  #requestBytes = 0
  #partialBytes = 0
  #turn: BudgetWaiter | undefined

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get bytes(): number {
    return this.#requestBytes + this.#partialBytes
  }

  /** Adds bytes of whole requests (negative: they were answered). */
  addRequestBytes(bytes: number): void {
    this.#requestBytes += bytes
    if (bytes < 0) this.#makeUseOfRoom()
  }

  /** Adds bytes of requests that are not complete (negative: they are complete now, or given up). */
  addPartialBytes(bytes: number): void {
    this.#partialBytes += bytes
    if (bytes < 0) this.#makeUseOfRoom()
  }

  mayRead(waiter: BudgetWaiter): boolean {
    return this.bytes < this.#limitBytes || this.#turn === waiter
  }

  hasTurn(waiter: BudgetWaiter): boolean {
    return this.#turn === waiter
  }

  /** Tells `waiter` once when it may be read again. */
  awaitRoom(waiter: BudgetWaiter): void {
    this.#waiting.add(waiter)
    this.#makeUseOfRoom()
  }

  /** A request is complete, or the connection gone: the turn is somebody else's. */
  endTurn(waiter: BudgetWaiter): void {
    if (this.#turn !== waiter) return
    this.#turn = undefined
    this.#makeUseOfRoom()
  }

  forget(waiter: BudgetWaiter): void {
    this.#waiting.delete(waiter)
    this.endTurn(waiter)
  }

  #makeUseOfRoom(): void {
    if (this.#waiting.size === 0) return
    if (this.bytes < this.#limitBytes) {
      const waiting = [...this.#waiting]
      this.#waiting.clear()
      for (const waiter of waiting) waiter.onRoom()
    } else if (this.#requestBytes === 0 && this.#turn === undefined) {
      this.#giveTurn()
    }
  }

  #giveTurn(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.hasHalfRequest) continue
      this.#waiting.delete(waiter)
      this.#turn = waiter
      waiter.onRoom()
      return
    }
  }
}

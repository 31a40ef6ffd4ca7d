/** What a fetch may always answer with, so that everybody gets on. */
const MIN_RESPONSE_BYTES = 64 * 1024

/**
 * The bytes of responses, of all connections, that clients have not taken yet. The more there are, the less a fetch may add: clients
 * that do not read cost the broker a bounded amount of memory, and those that do are served all the same.
 */
export class ResponseBudget {
  readonly #limitBytes: number
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Adds bytes (negative: they were taken, or given up). */
  add(bytes: number): void {
    this.#bytes += bytes
  }

  /** The most record bytes that the next response should have: half of what is left. */
  get maxResponseBytes(): number {
    return Math.max(MIN_RESPONSE_BYTES, Math.floor((this.#limitBytes - this.#bytes) / 2))
  }
}

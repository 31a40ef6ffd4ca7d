import type { Random } from '@kafka-ts/io'

const JITTER = 0.2
const MAX_DOUBLINGS = 20

export interface BackoffOptions {
  readonly firstMs: number
  readonly maxMs: number
  readonly random: Random
}

/** Pauses that double from `firstMs` up to `maxMs`, each moved by up to 20 % either way so that clients do not come back in step (KIP-580). */
export class Backoff {
  readonly #options: BackoffOptions
  #failures = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** How long to wait after one more failure, in milliseconds. */
  next(): number {
    const { firstMs, maxMs, random } = this.#options
    const pauseMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.#failures++, MAX_DOUBLINGS))
    return pauseMs * (1 + JITTER * (2 * random.float() - 1))
  }

  /** After a success the next pause is the first again. */
  reset(): void {
    this.#failures = 0
  }
}

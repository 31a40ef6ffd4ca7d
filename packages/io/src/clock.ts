/** A pending timer. `cancel()` is idempotent and safe after it fired. */
export interface Timer {
  cancel(): void
}

/** Time. The only source of time and of later execution; a simulated twin runs on a virtual clock. */
export interface Clock {
  /** Wall clock, whole milliseconds since 1970. May jump: no ack, recovery, membership or offset decision may rest on it. */
  now(): number
  /** Monotonic milliseconds, fractional, from an arbitrary origin. */
  monotonic(): number
  /** Runs `callback` once after `delayMs` (clamped to 0 .. 2^31-1). Real timers are unreferenced when `unref` is set. */
  setTimer(delayMs: number, callback: () => void, options?: { readonly unref?: boolean }): Timer
  /** Runs `callback` after the I/O events of this tick (a `setImmediate`): the door of group writes. */
  defer(callback: () => void): void
  /** Resolves after `delayMs`; rejects with the signal's reason when it aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

import type { Clock, Timer } from '@kafka-ts/io'
import { grantedTtlMs } from './limits.ts'
import { MetadataError } from './metadata-error.ts'
import type { Lease } from './metadata-store.ts'

/** Until an expiry that could not be carried out is tried again. */
const RETRY_MS = 1000

interface LiveLease extends Lease {
  /** On the monotonic clock. */
  deadlineMs: number
  timer: Timer
}

/**
 * The leases that live, by the monotonic clock: a jump of the wall clock neither ends nor prolongs one. Which keys they hold is the
 * `KeySpace`'s.
 */
export class LeaseTable {
  readonly #clock: Clock
  readonly #onExpired: (leaseId: number) => void
  readonly #leases = new Map<number, LiveLease>()
  readonly #retries = new Map<number, Timer>()
  #lastLeaseId = 0

  /** `onExpired` hears of a lease after it ended by itself. */
  constructor(clock: Clock, onExpired: (leaseId: number) => void) {
    this.#clock = clock
    this.#onExpired = onExpired
  }

  grant(ttlMs: number): Lease {
    const granted = grantedTtlMs(ttlMs)
    this.#lastLeaseId++
    const leaseId = this.#lastLeaseId
    this.#leases.set(leaseId, {
      leaseId,
      ttlMs: granted,
      deadlineMs: this.#clock.monotonic() + granted,
      timer: this.#arm(leaseId, granted),
    })
    return { leaseId, ttlMs: granted }
  }

  keepAlive(leaseId: number): Lease {
    const lease = this.#ensureLive(leaseId)
    lease.deadlineMs = this.#clock.monotonic() + lease.ttlMs
    return { leaseId, ttlMs: lease.ttlMs }
  }

  /** Ends a lease without telling `onExpired`. */
  revoke(leaseId: number): void {
    this.#ensureLive(leaseId).timer.cancel()
    this.#leases.delete(leaseId)
  }

  ensureLive(leaseId: number): void {
    this.#ensureLive(leaseId)
  }

  /** Tells `onExpired` of an ended lease once more, a little later. */
  expireAgain(leaseId: number): void {
    const retry = (): void => {
      this.#retries.delete(leaseId)
      this.#onExpired(leaseId)
    }
    this.#retries.set(leaseId, this.#clock.setTimer(RETRY_MS, retry, { unref: true }))
  }

  /** Ends all silently. */
  close(): void {
    for (const lease of this.#leases.values()) lease.timer.cancel()
    for (const timer of this.#retries.values()) timer.cancel()
    this.#leases.clear()
    this.#retries.clear()
  }

  #ensureLive(leaseId: number): LiveLease {
    const lease = this.#leases.get(leaseId)
    if (lease === undefined) throw new MetadataError('LEASE_NOT_FOUND', `lease ${leaseId} does not exist or has ended`)
    return lease
  }

  #arm(leaseId: number, delayMs: number): Timer {
    return this.#clock.setTimer(delayMs, () => this.#onTimer(leaseId), { unref: true })
  }

  /** Kept alive meanwhile (or longer than a timer can be): the timer is set for the rest. */
  #onTimer(leaseId: number): void {
    const lease = this.#leases.get(leaseId)
    if (lease === undefined) return
    const remainingMs = lease.deadlineMs - this.#clock.monotonic()
    if (remainingMs > 0) {
      lease.timer = this.#arm(leaseId, remainingMs)
      return
    }
    this.#leases.delete(leaseId)
    this.#onExpired(leaseId)
  }
}

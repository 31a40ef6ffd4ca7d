import type { LatencyRange, Scheduler } from '../scheduler.ts'
import type { SeededRandom } from '../seeded-random.ts'

/** Bytes on the way or not yet read by the receiver; more wait at the sender, as behind TCP's window. */
const WINDOW_BYTES = 64 * 1024
/** The longest segment; most are cut shorter at random, so that a frame may arrive in any pieces. */
const MAX_SEGMENT_BYTES = 16 * 1024
/** How often a segment is cut at an arbitrary byte. */
const CUT_PROBABILITY = 0.3
/** How often a segment that waits behind another arrives together with it. */
const JOIN_PROBABILITY = 0.5

/** What travels: bytes, the orderly end, or the news of a reset. */
export type Segment = { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'end' } | { readonly kind: 'reset' }

export interface PipeOptions {
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly latency: LatencyRange
  readonly label: string
  /** Whether nothing gets through at present; what is on the way then waits. */
  isBlocked(): boolean
  onArrival(segment: Segment): void
  /** All that was queued is on its way. */
  onFlushed(): void
}

/** One direction of a connection: first in, first out, each segment after a random delay. */
export class Pipe {
  readonly #options: PipeOptions
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #onTheWay: { readonly segment: Segment; readonly arrivalMs: number }[] = []
  #unreadBytes = 0
  #isArriving = false
  #isEnding = false
  #isClosed = false

  constructor(options: PipeOptions) {
    this.#options = options
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  write(buffers: readonly Uint8Array[]): void {
    for (const buffer of buffers) {
      if (buffer.length === 0) continue
      this.#queue.push(buffer)
      this.#queuedBytes += buffer.length
    }
    this.#transmit()
  }

  /** Sends the end once everything queued is sent. */
  end(): void {
    this.#isEnding = true
    this.#transmit()
  }

  /** Forgets what is queued and tells the receiver, after what is already on the way, how it ended. */
  abandon(kind: 'end' | 'reset'): void {
    if (this.#isClosed) return
    this.#dropQueue()
    this.#isClosed = true
    if (kind === 'reset') this.#onTheWay = []
    this.#send({ kind })
  }

  /** Forgets everything, and tells nobody. */
  drop(): void {
    this.#dropQueue()
    this.#onTheWay = []
    this.#isClosed = true
  }

  /** The receiver has read so many bytes: the window opens. */
  acknowledge(bytes: number): void {
    this.#unreadBytes -= bytes
    this.#transmit()
  }

  /** Goes on after a block. */
  unblock(): void {
    this.#scheduleArrival()
  }

  #transmit(): void {
    if (this.#isClosed) return
    while (this.#queuedBytes > 0 && this.#unreadBytes < WINDOW_BYTES) {
      const bytes = this.#takeSegment()
      this.#unreadBytes += bytes.length
      this.#send({ kind: 'bytes', bytes })
    }
    if (this.#queuedBytes > 0) return
    if (this.#isEnding) {
      this.#isClosed = true
      this.#send({ kind: 'end' })
    }
    this.#options.onFlushed()
  }

  /** A copy: the sender may reuse its buffers once they are sent, and the receiver keeps what it gets. */
  #takeSegment(): Uint8Array {
    const { random } = this.#options
    const longest = Math.min(MAX_SEGMENT_BYTES, this.#queuedBytes, WINDOW_BYTES - this.#unreadBytes)
    const segment = new Uint8Array(random.chance(CUT_PROBABILITY) ? 1 + random.below(longest) : longest)
    let filled = 0
    while (filled < segment.length) {
      const [first] = this.#queue
      if (first === undefined) break
      const part = first.subarray(0, segment.length - filled)
      segment.set(part, filled)
      filled += part.length
      if (part.length === first.length) this.#queue.shift()
      else this.#queue[0] = first.subarray(part.length)
    }
    this.#queuedBytes -= filled
    return segment
  }

  #send(segment: Segment): void {
    const { scheduler, latency } = this.#options
    this.#onTheWay.push({ segment, arrivalMs: scheduler.nowMs + scheduler.latency(latency) })
    this.#scheduleArrival()
  }

  /** One event at a time, for the oldest segment: none overtakes another. */
  #scheduleArrival(): void {
    const { scheduler, label } = this.#options
    const [head] = this.#onTheWay
    if (head === undefined || this.#isArriving) return
    this.#isArriving = true
    scheduler.schedule(head.arrivalMs - scheduler.nowMs, label, () => this.#arrive())
  }

  #arrive(): void {
    this.#isArriving = false
    if (this.#options.isBlocked()) return
    const segment = this.#takeArrived()
    this.#scheduleArrival()
    if (segment !== undefined) this.#options.onArrival(segment)
  }

  /** The oldest segment, now and then joined with those behind it: a receiver may get many writes as one piece. */
  #takeArrived(): Segment | undefined {
    const { random, scheduler } = this.#options
    const first = this.#onTheWay.shift()?.segment
    if (first?.kind !== 'bytes') return first
    const parts = [first.bytes]
    for (;;) {
      const [next] = this.#onTheWay
      if (next?.segment.kind !== 'bytes' || next.arrivalMs > scheduler.nowMs || !random.chance(JOIN_PROBABILITY)) break
      parts.push(next.segment.bytes)
      this.#onTheWay.shift()
    }
    return parts.length === 1 ? first : { kind: 'bytes', bytes: Buffer.concat(parts) }
  }

  #dropQueue(): void {
    this.#queue = []
    this.#queuedBytes = 0
  }
}

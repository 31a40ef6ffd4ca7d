/** What became of the batches one request sent to one partition. */
export interface AppendOutcome {
  /** 0, or one of Kafka's error codes. */
  readonly errorCode: number
  /** What went wrong, for people. */
  readonly errorMessage?: string
  /** The offset of the first record; -1 on an error. */
  readonly baseOffset: number
  /** Milliseconds, with LogAppendTime; else -1. */
  readonly logAppendTimeMs: number
  readonly logStartOffset: number
}

/** Somebody who waits for the outcome of one or several appends, each in a slot of its own. */
export interface AppendWaiter {
  /** The outcome of `slot`; a second one for the same slot is ignored. */
  settle(slot: number, outcome: AppendOutcome): void
}

/** An append that is in the log and not yet below the high watermark. */
export interface PendingAppend {
  readonly baseOffset: number
  /** The offset after its last record. */
  readonly endOffset: number
  readonly bytes: number
  readonly logAppendTimeMs: number
  /** undefined when nobody waits (acks=0). */
  readonly waiter: AppendWaiter | undefined
  readonly slot: number
}

/** Entries taken from the front before the array is shortened. */
const COMPACT_AT = 1024

/**
 * The appends of one partition above its high watermark, in offset order. The high watermark takes from the front, a failed
 * write from the back, so each append is touched once. Bounded by what the log holds unsynced.
 */
export class AckQueue {
  #entries: (PendingAppend | undefined)[] = []
  #head = 0

  get size(): number {
    return this.#entries.length - this.#head
  }

  push(append: PendingAppend): void {
    this.#entries.push(append)
  }

  /** One more who waits for records that are in the queue, or were: after `push`es of records behind them. */
  insert(append: PendingAppend): void {
    let at = this.#entries.length
    while (at > this.#head && (this.#entries[at - 1] as PendingAppend).endOffset > append.endOffset) at--
    this.#entries.splice(at, 0, append)
  }

  /** Takes the appends that end at or below `highWatermark`, in order. Returns their bytes. */
  takeBelow(highWatermark: number, each: (append: PendingAppend) => void): number {
    let bytes = 0
    for (;;) {
      const append = this.#entries[this.#head]
      if (append === undefined || append.endOffset > highWatermark) break
      this.#entries[this.#head++] = undefined
      bytes += append.bytes
      each(append)
    }
    this.#compact()
    return bytes
  }

  /** Takes the appends that have records at or above `fromOffset`. */
  takeFrom(fromOffset: number, each: (append: PendingAppend) => void): void {
    while (this.size > 0) {
      const append = this.#entries.at(-1)
      if (append === undefined || append.endOffset <= fromOffset) return
      this.#entries.pop()
      each(append)
    }
  }

  #compact(): void {
    if (this.#head === this.#entries.length) {
      this.#entries.length = 0
      this.#head = 0
    } else if (this.#head >= COMPACT_AT) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
  }
}

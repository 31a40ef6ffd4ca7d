/** What was seen of one partition at one time. */
export interface OffsetSample {
  /** Milliseconds of any clock that only goes forward; the same one for all samples of a history. */
  readonly timeMs: number
  /** null: the group has committed nothing for this partition. */
  readonly committedOffset: number | null
  /** One after the last record. Read after `committedOffset`, or the lag would come out negative. */
  readonly endOffset: number
}

/** How much a history keeps. */
export interface HistoryOptions {
  /** Samples kept. Default 60. */
  readonly points?: number | undefined
  /** Two samples that are kept lie at least this far apart, so that `points` can span a longer window. Default 0: all are kept. */
  readonly spacingMs?: number | undefined
}

/** Samples a history keeps unless told otherwise: two minutes at one in two seconds. */
export const DEFAULT_POINTS = 60
/** What `points` is cut to, so that no setting takes memory without end. */
export const MAX_POINTS = 1000

const FIELDS = 3
const FIRST_CAPACITY = 8

/**
 * The newest samples of one partition as one group sees it: a ring, oldest first when read. The newest sample is always the last one recorded;
 * those before it keep their distance. Samples are rows of one Float64Array, for there are as many histories as groups times partitions:
 *
 * | 0 | 1 | 2 |
 * |---|---|---|
 * | time | committed offset, NaN for none | end offset |
 */
export class OffsetHistory {
  readonly #points: number
  readonly #spacingMs: number
  #rows = new Float64Array(FIRST_CAPACITY * FIELDS)
  #start = 0
  #length = 0
  #firstSeenMs = 0
  #lastMoveMs: number | undefined
  #lastPauseMs: number | undefined

  constructor({ points = DEFAULT_POINTS, spacingMs = 0 }: HistoryOptions = {}) {
    this.#points = Math.min(MAX_POINTS, Math.max(2, points))
    this.#spacingMs = spacingMs
  }

  /** Samples held. */
  get length(): number {
    return this.#length
  }

  /** When the first sample was recorded, whether or not it is still held. */
  get firstSeenMs(): number {
    return this.#firstSeenMs
  }

  /** The time of the sample in which the committed offset was last seen to differ from the one before, held or not. */
  get lastMoveMs(): number | undefined {
    return this.#lastMoveMs
  }

  /** How long the committed offset rested between its last two moves; undefined before there were two. */
  get lastPauseMs(): number | undefined {
    return this.#lastPauseMs
  }

  /**
   * Takes a sample. One of the newest time replaces the newest; an earlier time (a clock set back) or an end offset below the newest (the topic was
   * created anew, or cut) starts the history over, for what was there belongs to another time or another log.
   */
  record(sample: OffsetSample): void {
    const newest = this.#length - 1
    if (newest >= 0 && (sample.timeMs < this.timeMsAt(newest) || sample.endOffset < this.endAt(newest))) this.#clear()
    if (this.#length === 0) this.#firstSeenMs = sample.timeMs
    else this.#noteMove(sample)
    this.#write(this.#replacesNewest(sample.timeMs) ? this.#length - 1 : this.#grow(), sample)
  }

  /** Milliseconds; 0 is the oldest sample held, `length - 1` the newest. */
  timeMsAt(index: number): number {
    return this.#rows[this.#row(index)]!
  }

  /** NaN when nothing was committed. */
  committedAt(index: number): number {
    return this.#rows[this.#row(index) + 1]!
  }

  endAt(index: number): number {
    return this.#rows[this.#row(index) + 2]!
  }

  /** End minus committed, never below 0; NaN when nothing was committed. */
  lagAt(index: number): number {
    const row = this.#row(index)
    return Math.max(0, this.#rows[row + 2]! - this.#rows[row + 1]!)
  }

  /** The lag of every sample that has one, oldest first: what a sparkline draws. */
  lags(): number[] {
    const lags: number[] = []
    for (let index = 0; index < this.#length; index++) {
      const lag = this.lagAt(index)
      if (!Number.isNaN(lag)) lags.push(lag)
    }
    return lags
  }

  #noteMove({ timeMs, committedOffset }: OffsetSample): void {
    const before = this.committedAt(this.#length - 1)
    if (committedOffset === null || Number.isNaN(before) || committedOffset === before) return
    if (this.#lastMoveMs !== undefined) this.#lastPauseMs = timeMs - this.#lastMoveMs
    this.#lastMoveMs = timeMs
  }

  #replacesNewest(timeMs: number): boolean {
    if (this.#length === 0) return false
    const newestMs = this.timeMsAt(this.#length - 1)
    return timeMs === newestMs || (this.#length > 1 && newestMs - this.timeMsAt(this.#length - 2) < this.#spacingMs)
  }

  /** Makes room for one more and returns its index. */
  #grow(): number {
    if (this.#length === this.#points) this.#start = (this.#start + 1) % this.#points
    else {
      if ((this.#length + 1) * FIELDS > this.#rows.length) this.#widen()
      this.#length++
    }
    return this.#length - 1
  }

  /** Before the ring is full its start is 0, so widening is a copy. */
  #widen(): void {
    const rows = new Float64Array(Math.min(this.#points * FIELDS, this.#rows.length * 2))
    rows.set(this.#rows)
    this.#rows = rows
  }

  #write(index: number, { timeMs, committedOffset, endOffset }: OffsetSample): void {
    const row = this.#row(index)
    this.#rows[row] = timeMs
    this.#rows[row + 1] = committedOffset ?? Number.NaN
    this.#rows[row + 2] = endOffset
  }

  #row(index: number): number {
    return ((this.#start + index) % this.#points) * FIELDS
  }

  #clear(): void {
    this.#start = 0
    this.#length = 0
    this.#lastMoveMs = undefined
    this.#lastPauseMs = undefined
  }
}

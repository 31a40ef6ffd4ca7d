import type { OffsetHistory } from './offset-history.ts'

/** How old the oldest record is that a group has not committed yet. */
export interface TimeLag {
  readonly ms: number
  /** The record was written before the samples begin: `ms` goes on from their slope, or is the least it can be when they do not rise. */
  readonly isExtrapolated: boolean
}

/**
 * The time lag of a committed offset: `nowMs` less the time at which the end offset passed it, interpolated between samples (the rules of Kafka Lag
 * Exporter). A flat stretch of end offsets is one point that lasts: the record after it was written after the last time it was seen, so a
 * topic that rests does not age its records. undefined with fewer than two samples.
 */
export function timeLagOf(history: OffsetHistory, committedOffset: number, nowMs: number): TimeLag | undefined {
  const last = history.length - 1
  if (last >= 0 && committedOffset >= history.endAt(last)) return { ms: 0, isExtrapolated: false }
  if (last < 1) return undefined
  if (committedOffset < history.endAt(0)) return extrapolate(history, committedOffset, nowMs)
  const before = lastSampleAtOrBelow(history, committedOffset)
  const passedMs = before.timeMs + before.fraction * before.gapMs
  return { ms: Math.max(0, nowMs - passedMs), isExtrapolated: false }
}

/** The newest sample whose end is at or below the offset, and where between it and the next the offset lies. Ends never fall, so it is found by halving. */
function lastSampleAtOrBelow(history: OffsetHistory, offset: number): { timeMs: number; gapMs: number; fraction: number } {
  let low = 0
  let high = history.length - 1
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (history.endAt(middle) <= offset) low = middle
    else high = middle
  }
  const timeMs = history.timeMsAt(low)
  const fraction = (offset - history.endAt(low)) / (history.endAt(high) - history.endAt(low))
  return { timeMs, gapMs: history.timeMsAt(high) - timeMs, fraction }
}

function extrapolate(history: OffsetHistory, offset: number, nowMs: number): TimeLag {
  const last = history.length - 1
  const firstMs = history.timeMsAt(0)
  const records = history.endAt(last) - history.endAt(0)
  const msARecord = records === 0 ? 0 : (history.timeMsAt(last) - firstMs) / records
  return { ms: Math.max(0, nowMs - firstMs + (history.endAt(0) - offset) * msARecord), isExtrapolated: true }
}

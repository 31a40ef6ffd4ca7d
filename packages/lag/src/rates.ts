import type { OffsetHistory } from './offset-history.ts'

/** Records a second; undefined while there are not two samples to compare. */
export interface Rates {
  /** Records written. */
  readonly inPerSecond: number | undefined
  /** Records whose offsets were committed. */
  readonly outPerSecond: number | undefined
}

/**
 * Rates from the slope between the first and the last sample, not from the last two: commits come in bursts. What was committed before the
 * group was set back is left out, so no rate is ever negative.
 */
export function ratesOf(history: OffsetHistory): Rates {
  return { inPerSecond: inRate(history), outPerSecond: outRate(history) }
}

/** IN - OUT: above 0 the lag grows. */
export function deltaOf({ inPerSecond, outPerSecond }: Rates): number | undefined {
  return inPerSecond === undefined || outPerSecond === undefined ? undefined : inPerSecond - outPerSecond
}

function inRate(history: OffsetHistory): number | undefined {
  const last = history.length - 1
  if (last < 1) return undefined
  return slope(history.endAt(last) - history.endAt(0), history.timeMsAt(last) - history.timeMsAt(0))
}

function outRate(history: OffsetHistory): number | undefined {
  let last = history.length - 1
  while (last >= 0 && Number.isNaN(history.committedAt(last))) last--
  let first = last
  // NaN fails the comparison as well: a commit that vanished ends the stretch like one that was set back.
  while (first > 0 && history.committedAt(first - 1) <= history.committedAt(first)) first--
  if (first >= last) return undefined
  return slope(history.committedAt(last) - history.committedAt(first), history.timeMsAt(last) - history.timeMsAt(first))
}

function slope(records: number, ms: number): number {
  return (records / ms) * 1000
}

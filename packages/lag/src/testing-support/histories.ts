import { type HistoryOptions, OffsetHistory } from '../offset-history.ts'

/** A poll of one partition as tests write it: committed (null for none) and end. */
export type Point = readonly [committed: number | null, end: number]

/** The time between points, unless a test says otherwise. */
export const POLL_MS = 2000

/** A history of points `POLL_MS` apart, the first at time 0. */
export function historyOf(points: readonly Point[], options: HistoryOptions = {}): OffsetHistory {
  const history = new OffsetHistory(options)
  points.forEach(([committedOffset, endOffset], index) => {
    history.record({ timeMs: index * POLL_MS, committedOffset, endOffset })
  })
  return history
}

/** What a group does, as functions of time in seconds, polled every `POLL_MS` for so many polls. */
export function watch(
  polls: number,
  { committed, end }: { readonly committed: (seconds: number) => number; readonly end: (seconds: number) => number },
): OffsetHistory {
  return historyOf(
    Array.from({ length: polls }, (_, index): Point => {
      const seconds = (index * POLL_MS) / 1000
      return [committed(seconds), end(seconds)]
    }),
  )
}

/** The time of the newest sample. */
export function nowOf(history: OffsetHistory): number {
  return history.timeMsAt(history.length - 1)
}

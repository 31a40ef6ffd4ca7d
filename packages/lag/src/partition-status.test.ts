import { describe, expect, it } from 'vitest'
import type { OffsetHistory } from './offset-history.ts'
import { type PartitionStatus, partitionStatusOf, type StatusRules } from './partition-status.ts'
import { historyOf, nowOf, type Point, watch } from './testing-support/histories.ts'

function statusNow(history: OffsetHistory, rules?: StatusRules): PartitionStatus {
  return partitionStatusOf(history, nowOf(history), rules)
}

/** Commits of what was processed, every so many seconds. */
function committing(everySeconds: number, processed: (seconds: number) => number): (seconds: number) => number {
  return (seconds) => processed(Math.floor(seconds / everySeconds) * everySeconds)
}

describe('a partition is OK', () => {
  it('without lag, however long nothing was committed', () => {
    expect(statusNow(watch(60, { committed: () => 500, end: () => 500 }))).toBe('OK')
  })

  it('without lag from the first sample on', () => expect(statusNow(historyOf([[5, 5]]))).toBe('OK'))

  it('when lag was 0 at any time in the window, however it grew since', () => {
    const points = Array.from({ length: 20 }, (_, index): Point => (index === 5 ? [50, 50] : [50 + index, 100 + index * index]))
    expect(statusNow(historyOf(points.toSorted(([, left], [, right]) => left - right)))).toBe('OK')
  })

  it('between the commits of a group that keeps pace: lag is a saw-tooth', () => {
    for (const everySeconds of [3, 5, 7, 11, 20])
      expect(statusNow(watch(60, { committed: committing(everySeconds, (s) => s * 1000), end: (s) => 100 + s * 1000 }))).toBe('OK')
  })

  it('when the lag is large but steady', () => {
    expect(statusNow(watch(60, { committed: (s) => s * 1000, end: (s) => 1_000_000 + s * 1000 }))).toBe('OK')
  })

  it('on a slow topic, when a record comes long after the last commit (Burrow#38, #303, PR#338)', () => {
    const slow = watch(60, { committed: (s) => (s < 10 ? 40 : 41), end: (s) => (s < 110 ? 41 : 42) })
    expect(statusNow(slow)).toBe('OK')
  })

  it('when it commits rarely, once that was seen to be its habit', () => {
    // 84 s after its last commit, of which the window holds no other.
    const rare = watch(223, { committed: committing(90, (s) => s * 10), end: (s) => 500 + s * 10 })
    expect(statusNow(rare)).toBe('OK')
  })
})

describe('a partition is WARMING', () => {
  const behind = { committed: (s: number) => s, end: (s: number) => 100 + 10 * s }

  it('with lag, until enough samples are there', () => {
    expect(statusNow(watch(9, behind))).toBe('WARMING')
    expect(statusNow(watch(10, behind))).toBe('BEHIND')
    expect(statusNow(watch(10, behind), { minimumPoints: 11 })).toBe('WARMING')
  })

  it('without any sample', () => expect(partitionStatusOf(historyOf([]), 0)).toBe('WARMING'))
})

describe('a partition is STOPPED', () => {
  it('when commits ceased for longer than they were seen, with lag at the last of them', () => {
    const stopped = watch(60, { committed: (s) => Math.min(s, 30) * 10, end: (s) => 1000 + s * 10 })
    expect(statusNow(stopped)).toBe('STOPPED')
  })

  it('not before they rested for the time of silence', () => {
    const points = { committed: (s: number) => Math.min(s, 4) * 10, end: (s: number) => 1000 + s * 10 }
    expect(statusNow(watch(17, points))).not.toBe('STOPPED')
    expect(statusNow(watch(19, points))).toBe('STOPPED')
    expect(statusNow(watch(19, points), { silenceMs: 60_000 })).not.toBe('STOPPED')
  })

  it('still when its last commit has left the window', () => {
    expect(statusNow(watch(300, { committed: (s) => Math.min(s, 30) * 10, end: (s) => 1000 + s * 10 }))).toBe('STOPPED')
  })

  it('also when nothing is written any more', () => {
    expect(statusNow(watch(60, { committed: (s) => Math.min(s, 30) * 10, end: () => 1000 }))).toBe('STOPPED')
  })
})

describe('a partition is REWIND', () => {
  it('when its committed offset was set back within the window', () => {
    expect(statusNow(watch(60, { committed: (s) => (s < 60 ? 500 + s : s), end: (s) => 1000 + s }))).toBe('REWIND')
  })

  it('not when it had caught up within the window', () => {
    expect(statusNow(watch(60, { committed: (s) => (s < 60 ? 1000 : s), end: () => 1000 }))).toBe('OK')
  })
})

describe('a partition is STALLED', () => {
  it('when its commits were never seen to move and lag was never 0', () => {
    expect(statusNow(watch(60, { committed: () => 500, end: (s) => 1000 + s }))).toBe('STALLED')
    expect(statusNow(watch(60, { committed: () => 500, end: () => 1000 }))).toBe('STALLED')
  })

  it('not before the time of silence', () => {
    expect(statusNow(watch(16, { committed: () => 500, end: () => 1000 }))).toBe('OK')
    expect(statusNow(watch(17, { committed: () => 500, end: () => 1000 }))).toBe('STALLED')
  })

  it('not on a slow topic: the first record after a long quiet', () => {
    expect(statusNow(watch(60, { committed: () => 500, end: (s) => (s < 60 ? 500 : 501) }))).toBe('OK')
  })
})

describe('a partition is BEHIND', () => {
  it('when its lag never decreases from commit to commit', () => {
    expect(statusNow(watch(60, { committed: (s) => s * 100, end: (s) => 1000 + s * 101 }))).toBe('BEHIND')
  })

  it('when its lag grows over bursts of commits', () => {
    expect(statusNow(watch(60, { committed: committing(5, (s) => s * 1200), end: (s) => 1000 + s * 1520 }))).toBe('BEHIND')
  })
})

describe('a partition is CATCHING', () => {
  it('when more is committed than written', () => {
    expect(statusNow(watch(60, { committed: committing(5, (s) => s * 2700), end: (s) => 500_000 + s * 1500 }))).toBe('CATCHING')
    expect(statusNow(watch(60, { committed: (s) => s * 10, end: () => 10_000 }))).toBe('CATCHING')
  })
})

describe('a partition is NO-COMMIT', () => {
  it('when nothing was committed, or the commit expired', () => {
    expect(statusNow(historyOf([[null, 10]]))).toBe('NO-COMMIT')
    expect(
      statusNow(
        historyOf([
          [5, 10],
          [null, 10],
        ]),
      ),
    ).toBe('NO-COMMIT')
  })
})

import { describe, expect, it } from 'vitest'
import { OffsetHistory } from './offset-history.ts'
import { historyOf } from './testing-support/histories.ts'

function rowsOf(history: OffsetHistory): (readonly [number, number, number])[] {
  return Array.from({ length: history.length }, (_, index) => [history.timeMsAt(index), history.committedAt(index), history.endAt(index)])
}

describe('OffsetHistory', () => {
  it('keeps the newest samples, oldest first', () => {
    const history = historyOf(
      [
        [1, 10],
        [2, 20],
        [3, 30],
        [4, 40],
      ],
      { points: 3 },
    )
    expect(rowsOf(history)).toEqual([
      [2000, 2, 20],
      [4000, 3, 30],
      [6000, 4, 40],
    ])
  })

  it('keeps samples at their distance, and the newest of all as the last', () => {
    const history = new OffsetHistory({ points: 3, spacingMs: 1000 })
    for (const timeMs of [0, 400, 800, 1200, 1600, 2400]) history.record({ timeMs, committedOffset: timeMs, endOffset: timeMs })
    expect(rowsOf(history).map(([timeMs]) => timeMs)).toEqual([0, 1200, 2400])
  })

  it('takes a second sample of the same time for the first', () => {
    const history = historyOf([[1, 10]])
    history.record({ timeMs: 0, committedOffset: 2, endOffset: 20 })
    expect(rowsOf(history)).toEqual([[0, 2, 20]])
  })

  it('starts over when the end falls: the topic was created anew', () => {
    const history = historyOf([
      [5, 10],
      [6, 12],
      [0, 3],
    ])
    expect(rowsOf(history)).toEqual([[4000, 0, 3]])
    expect(history.lastMoveMs).toBeUndefined()
  })

  it('starts over when its clock is set back', () => {
    const history = historyOf([
      [5, 10],
      [6, 12],
    ])
    history.record({ timeMs: 1000, committedOffset: 7, endOffset: 13 })
    expect(rowsOf(history)).toEqual([[1000, 7, 13]])
  })

  it('remembers when commits moved after the samples are gone', () => {
    const points = Array.from({ length: 20 }, (_, index): [number, number] => [Math.min(index, 3), 100])
    const history = historyOf(points, { points: 4 })
    expect([history.firstSeenMs, history.lastMoveMs, history.lastPauseMs]).toEqual([0, 6000, 2000])
  })

  it('gives the lags that are known', () => {
    expect(
      historyOf([
        [null, 10],
        [8, 10],
        [12, 10],
      ]).lags(),
    ).toEqual([2, 0])
  })
})

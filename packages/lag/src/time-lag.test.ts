import { describe, expect, it } from 'vitest'
import { OffsetHistory } from './offset-history.ts'
import { historyOf, nowOf, type Point, watch } from './testing-support/histories.ts'
import { timeLagOf } from './time-lag.ts'

const ends = (...offsets: number[]): Point[] => offsets.map((end) => [0, end])

describe('timeLagOf', () => {
  it('is 0 at the end of the log, from the first sample on', () => {
    expect(timeLagOf(historyOf(ends(10)), 10, 60_000)).toEqual({ ms: 0, isExtrapolated: false })
  })

  it('is not known from one sample', () => expect(timeLagOf(historyOf(ends(10)), 9, 60_000)).toBeUndefined())

  it('is the time since the end passed the committed offset, between samples', () => {
    // 100 records in 2 s: offset 150 was passed at 1 s.
    expect(timeLagOf(historyOf(ends(100, 200, 300)), 150, 4000)).toEqual({ ms: 3000, isExtrapolated: false })
  })

  it('takes a flat stretch for one point that lasts: a quiet topic does not age the record that ends the quiet', () => {
    const history = historyOf(ends(100, 100, 100, 100, 110))
    expect(timeLagOf(history, 100, nowOf(history))).toEqual({ ms: 2000, isExtrapolated: false })
    expect(timeLagOf(history, 105, nowOf(history))).toEqual({ ms: 1000, isExtrapolated: false })
  })

  it('goes on from the slope for what was written before the samples begin, and says so', () => {
    // 50 a second; 100 records before the first sample are two seconds more.
    expect(timeLagOf(historyOf(ends(1000, 1100, 1200)), 900, 4000)).toEqual({ ms: 6000, isExtrapolated: true })
  })

  it('is no NaN on a quiet topic, but the least it can be (kafka-lag-exporter#111)', () => {
    expect(timeLagOf(historyOf(ends(100, 100, 100)), 40, 4000)).toEqual({ ms: 4000, isExtrapolated: true })
  })

  it('does not drift while producers are idle (kafka-lag-exporter#32)', () => {
    const busyThenIdle = historyOf([...ends(0, 100, 200), ...ends(...Array<number>(40).fill(200))])
    // The last record was written at 4 s, whatever happened after.
    const { ms } = timeLagOf(busyThenIdle, 199, nowOf(busyThenIdle)) ?? { ms: Number.NaN }
    expect(nowOf(busyThenIdle) - ms).toBeCloseTo(3980, 0)
  })

  it('does not jitter with the time of the poll (kafka-lag-exporter#353)', () => {
    const history = new OffsetHistory()
    const lags: number[] = []
    for (let timeMs = 0, poll = 0; poll < 50; poll++, timeMs += poll % 3 === 0 ? 5000 : 700) {
      history.record({ timeMs, committedOffset: Math.max(0, (timeMs - 5000) / 10), endOffset: timeMs / 10 })
      if (timeMs > 20_000) lags.push(timeLagOf(history, (timeMs - 5000) / 10, timeMs)?.ms ?? Number.NaN)
    }
    for (const lag of lags) expect(lag).toBeCloseTo(5000, 6)
  })

  it('counts from now, not from the newest sample', () => {
    const history = watch(10, { committed: () => 0, end: (seconds) => seconds * 10 })
    expect(timeLagOf(history, 100, nowOf(history) + 7000)?.ms).toBeCloseTo(15_000, 6)
  })
})

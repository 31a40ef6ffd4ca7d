import { describe, expect, it } from 'vitest'
import { etaOf } from './eta.ts'
import { deltaOf, ratesOf } from './rates.ts'
import { historyOf, type Point, watch } from './testing-support/histories.ts'

describe('ratesOf', () => {
  it('is not known from one sample', () => {
    expect(ratesOf(historyOf([[1, 10]]))).toEqual({ inPerSecond: undefined, outPerSecond: undefined })
  })

  it('takes the slope from the first to the last sample, however bursty the commits', () => {
    const history = watch(31, { committed: (seconds) => Math.floor(seconds / 10) * 500, end: (seconds) => 1000 + seconds * 80 })
    expect(ratesOf(history)).toEqual({ inPerSecond: 80, outPerSecond: 50 })
    expect(deltaOf(ratesOf(history))).toBe(30)
  })

  it('leaves out what was committed before the group was set back', () => {
    const points: Point[] = [
      [900, 1000],
      [950, 1000],
      [100, 1000],
      [120, 1000],
      [140, 1000],
    ]
    expect(ratesOf(historyOf(points)).outPerSecond).toBe(10)
  })

  it('knows no rate of commits where there are none', () => {
    const { inPerSecond, outPerSecond } = ratesOf(
      historyOf([
        [null, 10],
        [null, 30],
      ]),
    )
    expect([inPerSecond, outPerSecond]).toEqual([10, undefined])
  })
})

describe('etaOf', () => {
  it('is the lag over what is gained', () => expect(etaOf(3000, { inPerSecond: 100, outPerSecond: 250 })).toBe(20_000))

  it('is never while nothing is gained', () => {
    expect(etaOf(3000, { inPerSecond: 100, outPerSecond: 100 })).toBe('never')
    expect(etaOf(3000, { inPerSecond: 100, outPerSecond: 0 })).toBe('never')
  })

  it('is blank below 100 records and without rates', () => {
    expect(etaOf(99, { inPerSecond: 0, outPerSecond: 1 })).toBeUndefined()
    expect(etaOf(100, { inPerSecond: 0, outPerSecond: 1 })).toBe(100_000)
    expect(etaOf(3000, { inPerSecond: 1, outPerSecond: undefined })).toBeUndefined()
  })
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type GroupPoll, LagMonitor } from './lag-monitor.ts'
import { OffsetHistory, type OffsetSample } from './offset-history.ts'
import { ratesOf } from './rates.ts'
import { timeLagOf } from './time-lag.ts'

const step = fc.record({
  afterMs: fc.integer({ min: 1, max: 20_000 }),
  written: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5000 })),
  committed: fc.option(fc.integer({ min: -3000, max: 6000 }), { freq: 8 }),
  isReadable: fc.boolean(),
})
const steps = fc.array(step, { minLength: 1, maxLength: 150 })

/** Samples of an honest partition: ends rise, commits go anywhere between 0 and the end, or are not there. */
function samplesOf(walk: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): OffsetSample[] {
  let [timeMs, end, committed] = [0, 1000, 500]
  return walk.map((next) => {
    timeMs += next.afterMs
    end += next.written
    committed = Math.min(end, Math.max(0, committed + (next.committed ?? 0)))
    return { timeMs, committedOffset: next.committed === null ? null : committed, endOffset: end }
  })
}

it('a history is the newest samples of an array, whatever its size', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 2, max: 70 }), (walk, points) => {
      const history = new OffsetHistory({ points })
      const samples = samplesOf(walk)
      for (const sample of samples) history.record(sample)
      const held = Array.from({ length: history.length }, (_, index) => ({
        timeMs: history.timeMsAt(index),
        committedOffset: Number.isNaN(history.committedAt(index)) ? null : history.committedAt(index),
        endOffset: history.endAt(index),
      }))
      expect(held).toEqual(samples.slice(-points))
    }),
  )
})

it('samples keep their distance, the last one excepted, and the newest is always there', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 30_000 }), (walk, spacingMs) => {
      const history = new OffsetHistory({ spacingMs })
      for (const sample of samplesOf(walk)) {
        history.record(sample)
        expect(history.timeMsAt(history.length - 1)).toBe(sample.timeMs)
      }
      for (let index = 1; index < history.length - 1; index++)
        expect(history.timeMsAt(index) - history.timeMsAt(index - 1)).toBeGreaterThanOrEqual(spacingMs)
    }),
  )
})

it('rates are never negative and never NaN', () => {
  fc.assert(
    fc.property(steps, (walk) => {
      const history = new OffsetHistory()
      for (const sample of samplesOf(walk)) {
        history.record(sample)
        const { inPerSecond, outPerSecond } = ratesOf(history)
        for (const rate of [inPerSecond, outPerSecond]) if (rate !== undefined) expect(rate).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

it('the time lag is that of a linear search over a producer that writes evenly between samples', () => {
  fc.assert(
    fc.property(steps, fc.nat(), (walk, pick) => {
      const history = new OffsetHistory({ points: 1000 })
      const samples = samplesOf(walk)
      for (const sample of samples) history.record(sample)
      const [first, last] = [samples[0]!, samples.at(-1)!]
      const offset = first.endOffset + (pick % Math.max(1, last.endOffset - first.endOffset))
      fc.pre(offset < last.endOffset)
      const next = samples.findIndex(({ endOffset }) => endOffset > offset)
      const [from, to] = [samples[next - 1]!, samples[next]!]
      const share = (offset - from.endOffset) / (to.endOffset - from.endOffset)
      const passedMs = from.timeMs + share * (to.timeMs - from.timeMs)
      expect(timeLagOf(history, offset, last.timeMs)?.ms).toBeCloseTo(last.timeMs - passedMs, 3)
    }),
  )
})

it('an older offset never has a smaller time lag', () => {
  fc.assert(
    fc.property(steps, fc.nat(5000), fc.nat(5000), (walk, one, other) => {
      const history = new OffsetHistory()
      const samples = samplesOf(walk)
      for (const sample of samples) history.record(sample)
      const nowMs = samples.at(-1)!.timeMs
      const older = timeLagOf(history, Math.min(one, other), nowMs)
      const newer = timeLagOf(history, Math.max(one, other), nowMs)
      fc.pre(older !== undefined && newer !== undefined)
      expect(older!.ms).toBeGreaterThanOrEqual(newer!.ms - 1e-6)
    }),
  )
})

it('whatever is read, lag and time lag are numbers from 0 on, or nothing; totals are sums of what is known', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 1, maxLength: 4 }), (walks) => {
      const monitor = new LagMonitor()
      const partitions = walks.map(samplesOf)
      for (let poll = 0; poll < Math.max(...walks.map(({ length }) => length)); poll++) {
        const group: GroupPoll = {
          groupId: 'g',
          state: 'Stable',
          partitions: partitions.map((samples, partition) => {
            const sample = samples[poll]
            const isReadable = sample !== undefined && walks[partition]![poll]!.isReadable
            const { committedOffset, endOffset } = isReadable ? sample : { committedOffset: undefined, endOffset: undefined }
            return { topic: 't', partition, committedOffset, endOffset }
          }),
        }
        const [lag] = monitor.record(poll * 2000, [group])
        const known = lag!.partitions.map((partition) => partition.lag).filter((value) => typeof value === 'number')
        for (const value of known) expect(value).toBeGreaterThanOrEqual(0)
        for (const { timeLag } of lag!.partitions) if (timeLag) expect(timeLag.ms).toBeGreaterThanOrEqual(0)
        expect(lag!.totals.lag).toBe(known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0))
        expect(lag!.totals.isLowerBound).toBe(known.length < lag!.partitions.length)
      }
    }),
    { numRuns: 50 },
  )
})

it('the same offsets at another time of day give the same answers', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 2 ** 40 }), (walk, shiftMs) => {
      const answers = [0, shiftMs].map((shift) => {
        const monitor = new LagMonitor()
        return samplesOf(walk).map(({ timeMs, committedOffset, endOffset }) => {
          const [group] = monitor.record(timeMs + shift, [
            { groupId: 'g', state: 'Stable', partitions: [{ topic: 't', partition: 0, committedOffset, endOffset }] },
          ])
          const { status, lag, inPerSecond, outPerSecond } = group!.partitions[0]!
          return { status, lag, inPerSecond, outPerSecond }
        })
      })
      expect(answers[1]).toEqual(answers[0])
    }),
    { numRuns: 50 },
  )
})

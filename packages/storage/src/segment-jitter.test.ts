import { expect, test } from 'vitest'
import { rollAfterMs } from './segment-jitter.ts'
import { testId } from './testing-support/storage-rig.ts'

const OFFSETS = Array.from({ length: 1000 }, (_, index) => index * 1000)

function spread(segmentMs: number, segmentJitterMs: number, partition = 0): number[] {
  return OFFSETS.map((offset) => rollAfterMs({ segmentMs, segmentJitterMs }, { ...testId('orders'), partition }, offset))
}

test('without jitter every segment is rolled after segment.ms', () => {
  expect(new Set(spread(1000, 0))).toEqual(new Set([1000]))
})

test('segments are rolled evenly over the jitter before segment.ms', () => {
  const counts = new Array<number>(4).fill(0)
  for (const afterMs of spread(1000, 400)) {
    expect(afterMs > 600 && afterMs <= 1000).toBe(true)
    counts[Math.floor((1000 - afterMs) / 100)]!++
  }
  for (const count of counts) expect(count).toBeGreaterThan(150)
})

test('a jitter above segment.ms counts as segment.ms', () => {
  for (const afterMs of spread(1000, 1_000_000)) expect(afterMs > 0 && afterMs <= 1000).toBe(true)
})

test('the same segment is rolled at the same time after a restart, another partition at another', () => {
  expect(spread(1000, 400)).toEqual(spread(1000, 400))
  expect(spread(1000, 400, 1)).not.toEqual(spread(1000, 400))
})

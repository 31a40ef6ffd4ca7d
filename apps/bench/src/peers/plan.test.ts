import { expect, test } from 'vitest'
import { ours } from './peers.ts'
import { quickPlan, volumeOf, wholePlan } from './plan.ts'

test('small records are limited by their number', () => {
  expect(volumeOf(ours, wholePlan)).toEqual({ count: 1_500_000, fillRecords: 4_500_000, windowRecords: 32_000, callRecords: 1000 })
})

test('a smaller scale sends fewer records', () => {
  expect(volumeOf(ours, quickPlan).count).toBe(225_000)
  expect(volumeOf(ours, { ...wholePlan, scale: 1e-9 }).count).toBe(5000)
})

test('large records are limited by their bytes, in memory, without an acknowledgement and in a call', () => {
  const valueBytes = 10 * 1024
  const { count, windowRecords, callRecords } = volumeOf(ours, { ...wholePlan, valueBytes })
  expect(count * valueBytes).toBeLessThanOrEqual(384 * 2 ** 20)
  expect(windowRecords * valueBytes).toBeLessThanOrEqual(32 * 2 ** 20)
  expect(callRecords * valueBytes).toBeLessThanOrEqual(512 * 2 ** 10)
  expect(windowRecords).toBeGreaterThan(callRecords)
})

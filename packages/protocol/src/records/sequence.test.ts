import { describe, expect, it } from 'vitest'
import { sequenceAfter, sequenceDistance } from './sequence.ts'

const LARGEST = 2 ** 31 - 1

describe('sequence numbers', () => {
  it('begin again at 0 after 2^31 - 1', () => {
    expect(sequenceAfter(0, 5)).toBe(5)
    expect(sequenceAfter(LARGEST, 1)).toBe(0)
    expect(sequenceAfter(LARGEST - 2, 10)).toBe(7)
    expect(sequenceAfter(0, -1)).toBe(LARGEST)
  })

  it('are compared over the wrap', () => {
    expect(sequenceDistance(3, 10)).toBe(7)
    expect(sequenceDistance(10, 3)).toBe(-7)
    expect(sequenceDistance(LARGEST, 0)).toBe(1)
    expect(sequenceDistance(2, LARGEST - 1)).toBe(-4)
    expect(sequenceDistance(8, 8)).toBe(0)
  })
})

import { describe, expect, it } from 'vitest'
import { groupSegments } from './segment-groups.ts'

const segment = (baseOffset: number, sizeBytes: number) => ({ baseOffset, sizeBytes })

describe('groupSegments', () => {
  it('joins neighbours as long as they fit into one segment', () => {
    const segments = [segment(0, 40), segment(10, 50), segment(20, 20), segment(30, 100), segment(40, 1)]
    expect(groupSegments(segments, { segmentBytes: 100, endOffset: 50 })).toEqual([
      { first: 0, count: 2, endOffset: 20 },
      { first: 2, count: 1, endOffset: 30 },
      { first: 3, count: 1, endOffset: 40 },
      { first: 4, count: 1, endOffset: 50 },
    ])
  })

  it('leaves a segment alone that is larger than the config says now', () => {
    expect(groupSegments([segment(0, 500)], { segmentBytes: 100, endOffset: 9 })).toEqual([{ first: 0, count: 1, endOffset: 9 }])
    expect(groupSegments([], { segmentBytes: 100, endOffset: 0 })).toEqual([])
  })

  it('keeps every offset of a segment within 31 bits of its first', () => {
    const far = 2 ** 31
    const counts = (endOffset: number) =>
      groupSegments([segment(5, 1), segment(6, 1)], { segmentBytes: 100, endOffset }).map(({ count }) => count)
    expect(counts(5 + far)).toEqual([2])
    expect(counts(6 + far)).toEqual([1, 1])
  })
})

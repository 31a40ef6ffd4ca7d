import { describe, expect, it } from 'vitest'
import { LeaderEpochCache } from './leader-epoch-cache.ts'

function cacheOf(...entries: readonly (readonly [number, number])[]): LeaderEpochCache {
  const cache = new LeaderEpochCache()
  for (const [epoch, startOffset] of entries) cache.assign(epoch, startOffset)
  return cache
}

describe('a leader epoch cache', () => {
  it('tells where the largest epoch at or below the one asked for ends', () => {
    const cache = cacheOf([1, 0], [4, 10], [5, 30])
    expect(cache.endOffsetFor(0, 50)).toBeUndefined()
    expect(cache.endOffsetFor(1, 50)).toEqual({ epoch: 1, endOffset: 10 })
    expect(cache.endOffsetFor(3, 50)).toEqual({ epoch: 1, endOffset: 10 })
    expect(cache.endOffsetFor(4, 50)).toEqual({ epoch: 4, endOffset: 30 })
    expect(cache.endOffsetFor(9, 50)).toEqual({ epoch: 5, endOffset: 50 })
  })

  it('forgets an epoch that got no records when the next one starts at the same offset', () => {
    expect(cacheOf([1, 0], [2, 10], [3, 10]).entries).toEqual([
      { epoch: 1, startOffset: 0 },
      { epoch: 3, startOffset: 10 },
    ])
  })

  it('loses what is cut off at either end', () => {
    const cache = cacheOf([1, 0], [4, 10], [5, 30])
    cache.truncateFromEnd(30)
    expect(cache.latestEpoch).toBe(4)
    cache.truncateFromStart(15)
    expect(cache.entries).toEqual([{ epoch: 4, startOffset: 15 }])
    cache.truncateFromEnd(0)
    expect(cache.latestEpoch).toBe(-1)
  })
})

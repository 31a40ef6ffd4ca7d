import { describe, expect, it } from 'vitest'
import { groupStatusOf, isIssue, severityOf, totalsOf } from './group-lag.ts'
import { type PartitionLag, type PartitionOffsets, partitionLagOf } from './partition-lag.ts'
import { historyOf, type Point } from './testing-support/histories.ts'

function partition(offsets: PartitionOffsets, points: readonly Point[] = []): PartitionLag {
  const known = typeof offsets.endOffset === 'number' && offsets.committedOffset !== undefined
  const now: Point[] = known ? [[offsets.committedOffset ?? null, offsets.endOffset ?? 0]] : []
  const history = historyOf([...points, ...now])
  return partitionLagOf(history, offsets, { nowMs: points.length * 2000 })
}

describe('partitionLagOf', () => {
  it('is never negative: what was committed after the end was read is no lag (kafka_exporter#76, #191, #437)', () => {
    expect(partition({ committedOffset: 12, endOffset: 10 })).toMatchObject({ lag: 0, status: 'OK', timeLag: { ms: 0 } })
  })

  it('is null without a commit, never the whole log (kafka-lag-exporter#45)', () => {
    const lag = partition({ committedOffset: null, endOffset: 10_000, logStartOffset: 0 })
    expect(lag).toMatchObject({ lag: null, timeLag: null, status: 'NO-COMMIT', isBelowLogStart: false })
  })

  it('is undefined, and not 0, when an offset cannot be had (dbx#6659)', () => {
    expect(partition({ committedOffset: 5, endOffset: undefined })).toMatchObject({ lag: undefined, status: 'UNKNOWN' })
    expect(partition({ committedOffset: undefined, endOffset: 5 })).toMatchObject({ lag: undefined, status: 'UNKNOWN' })
  })

  it('tells when records were deleted that the group had still to read', () => {
    expect(partition({ committedOffset: 5, endOffset: 10, logStartOffset: 6 }).isBelowLogStart).toBe(true)
    expect(partition({ committedOffset: 6, endOffset: 10, logStartOffset: 6 }).isBelowLogStart).toBe(false)
  })

  it('is worked out from the end of now, not from that at the last commit (Burrow#287)', () => {
    expect(partition({ committedOffset: 5, endOffset: 900 }, [[5, 5]]).lag).toBe(895)
  })
})

describe('groupStatusOf', () => {
  const partitions = (...statuses: PartitionLag['status'][]) => statuses.map((status) => ({ status }))

  it('is that of the worst partition', () => {
    expect(groupStatusOf('Stable', partitions('OK', 'STALLED', 'BEHIND'))).toBe('STALLED')
    expect(groupStatusOf('Stable', partitions('OK', 'CATCHING', 'UNKNOWN'))).toBe('UNKNOWN')
  })

  it('is not spoiled by a partition nothing was committed for', () => {
    expect(groupStatusOf('Stable', partitions('NO-COMMIT', 'OK'))).toBe('OK')
    expect(groupStatusOf('Stable', partitions('NO-COMMIT'))).toBe('NO-COMMIT')
    expect(groupStatusOf('Stable', [])).toBe('NO-COMMIT')
  })

  it.each(['PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling'])('is REBALANCE while the group is %s', (state) =>
    expect(groupStatusOf(state, partitions('STOPPED'))).toBe('REBALANCE'),
  )

  it('is EMPTY without members', () => expect(groupStatusOf('Empty', partitions('STOPPED'))).toBe('EMPTY'))

  it('orders what is worse behind what is better', () => {
    const sorted = (['STOPPED', 'OK', 'BEHIND', 'CATCHING', 'NO-COMMIT'] as const).toSorted((a, b) => severityOf(a) - severityOf(b))
    expect(sorted).toEqual(['NO-COMMIT', 'OK', 'CATCHING', 'BEHIND', 'STOPPED'])
    expect([isIssue('CATCHING'), isIssue('EMPTY'), isIssue('REBALANCE'), isIssue('BEHIND')]).toEqual([false, false, true, true])
  })
})

describe('totalsOf', () => {
  const growing = partition({ committedOffset: 1000, endOffset: 3000, logStartOffset: 0 }, [[0, 1000]])
  const idle = partition({ committedOffset: 100, endOffset: 200, logStartOffset: 0 }, [[100, 200]])

  it('adds up lag and rates, and takes the largest time', () => {
    const totals = totalsOf([growing, idle])
    expect(totals).toMatchObject({ lag: 2100, isLowerBound: false, inPerSecond: 1000, outPerSecond: 500, deltaPerSecond: 500, worst: 0 })
    expect(totals.timeLag).toEqual({ ms: 2000, isExtrapolated: false })
    expect(totals.eta).toBe('never')
    expect(totals.skew).toBeCloseTo(2000 / 1050, 6)
  })

  it('has caught up when the last partition has, however quick the others are', () => {
    const quick = partition({ committedOffset: 5000, endOffset: 6000, logStartOffset: 0 }, [[0, 6000]])
    const slow = partition({ committedOffset: 110, endOffset: 1000, logStartOffset: 0 }, [[100, 1000]])
    const [quickMs, slowMs] = [quick.eta as number, slow.eta as number]
    expect(slowMs).toBeGreaterThan(quickMs)
    expect(totalsOf([quick, slow]).eta).toBe(slowMs)
    expect(totalsOf([quick, growing]).eta).toBe('never')
  })

  it('leaves out what is not known and says so', () => {
    expect(totalsOf([idle, partition({ committedOffset: 5, endOffset: undefined })])).toMatchObject({ lag: 100, isLowerBound: true })
    expect(totalsOf([idle, partition({ committedOffset: null, endOffset: 7, logStartOffset: 0 })])).toMatchObject({
      lag: 100,
      isLowerBound: true,
    })
  })

  it('says nothing of partitions without records', () => {
    expect(totalsOf([idle, partition({ committedOffset: null, endOffset: 7, logStartOffset: 7 })]).isLowerBound).toBe(false)
  })

  it('knows nothing of nothing', () => {
    expect(totalsOf([])).toMatchObject({ lag: undefined, isLowerBound: false, worst: -1, timeLag: undefined, eta: undefined })
    expect(totalsOf([partition({ committedOffset: null, endOffset: 7 })])).toMatchObject({ lag: undefined, isLowerBound: true })
  })

  it('says when records were deleted unread', () => {
    expect(totalsOf([idle, partition({ committedOffset: 5, endOffset: 10, logStartOffset: 6 })]).isBelowLogStart).toBe(true)
  })
})

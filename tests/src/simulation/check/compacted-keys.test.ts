import { describe, expect, it } from 'vitest'
import { CompactedKeys, type ReadTime, type SeenRecord } from './compacted-keys.ts'

const RETENTION_MS = 1000

/** Writes `[key, id]` one after the other, acknowledged at offsets from 0 on, a millisecond apart. */
function keysWith(writes: readonly (readonly [string, string | undefined])[], options = {}): CompactedKeys {
  const keys = new CompactedKeys({ deleteRetentionMs: RETENTION_MS, hasClockJumps: false, hasLostSnapshots: false, ...options })
  for (const [offset, [key, id]] of writes.entries()) keys.write(key, id, offset)(offset, offset)
  return keys
}

const seen = (offset: number, key: string, id?: string): SeenRecord => ({ offset, key, id })
const at = (ms: number): ReadTime => ({ askedMs: ms, endedMs: ms })
const TWICE = [
  ['a', 'a1'],
  ['a', 'a2'],
] as const
const DELETED = [
  ['a', 'a1'],
  ['a', undefined],
  ['b', 'b1'],
] as const

describe('CompactedKeys', () => {
  it('allows what compaction may do, and what it has not done yet', () => {
    expect(keysWith(TWICE).problems([seen(0, 'a', 'a1'), seen(1, 'a', 'a2')], at(5))).toEqual([])
    expect(keysWith(TWICE).problems([seen(1, 'a', 'a2')], at(5))).toEqual([])
    expect(keysWith(DELETED).problems([seen(1, 'a'), seen(2, 'b', 'b1')], at(5))).toEqual([])
    expect(keysWith(DELETED).problems([seen(2, 'b', 'b1')], at(5 + RETENTION_MS))).toEqual([])
  })

  it('finds a key that is lost', () => {
    expect(keysWith(TWICE).problems([], at(5))).toEqual(['a: a2, acknowledged at offset 1, is gone'])
  })

  it('finds an older value in the place of a newer one, or of a tombstone', () => {
    expect(keysWith(TWICE).problems([seen(0, 'a', 'a1')], at(5))).toHaveLength(1)
    expect(keysWith(DELETED).problems([seen(0, 'a', 'a1'), seen(2, 'b', 'b1')], at(5 + RETENTION_MS))).toHaveLength(1)
  })

  it('allows a reader to miss a tombstone if it takes longer than those stay', () => {
    const records = [seen(0, 'a', 'a1'), seen(2, 'b', 'b1')]
    expect(keysWith(DELETED).problems(records, { askedMs: 5, endedMs: 5 + RETENTION_MS })).toEqual([])
    expect(keysWith(DELETED).problems(records, { askedMs: 6, endedMs: 5 + RETENTION_MS })).toHaveLength(1)
    const unknown = keysWith(TWICE)
    unknown.write('a', undefined, 2)
    expect(unknown.problems([seen(0, 'a', 'a1')], { askedMs: 5, endedMs: 5 + RETENTION_MS })).toEqual([])
    const replaced = keysWith(TWICE).problems([seen(0, 'a', 'a1')], { askedMs: 5, endedMs: 5 + RETENTION_MS })
    expect(replaced).toEqual(['a: a2, acknowledged at offset 1, and offset 0 shows in its place'])
  })

  it('finds a tombstone that went before its time, unless clocks jump', () => {
    expect(keysWith(DELETED).problems([seen(2, 'b', 'b1')], at(5))).toEqual([
      'a: a tombstone, acknowledged at offset 1, is gone before its time',
    ])
    expect(keysWith(DELETED, { hasClockJumps: true }).problems([seen(2, 'b', 'b1')], at(5))).toEqual([])
  })

  it('counts the time of a tombstone from when it may have been written, to the end of what was read', () => {
    const keys = new CompactedKeys({ deleteRetentionMs: RETENTION_MS, hasClockJumps: false, hasLostSnapshots: false })
    keys.write('a', undefined, 0)(0, 900)
    keys.write('b', 'b1', 900)(1, 900)
    expect(keys.problems([seen(1, 'b', 'b1')], at(999))).toHaveLength(1)
    expect(keys.problems([seen(1, 'b', 'b1')], at(1000))).toEqual([])
    expect(keysWith(DELETED).problems([seen(2, 'b', 'b1')], { askedMs: 5, endedMs: 5 + RETENTION_MS })).toEqual([])
  })

  it('finds what was gone and is back', () => {
    const keys = keysWith(TWICE)
    expect(keys.problems([seen(1, 'a', 'a2')], at(5))).toEqual([])
    expect(keys.problems([seen(0, 'a', 'a1'), seen(1, 'a', 'a2')], at(6))).toEqual(['offset 0 (a=a1) is back'])
  })

  it('finds what was never written, or elsewhere', () => {
    expect(keysWith(TWICE).problems([seen(1, 'a', 'a2'), seen(2, 'a', 'a3')], at(5))).toHaveLength(1)
    expect(keysWith(TWICE).problems([seen(1, 'a', 'a2'), seen(7, 'a', 'a2')], at(5))).toHaveLength(1)
    expect(keysWith(TWICE, { hasLostSnapshots: true }).problems([seen(1, 'a', 'a2'), seen(7, 'a', 'a2')], at(5))).toEqual([])
  })

  it('knows nothing of what was not acknowledged', () => {
    const keys = keysWith(TWICE)
    keys.write('a', 'a3', 3)
    keys.write('b', 'b1', 3)
    expect(keys.problems([seen(1, 'a', 'a2')], at(5))).toEqual([])
    expect(keys.problems([seen(1, 'a', 'a2'), seen(2, 'a', 'a3'), seen(3, 'b', 'b1')], at(5))).toEqual([])
    keys.write('a', undefined, 4)
    expect(keys.problems([], at(5)), 'the tombstone may have been written').toEqual([])
  })
})

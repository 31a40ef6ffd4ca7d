import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OffsetIndex } from './offset-index.ts'
import { TimeIndex } from './time-index.ts'

const GAPS = fc.array(fc.record({ offsets: fc.integer({ min: 1, max: 50 }), bytes: fc.integer({ min: 1, max: 5000 }) }), { maxLength: 80 })

describe('an offset index', () => {
  it('finds what a linear scan finds, before and after it is cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 40 }),
        GAPS,
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 0, max: 200_000 }),
        (base, gaps, ahead, cut) => {
          const index = new OffsetIndex(base)
          let entries: { readonly offset: number; readonly position: number }[] = []
          let offset = base
          let position = 0
          for (const gap of gaps) {
            offset += gap.offsets
            position += gap.bytes
            index.append(offset, position)
            entries.push({ offset, position })
          }
          expect(index.isSane(position + 1)).toBe(true)
          for (let round = 0; round < 2; round++) {
            const wanted = base + ahead
            expect(index.lookup(wanted)).toBe(entries.findLast((entry) => entry.offset <= wanted)?.position ?? 0)
            expect(index.lastPosition).toBe(entries.at(-1)?.position)
            for (const entry of entries) expect(index.lastOffsetAt(entry.position)).toBe(entry.offset)
            index.truncateToPosition(cut)
            entries = entries.filter((entry) => entry.position < cut)
          }
        },
      ),
    )
  })

  it('has the bytes of Kafka: relative offset and position, big-endian int32', () => {
    const index = new OffsetIndex(1000)
    index.append(1258, 0x01020304)
    expect([...index.table.bytes.subarray(0, 8)]).toEqual([0, 0, 1, 2, 1, 2, 3, 4])
  })
})

describe('a time index', () => {
  it('finds what a linear scan finds', () => {
    const entriesOf = fc.array(fc.record({ ms: fc.integer({ min: -5, max: 20 }), offsets: fc.integer({ min: 0, max: 9 }) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(entriesOf, fc.integer({ min: 0, max: 400 }), (gaps, wanted) => {
        const index = new TimeIndex(500)
        const entries: { timestamp: number; offset: number }[] = []
        let timestamp = 100
        let offset = 500
        for (const gap of gaps) {
          timestamp += gap.ms
          offset += gap.offsets
          index.maybeAppend(timestamp, offset)
          const last = entries.at(-1)
          if (timestamp >= 0 && (last === undefined || (timestamp > last.timestamp && offset > last.offset)))
            entries.push({ timestamp, offset })
        }
        expect(index.table.count).toBe(entries.length)
        expect(index.isSane()).toBe(true)
        expect(index.lookupBelow(wanted)).toEqual(entries.findLast((entry) => entry.timestamp < wanted))
        index.truncateToOffset(520)
        expect(index.last).toEqual(entries.filter((entry) => entry.offset < 520).at(-1))
      }),
    )
  })

  it('has the bytes of Kafka: timestamp int64, relative offset int32', () => {
    const index = new TimeIndex(7)
    index.maybeAppend(0x0102_0304_0506, 9)
    expect([...index.table.bytes.subarray(0, 12)]).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 2])
  })
})

import { simulatedCompression } from '@kafka-ts/io/simulated'
import {
  baseSequenceOf,
  CODECS,
  type Codec,
  checkBatch,
  lastOffsetOf,
  maxTimestampOf,
  openBatch,
  producerEpochOf,
  producerIdOf,
  RecordBatchBuilder,
  recordCountOf,
  restampLogAppendTime,
} from '@kafka-ts/protocol/records'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchFilter, horizonOf } from './batch-filter.ts'
import { OffsetMap } from './offset-map.ts'
import type { Pacer } from './pacer.ts'

const NOW_MS = Date.UTC(2024, 0, 1)
const DELETE_RETENTION_MS = 1000
const BASE_OFFSET = 1000
const NEVER_OVER = { isOver: false } as Pacer

interface TestRecord {
  readonly key: string
  readonly value: string | null
  readonly timestamp: number
  readonly headers: readonly { readonly key: string; readonly value: string | null }[]
}

const RECORD: fc.Arbitrary<TestRecord> = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  value: fc.option(fc.string({ maxLength: 200 }), { nil: null }),
  timestamp: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: NOW_MS * 2 }), fc.integer({ min: 0, max: 2 ** 52 })),
  headers: fc.array(fc.record({ key: fc.string({ maxLength: 5 }), value: fc.option(fc.string({ maxLength: 9 }), { nil: null }) }), {
    maxLength: 2,
  }),
})

interface Case {
  readonly records: readonly TestRecord[]
  readonly codec: Codec
  /** Later offsets of some keys. */
  readonly later: readonly string[]
  readonly hasProducer: boolean
  readonly isLogAppendTime: boolean
}

const CASE: fc.Arbitrary<Case> = fc.record({
  records: fc.array(RECORD, { minLength: 1, maxLength: 20 }),
  codec: fc.constantFrom(...CODECS),
  later: fc.subarray(['a', 'b', 'c', 'd', 'e']),
  hasProducer: fc.boolean(),
  isLogAppendTime: fc.boolean(),
})

async function build({ records, codec, hasProducer, isLogAppendTime }: Case): Promise<Uint8Array> {
  const builder = new RecordBatchBuilder({ maxBatchBytes: 2 ** 20 })
  for (const { key, value, timestamp, headers } of records) builder.append(timestamp, key, value, headers)
  const producer = hasProducer ? { producerId: 5, producerEpoch: 3, baseSequence: 77 } : {}
  const batch = Uint8Array.from(await builder.buildCompressed(codec, simulatedCompression(), { baseOffset: BASE_OFFSET, ...producer }))
  if (isLogAppendTime) restampLogAppendTime(batch, 0, NOW_MS - 5)
  return batch
}

/** A map of the batch's own keys, and of those that come later. */
function mapOf({ records, later }: Case): OffsetMap {
  const map = new OffsetMap({ maxBytes: 2 ** 16, baseOffset: BASE_OFFSET, maxKeys: 100, secret: new Uint8Array(16) })
  const put = (key: string, offset: number): void => map.put(Buffer.from(key), 0, key.length, offset)
  for (const [index, { key }] of records.entries()) put(key, BASE_OFFSET + index)
  for (const [index, key] of later.entries()) put(key, BASE_OFFSET + 100 + index)
  map.latestOffset = BASE_OFFSET + 200
  return map
}

function filterAt(nowMs: number, options: { readonly map: OffsetMap; readonly isLast?: boolean }): BatchFilter {
  return new BatchFilter({
    map: options.map,
    clock: { now: () => nowMs },
    pacer: NEVER_OVER,
    compression: simulatedCompression(),
    deleteRetentionMs: DELETE_RETENTION_MS,
    logStartOffset: 0,
    isLastOfProducer: () => options.isLast === true,
  })
}

async function read(batch: Uint8Array) {
  const reader = await openBatch(batch, 0, { maxOutputBytes: 2 ** 24, door: simulatedCompression() })
  const records: object[] = []
  while (reader.next()) {
    const headers = reader.headers().map(({ key, value }) => ({ key, value: value === null ? null : Buffer.from(value).toString() }))
    records.push({ offset: reader.offset, timestamp: reader.timestamp, key: reader.keyString(), value: reader.valueString(), headers })
  }
  return records
}

/** What must be left, as `read` gives it. */
function expected({ records, later, isLogAppendTime }: Case, options: { readonly areTombstonesGone: boolean }): object[] {
  const lastIndex = new Map(records.map(({ key }, index) => [key, index]))
  return records.flatMap(({ key, value, timestamp, headers }, index) => {
    const isKept = lastIndex.get(key) === index && !later.includes(key) && !(options.areTombstonesGone && value === null)
    return isKept ? [{ offset: BASE_OFFSET + index, timestamp: isLogAppendTime ? NOW_MS - 5 : timestamp, key, value, headers }] : []
  })
}

describe('BatchFilter', () => {
  it('leaves of any batch exactly the last records of its keys, with their offsets, times, headers and sequences', async () => {
    await fc.assert(
      fc.asyncProperty(CASE, async (test) => {
        const batch = await build(test)
        const kept = await filterAt(NOW_MS, { map: mapOf(test) }).filter(batch)
        const wanted = expected(test, { areTombstonesGone: false })
        if (wanted.length === 0) {
          expect(kept).toBeUndefined()
          return
        }
        expect(checkBatch(kept!, 0, kept!.length, { validation: 'records', allowOffsetGaps: true })).toBeUndefined()
        expect(await read(kept!)).toEqual(wanted)
        expect([lastOffsetOf(kept!, 0), producerIdOf(kept!, 0), producerEpochOf(kept!, 0), baseSequenceOf(kept!, 0)]).toEqual([
          lastOffsetOf(batch, 0),
          producerIdOf(batch, 0),
          producerEpochOf(batch, 0),
          baseSequenceOf(batch, 0),
        ])
        const times = wanted.map((record) => (record as { readonly timestamp: number }).timestamp)
        expect(maxTimestampOf(kept!, 0)).toBe(Math.max(...times))
        const hasTombstone = wanted.some((record) => (record as { readonly value: string | null }).value === null)
        expect(horizonOf(kept!)).toBe(hasTombstone ? NOW_MS + DELETE_RETENTION_MS : undefined)
      }),
    )
  })

  it('drops the tombstones once their horizon is reached, and changes nothing before', async () => {
    await fc.assert(
      fc.asyncProperty(CASE, async (test) => {
        const map = mapOf(test)
        const first = await filterAt(NOW_MS, { map }).filter(await build(test))
        fc.pre(first !== undefined && horizonOf(first) !== undefined)
        const early = filterAt(NOW_MS + DELETE_RETENTION_MS - 1, { map })
        expect(await early.filter(first)).toBe(first)
        expect(early.earliestHorizonMs).toBe(NOW_MS + DELETE_RETENTION_MS)
        const late = filterAt(NOW_MS + DELETE_RETENTION_MS, { map })
        const kept = await late.filter(first)
        expect(kept === undefined ? [] : await read(kept)).toEqual(expected(test, { areTombstonesGone: true }))
        expect(late.earliestHorizonMs).toBe(Number.POSITIVE_INFINITY)
      }),
    )
  })

  it('leaves the last batch of a producer without its records', async () => {
    const test: Case = {
      records: [{ key: 'a', value: 'x', timestamp: 5, headers: [] }],
      codec: 'gzip',
      later: ['a'],
      hasProducer: true,
      isLogAppendTime: false,
    }
    const batch = await build(test)
    const map = mapOf(test)
    const emptied = await filterAt(NOW_MS, { map, isLast: true }).filter(batch)
    expect([recordCountOf(emptied!, 0), lastOffsetOf(emptied!, 0), producerIdOf(emptied!, 0), baseSequenceOf(emptied!, 0)]).toEqual([
      0,
      BASE_OFFSET,
      5,
      77,
    ])
    expect(checkBatch(emptied!, 0, emptied!.length, { validation: 'records', allowOffsetGaps: true })).toBeUndefined()
    expect(await filterAt(NOW_MS, { map, isLast: true }).filter(emptied!)).toBe(emptied)
    expect(await filterAt(NOW_MS, { map }).filter(emptied!), 'once the producer has written more').toBeUndefined()
  })

  it('keeps everything behind what the map knows, and no horizon begins there', async () => {
    const test: Case = {
      records: ['a', 'a', 'b'].map((key) => ({ key, value: null, timestamp: 5, headers: [] })),
      codec: 'none',
      later: [],
      hasProducer: false,
      isLogAppendTime: false,
    }
    const batch = await build(test)
    const map = mapOf(test)
    map.latestOffset = BASE_OFFSET + 1
    const kept = await filterAt(NOW_MS, { map }).filter(batch)
    expect(await read(kept!)).toMatchObject([{ offset: BASE_OFFSET + 1 }, { offset: BASE_OFFSET + 2 }])
    expect(horizonOf(kept!)).toBeUndefined()
  })

  it('leaves control batches alone', async () => {
    const builder = new RecordBatchBuilder({ maxBatchBytes: 2 ** 20 })
    builder.append(5, 'a', null)
    const batch = Uint8Array.from(builder.build({ baseOffset: BASE_OFFSET, isControl: true, producerId: 5, producerEpoch: 0 }))
    const map = mapOf({ records: [], codec: 'none', later: ['a'], hasProducer: true, isLogAppendTime: false })
    expect(await filterAt(NOW_MS, { map }).filter(batch)).toBe(batch)
  })
})

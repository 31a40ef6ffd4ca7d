import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkBatch } from './check.ts'
import { checkRecords, type RecordsFound } from './check-records.ts'
import { CODECS } from './compression/codec.ts'
import { zlibDoor } from './compression/zlib-door.test-support.ts'
import { readBatchHeader } from './layout.ts'
import { RecordBatchBuilder, type RecordBytes, type RecordHeader } from './record-batch-builder.ts'
import { openBatch, RecordBatchReader } from './record-batch-reader.ts'
import { RecordsError } from './records-error.ts'
import { sealBatch } from './stamp.ts'

interface TestRecord {
  readonly timestamp: number
  readonly key: RecordBytes
  readonly value: RecordBytes
  readonly headers: readonly RecordHeader[]
}

const MAX_OUTPUT_BYTES = 1_000_000

// UTF-16 code units one by one give lone surrogates; long strings cross the threshold between loop and call, and varint sizes.
const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units))
const text = fc.oneof(
  codeUnits,
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ maxLength: 200 }),
  fc.string({ minLength: 1, maxLength: 4 }).map((part) => part.repeat(50)),
)
const bytes: fc.Arbitrary<RecordBytes> = fc.oneof(fc.constant(null), text, fc.uint8Array({ maxLength: 100 }))
const timestamp = fc.oneof(
  fc.integer({ min: -1, max: 200 }),
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  fc.maxSafeInteger().map((value) => Math.abs(value)),
)
const records: fc.Arbitrary<TestRecord[]> = fc.array(
  fc.record({
    timestamp,
    key: bytes,
    value: bytes,
    headers: fc.array(fc.record({ key: fc.oneof(fc.constant('same'), text), value: bytes }), { maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 20 },
)

function builderOf(appended: readonly TestRecord[]): RecordBatchBuilder {
  const builder = new RecordBatchBuilder({ maxBatchBytes: MAX_OUTPUT_BYTES, initialBytes: 64 })
  for (const { timestamp, key, value, headers } of appended) expect(builder.append(timestamp, key, value, headers)).toBe(true)
  return builder
}

function encoded(field: RecordBytes): string | null {
  return field === null ? null : Buffer.from(field as string).toString('hex')
}

function hex(field: Uint8Array | null): string | null {
  return field === null ? null : Buffer.from(field).toString('hex')
}

function expectRecords(reader: RecordBatchReader, expected: readonly TestRecord[]): void {
  for (const [index, record] of expected.entries()) {
    expect(reader.next()).toBe(true)
    expect(reader.offset).toBe(index)
    expect(reader.timestamp).toBe(record.timestamp)
    expect(hex(reader.keyBytes())).toBe(encoded(record.key))
    expect(hex(reader.valueBytes())).toBe(encoded(record.value))
    expect(reader.keyString()).toBe(record.key === null ? null : Buffer.from(record.key as string).toString())
    expect(reader.valueString()).toBe(record.value === null ? null : Buffer.from(record.value as string).toString())
    const headers = record.headers.map(({ key, value }) => [Buffer.from(key).toString(), encoded(value)])
    expect(reader.headers().map(({ key, value }) => [key, hex(value)])).toEqual(headers)
  }
  expect(reader.next()).toBe(false)
}

describe('a record batch', () => {
  test.each(CODECS)('round-trips any records (%s)', async (codec) => {
    await fc.assert(
      fc.asyncProperty(records, async (appended) => {
        const batch = await builderOf(appended).buildCompressed(codec, zlibDoor)
        const found: RecordsFound = { maxTimestamp: 0, offsetDeltaOfMaxTimestamp: 0 }
        expect(checkBatch(batch, 0, batch.length, { validation: 'records', found })).toBeUndefined()
        const header = readBatchHeader(batch, 0)
        const maxTimestamp = Math.max(...appended.map((record) => record.timestamp))
        expect(header.maxTimestamp).toBe(maxTimestamp)
        if (codec === 'none') {
          expect(found.maxTimestamp).toBe(maxTimestamp)
          expect(found.offsetDeltaOfMaxTimestamp).toBe(appended.findIndex((record) => record.timestamp === maxTimestamp))
        }
        expectRecords(await openBatch(batch, 0, { maxOutputBytes: MAX_OUTPUT_BYTES, door: zlibDoor }), appended)
      }),
    )
  })

  test.each(CODECS)('with a flipped bit is a problem, and its reader throws nothing but RecordsError (%s)', async (codec) => {
    await fc.assert(
      fc.asyncProperty(records, fc.nat(), async (appended, position) => {
        const batch = await builderOf(appended).buildCompressed(codec, zlibDoor)
        const bit = position % (batch.length * 8)
        batch[bit >>> 3]! ^= 1 << (bit & 7)
        const problem = checkBatch(batch, 0, batch.length, { validation: 'records' })
        // Base offset and leader epoch lie outside of the CRC.
        const isCovered = bit >>> 3 >= 16 || (bit >>> 3 >= 8 && bit >>> 3 < 12)
        if (isCovered) expect(problem).toBeDefined()
        await expectReadOrRecordsError(batch)
      }),
    )
  })

  test('cut short anywhere is a problem', () => {
    fc.assert(
      fc.property(records, fc.nat(), (appended, position) => {
        const batch = builderOf(appended).build()
        const end = position % batch.length
        expect(checkBatch(batch, 0, end, { validation: 'header' })?.kind).toBe('truncated')
        expect(() => new RecordBatchReader(batch.subarray(0, end), 0)).toThrow(RecordsError)
      }),
    )
  })

  test('with any bytes for records is refused by check and reader alike, or read by both', () => {
    fc.assert(
      fc.property(records, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), (appended, changes) => {
        const batch = builderOf(appended).build()
        for (const [position, byte] of changes) batch[61 + (position % (batch.length - 61))] = byte
        sealBatch(batch, 0)
        const { recordCount, lastOffsetDelta, baseTimestamp } = readBatchHeader(batch, 0)
        const problem = checkRecords(batch, 61, batch.length, { recordCount, lastOffsetDelta, baseTimestamp, allowOffsetGaps: false })
        expect(checkBatch(batch, 0, batch.length, { validation: 'records' })).toEqual(problem)
        if (problem === undefined) readToEnd(new RecordBatchReader(batch, 0))
        else expectOnlyRecordsError(() => readToEnd(new RecordBatchReader(batch, 0)))
      }),
    )
  })
})

function readToEnd(reader: RecordBatchReader): void {
  while (reader.next()) {
    reader.keyString()
    reader.valueBytes()
    reader.headers()
  }
}

function expectOnlyRecordsError(read: () => void): void {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(RecordsError)
  }
}

async function expectReadOrRecordsError(batch: Uint8Array): Promise<void> {
  try {
    readToEnd(await openBatch(batch, 0, { maxOutputBytes: MAX_OUTPUT_BYTES, door: zlibDoor }))
  } catch (error) {
    expect(error).toBeInstanceOf(RecordsError)
  }
}

import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { checkBatch } from './check.ts'
import { CODECS, type Codec, codecOf } from './compression/codec.ts'
import { zlibDoor } from './compression/zlib-door.test-support.ts'
import { KAFKA_PYTHON_BATCHES, KAFKA_PYTHON_TRANSACTIONAL_BATCH } from './kafka-python-batches.test-support.ts'
import { CONTROL_BIT, readBatchHeader, TRANSACTIONAL_BIT } from './layout.ts'
import { RecordBatchBuilder } from './record-batch-builder.ts'
import { openBatch, RecordBatchReader } from './record-batch-reader.ts'
import { stampBatch } from './stamp.ts'

const EVERYTHING = { validation: 'records' } as const
const OPEN = { maxOutputBytes: 1_000_000, door: zlibDoor } as const

function readAll(reader: RecordBatchReader): unknown[] {
  const records: unknown[] = []
  while (reader.next()) records.push([reader.offset, reader.timestamp, reader.keyString(), reader.valueString(), reader.headers()])
  return records
}

function newBuilder(maxBatchBytes = 1_000_000): RecordBatchBuilder {
  return new RecordBatchBuilder({ maxBatchBytes, initialBytes: 128 })
}

/** The records that the kafka-python fixtures hold. */
function appendFixtureRecords(builder: RecordBatchBuilder, repeat: number): void {
  builder.append(1_700_000_000_000, 'key-1', `value-1${'-abc'.repeat(repeat)}`, [
    { key: 'h', value: '1' },
    { key: 'h', value: null },
  ])
  builder.append(1_700_000_000_001, null, 'größer')
  builder.append(1_699_999_999_000, '', null)
}

describe('a record batch', () => {
  test('gives back what was appended', () => {
    const builder = newBuilder()
    expect(builder.append(1_700_000_000_000, 'key', 'value')).toBe(true)
    expect(builder.append(1_699_999_999_999, null, Buffer.from('späť'), [{ key: 'h', value: null }])).toBe(true)
    expect(builder.append(1_700_000_000_005, 'ключ', null)).toBe(true)
    const batch = builder.build()
    stampBatch(batch, 0, { baseOffset: 2 ** 33 + 7, leaderEpoch: 3 })
    expect(checkBatch(batch, 0, batch.length, EVERYTHING)).toBeUndefined()
    expect(readBatchHeader(batch, 0)).toMatchObject({
      baseOffset: 2 ** 33 + 7,
      batchBytes: batch.length,
      leaderEpoch: 3,
      recordCount: 3,
      lastOffsetDelta: 2,
      baseTimestamp: 1_700_000_000_000,
      maxTimestamp: 1_700_000_000_005,
      producerId: -1,
      producerEpoch: -1,
      baseSequence: -1,
    })
    expect(readAll(new RecordBatchReader(batch, 0))).toEqual([
      [2 ** 33 + 7, 1_700_000_000_000, 'key', 'value', []],
      [2 ** 33 + 8, 1_699_999_999_999, null, 'späť', [{ key: 'h', value: null }]],
      [2 ** 33 + 9, 1_700_000_000_005, 'ключ', null, []],
    ])
  })

  test('carries the fields of an idempotent, transactional control batch', () => {
    const builder = newBuilder()
    builder.append(1, 'k', 'v')
    const fields = { baseOffset: 5, producerId: 2 ** 40 + 1, producerEpoch: 7, baseSequence: 2 ** 31 - 1 }
    const header = readBatchHeader(builder.build({ ...fields, isTransactional: true, isControl: true }), 0)
    expect(header).toMatchObject({ ...fields, attributes: TRANSACTIONAL_BIT | CONTROL_BIT })
  })

  test('is refused to its reader when compressed, unless through openBatch', async () => {
    const builder = newBuilder()
    builder.append(1, 'k', 'v')
    const batch = await builder.buildCompressed('lz4', zlibDoor)
    expect(() => new RecordBatchReader(batch, 0)).toThrow('openBatch')
  })
})

describe('RecordBatchBuilder', () => {
  test('refuses a record that does not fit and stays as it was', () => {
    const builder = newBuilder(100)
    expect(builder.append(1, 'key', 'value')).toBe(true)
    const before = Buffer.from(builder.build())
    expect(builder.append(9, 'key', 'x'.repeat(30))).toBe(false)
    expect(builder.append(9, 'key', 'ж'.repeat(15))).toBe(false)
    expect(builder.maxTimestamp).toBe(1)
    expect(Buffer.from(builder.build())).toEqual(before)
    expect(builder.append(9, null, 'still fits')).toBe(true)
  })

  test('fills a batch to the last byte of its limit', () => {
    const builder = newBuilder(61 + 10)
    expect(builder.append(1, null, 'xxxx')).toBe(false)
    expect(builder.append(1, null, 'xxx')).toBe(true)
    expect(builder.sizeInBytes).toBe(71)
    expect(builder.build()).toHaveLength(71)
  })

  test('takes a record over the limit alone when the caller allows it', () => {
    const builder = newBuilder(100)
    expect(builder.append(1, null, 'x'.repeat(500))).toBe(false)
    expect(builder.append(1, null, 'x'.repeat(500), [], true)).toBe(true)
    expect(builder.append(1, null, 'y', [], true)).toBe(false)
    expect(readAll(new RecordBatchReader(builder.build(), 0))).toHaveLength(1)
  })

  test('starts afresh after reset', () => {
    const builder = newBuilder()
    builder.append(50, 'key', 'x'.repeat(500))
    builder.reset()
    expect([builder.recordCount, builder.sizeInBytes, builder.baseTimestamp, builder.maxTimestamp]).toEqual([0, 61, -1, -1])
    builder.append(7, null, 'next')
    expect(readAll(new RecordBatchReader(builder.build(), 0))).toEqual([[0, 7, null, 'next', []]])
  })

  test('refuses to build a batch without records', () => {
    expect(() => newBuilder().build()).toThrow('at least one record')
  })
})

describe('batches made by kafka-python', () => {
  test.each(CODECS)('are read (%s)', async (codec) => {
    const batch = Buffer.from(KAFKA_PYTHON_BATCHES[codec], 'hex')
    expect(checkBatch(batch, 0, batch.length, EVERYTHING)).toBeUndefined()
    expect(codecOf(readBatchHeader(batch, 0).attributes)).toBe<Codec>(codec)
    const value = `value-1${'-abc'.repeat(codec === 'none' ? 8 : 40)}`
    expect(readAll(await openBatch(batch, 0, OPEN))).toEqual([
      [
        0,
        1_700_000_000_000,
        'key-1',
        value,
        [
          { key: 'h', value: Buffer.from('1') },
          { key: 'h', value: null },
        ],
      ],
      [1, 1_700_000_000_001, null, 'größer', []],
      [2, 1_699_999_999_000, '', null, []],
    ])
  })

  test('have the very bytes that are written here', () => {
    const builder = newBuilder()
    appendFixtureRecords(builder, 8)
    const batch = builder.build()
    stampBatch(batch, 0, { baseOffset: 0, leaderEpoch: 0 })
    expect(Buffer.from(batch).toString('hex')).toBe(KAFKA_PYTHON_BATCHES.none)
  })

  test('have the very bytes that are written here, transactional, with timestamps far apart', () => {
    const builder = newBuilder()
    builder.append(0, Buffer.from('k'), 'v')
    builder.append(2 ** 42, 'k2', 'x'.repeat(70))
    const batch = builder.build({ producerId: 4_503_599_627_370_000, producerEpoch: 7, baseSequence: 123_456, isTransactional: true })
    stampBatch(batch, 0, { baseOffset: 0, leaderEpoch: 0 })
    expect(Buffer.from(batch).toString('hex')).toBe(KAFKA_PYTHON_TRANSACTIONAL_BATCH)
  })
})

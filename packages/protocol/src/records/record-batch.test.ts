import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { checkBatch } from './check.ts'
import { readBatchHeader } from './layout.ts'
import { RecordBatchBuilder } from './record-batch-builder.ts'
import { RecordBatchReader } from './record-batch-reader.ts'
import { stampBatch } from './stamp.ts'

const EVERYTHING = { validation: 'records' } as const

describe('a record batch', () => {
  test('gives back what was appended', () => {
    const builder = new RecordBatchBuilder({ maxBatchBytes: 1_000_000 })
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
    })
    const reader = new RecordBatchReader(batch, 0)
    const read = []
    while (reader.next()) read.push([reader.offset - 2 ** 33, reader.timestamp, reader.keyString(), reader.valueString(), reader.headers()])
    expect(read).toEqual([
      [7, 1_700_000_000_000, 'key', 'value', []],
      [8, 1_699_999_999_999, null, 'späť', [{ key: 'h', value: null }]],
      [9, 1_700_000_000_005, 'ключ', null, []],
    ])
  })
})

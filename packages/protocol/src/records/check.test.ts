import { describe, expect, test } from 'vitest'
import { writeInt16, writeInt32, writeInt64 } from './big-endian.ts'
import { type CheckBatchOptions, checkBatch } from './check.ts'
import * as layout from './layout.ts'
import { RecordBatchBuilder } from './record-batch-builder.ts'
import { restampLogAppendTime, sealBatch, stampBatch } from './stamp.ts'

const RECORDS: CheckBatchOptions = { validation: 'records' }

function threeRecords(): Uint8Array {
  const builder = new RecordBatchBuilder({ maxBatchBytes: 1000 })
  for (const value of ['one', 'two', 'three']) builder.append(1_700_000_000_000, null, value)
  return builder.build()
}

/** A batch with one field changed and its CRC put right again. */
function changed(change: (batch: Uint8Array) => void): Uint8Array {
  const batch = threeRecords()
  change(batch)
  sealBatch(batch, 0)
  return batch
}

function kindOf(batch: Uint8Array, options: CheckBatchOptions = RECORDS): string | undefined {
  return checkBatch(batch, 0, batch.length, options)?.kind
}

describe('checkBatch', () => {
  test('finds a good batch good, also within a larger buffer', () => {
    const buffer = new Uint8Array(1000).fill(0xff)
    const batch = threeRecords()
    buffer.set(batch, 10)
    expect(checkBatch(buffer, 10, 10 + batch.length, RECORDS)).toBeUndefined()
    expect(checkBatch(buffer, 10, 1000, RECORDS)).toBeUndefined()
    expect(checkBatch(buffer, 10, 10 + batch.length - 1, RECORDS)?.kind).toBe('truncated')
  })

  test.each([
    ['magic', (batch: Uint8Array) => batch.fill(1, layout.MAGIC_AT, layout.MAGIC_AT + 1)],
    ['codec', (batch: Uint8Array) => writeInt16(batch, layout.ATTRIBUTES_AT, 5)],
    ['count', (batch: Uint8Array) => writeInt32(batch, layout.RECORD_COUNT_AT, 4)],
    ['count', (batch: Uint8Array) => writeInt32(batch, layout.LAST_OFFSET_DELTA_AT, -1)],
    ['field', (batch: Uint8Array) => writeInt64(batch, layout.BASE_OFFSET_AT, -1)],
    ['field', (batch: Uint8Array) => writeInt64(batch, layout.BASE_TIMESTAMP_AT, -2)],
    ['field', (batch: Uint8Array) => batch.fill(0x7f, layout.MAX_TIMESTAMP_AT, layout.MAX_TIMESTAMP_AT + 8)],
    ['field', (batch: Uint8Array) => writeInt64(batch, layout.PRODUCER_ID_AT, -2)],
    ['field', (batch: Uint8Array) => writeInt16(batch, layout.PRODUCER_EPOCH_AT, -2)],
    ['field', (batch: Uint8Array) => writeInt32(batch, layout.BASE_SEQUENCE_AT, -2)],
    ['field', (batch: Uint8Array) => writeInt32(batch, layout.LEADER_EPOCH_AT, -2)],
    ['record', (batch: Uint8Array) => batch.fill(6, layout.BATCH_HEADER_BYTES + 3, layout.BATCH_HEADER_BYTES + 4)],
  ])('names the problem: %s', (kind, change) => {
    expect(kindOf(changed(change))).toBe(kind)
  })

  test('names a length that cannot be, one that is too large and one that goes on behind the buffer', () => {
    const batch = threeRecords()
    writeInt32(batch, layout.BATCH_LENGTH_AT, 48)
    expect(kindOf(batch)).toBe('length')
    writeInt32(batch, layout.BATCH_LENGTH_AT, -1)
    expect(kindOf(batch)).toBe('length')
    writeInt32(batch, layout.BATCH_LENGTH_AT, 2 ** 31 - 1)
    expect(kindOf(batch)).toBe('truncated')
    expect(kindOf(batch, { ...RECORDS, maxBytes: 1000 })).toBe('too large')
  })

  test('accepts missing offsets only where compaction may have been', () => {
    const batch = changed((bytes) => writeInt32(bytes, layout.LAST_OFFSET_DELTA_AT, 7))
    expect(kindOf(batch)).toBe('count')
    expect(kindOf(batch, { ...RECORDS, allowOffsetGaps: true })).toBeUndefined()
    const tooFew = changed((bytes) => writeInt32(bytes, layout.LAST_OFFSET_DELTA_AT, 1))
    expect(kindOf(tooFew, { ...RECORDS, allowOffsetGaps: true })).toBe('count')
  })

  test('sees a damaged record through its CRC, and a wrong one behind a right CRC only by walking', () => {
    const batch = threeRecords()
    batch[batch.length - 1]! ^= 1
    expect(kindOf(batch, { validation: 'header' })).toBeUndefined()
    expect(kindOf(batch, { validation: 'checksum' })).toBe('crc')
    sealBatch(batch, 0)
    expect(kindOf(batch, { validation: 'checksum' })).toBeUndefined()
    expect(kindOf(batch)).toBe('record')
  })
})

describe('stamping', () => {
  test('leaves the CRC right', () => {
    const batch = threeRecords()
    stampBatch(batch, 0, { baseOffset: 2 ** 40, leaderEpoch: 9 })
    expect(kindOf(batch)).toBeUndefined()
    expect([layout.lastOffsetOf(batch, 0), layout.leaderEpochOf(batch, 0)]).toEqual([2 ** 40 + 2, 9])
  })

  test('the time of the append renews the CRC', () => {
    const batch = threeRecords()
    restampLogAppendTime(batch, 0, 1_800_000_000_000)
    expect(kindOf(batch)).toBeUndefined()
    expect(layout.maxTimestampOf(batch, 0)).toBe(1_800_000_000_000)
    expect(layout.attributesOf(batch, 0)).toBe(layout.TIMESTAMP_TYPE_BIT)
  })
})

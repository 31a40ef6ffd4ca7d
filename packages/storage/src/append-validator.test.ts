import {
  ATTRIBUTES_AT,
  CONTROL_BIT,
  DELETE_HORIZON_BIT,
  LAST_OFFSET_DELTA_AT,
  MAGIC_AT,
  RecordBatchBuilder,
  sealBatch,
  TRANSACTIONAL_BIT,
  writeInt32,
} from '@kafka-ts/protocol/records'
import { describe, expect, it } from 'vitest'
import { CheckedBatches, checkBatches } from './append-validator.ts'
import { emptiedBatch, gapBatch } from './cleaner/empty-batch.ts'
import { batchOf, TEST_CONFIG } from './testing-support/storage-rig.ts'

const NOW_MS = Date.UTC(2024, 0, 1)

function codeOf(buffer: Uint8Array, config = {}): string {
  const result = checkBatches(buffer, { config: { ...TEST_CONFIG, ...config }, nowMs: NOW_MS })
  return result instanceof CheckedBatches ? `${result.count} batches, ${result.recordCount} records` : result.code
}

function withAttributes(bits: number): Uint8Array {
  const batch = batchOf(['a'])
  batch[ATTRIBUTES_AT + 1] = bits
  sealBatch(batch, 0)
  return batch
}

describe('checkBatches', () => {
  it('takes any number of whole batches', () => {
    expect(codeOf(batchOf(['a', 'b']))).toBe('1 batches, 2 records')
    expect(codeOf(Buffer.concat([batchOf(['a', 'b']), batchOf(['c'])]))).toBe('2 batches, 3 records')
    expect(codeOf(new Uint8Array(0))).toBe('INVALID_RECORD')
  })

  it('refuses every cut and every flipped bit, as a value', () => {
    const batch = batchOf(['some', 'values'])
    for (let size = 1; size < batch.length; size++) expect(codeOf(batch.subarray(0, size))).toMatch(/^[A-Z_]+$/)
    for (let bit = 17 * 8; bit < batch.length * 8; bit++) {
      const flipped = Uint8Array.from(batch)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      expect(codeOf(flipped), `bit ${bit}`).toMatch(/^[A-Z_]+$/)
    }
  })

  it('names what is wrong', () => {
    const crc = batchOf(['a'])
    crc[crc.length - 1]! ^= 1
    expect(codeOf(crc)).toBe('CORRUPT_MESSAGE')
    expect(codeOf(batchOf(['x'.repeat(500)]), { maxMessageBytes: 500 })).toBe('MESSAGE_TOO_LARGE')
    const magic = batchOf(['a'])
    magic[MAGIC_AT] = 1
    expect(codeOf(magic)).toBe('UNSUPPORTED_FOR_MESSAGE_FORMAT')
    expect(codeOf(withAttributes(7))).toBe('UNSUPPORTED_COMPRESSION_TYPE')
    expect(codeOf(withAttributes(CONTROL_BIT))).toBe('INVALID_RECORD')
    expect(codeOf(withAttributes(TRANSACTIONAL_BIT))).toBe('INVALID_RECORD')
  })

  it('compares timestamps with the clock where producers set them', () => {
    const config = { messageTimestampBeforeMaxMs: 1000, messageTimestampAfterMaxMs: 2000 }
    expect(codeOf(batchOf(['a'], NOW_MS - 1000), config)).toBe('1 batches, 1 records')
    expect(codeOf(batchOf(['a'], NOW_MS - 1001), config)).toBe('INVALID_TIMESTAMP')
    expect(codeOf(batchOf(['a', 'b'], NOW_MS + 1999), config)).toBe('1 batches, 2 records')
    expect(codeOf(batchOf(['a', 'b'], NOW_MS + 2000), config)).toBe('INVALID_TIMESTAMP')
    expect(codeOf(batchOf(['a'], NOW_MS - 1001), { ...config, messageTimestampType: 'LogAppendTime' })).toBe('1 batches, 1 records')
  })

  it('takes what compaction leaves behind from no producer: gaps, no records, a delete horizon', () => {
    const gap = batchOf(['a', 'b'])
    writeInt32(gap, LAST_OFFSET_DELTA_AT, 2)
    sealBatch(gap, 0)
    expect(codeOf(gap)).toBe('INVALID_RECORD')
    expect(codeOf(gapBatch({ baseOffset: 0, nextOffset: 1, leaderEpoch: 0, maxTimestamp: NOW_MS }))).toBe('INVALID_RECORD')
    expect(codeOf(emptiedBatch(batchOf(['a'])))).toBe('INVALID_RECORD')
    expect(codeOf(withAttributes(DELETE_HORIZON_BIT))).toBe('INVALID_RECORD')
  })

  it('asks for keys where the topic is compacted', () => {
    const builder = new RecordBatchBuilder({ maxBatchBytes: 1024 })
    builder.append(NOW_MS, 'key', 'value')
    const keyed = Uint8Array.from(builder.build())
    builder.append(NOW_MS, null, 'value')
    const batch = Uint8Array.from(builder.build())
    for (const cleanupPolicy of ['compact', 'compact,delete']) {
      expect(codeOf(keyed, { cleanupPolicy })).toBe('1 batches, 1 records')
      expect(codeOf(batch, { cleanupPolicy })).toBe('INVALID_RECORD')
      expect(codeOf(Buffer.concat([keyed, batch]), { cleanupPolicy })).toBe('INVALID_RECORD')
    }
    expect(codeOf(batch)).toBe('1 batches, 2 records')
  })
})

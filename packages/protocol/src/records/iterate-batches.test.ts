import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { iterateBatches } from './iterate-batches.ts'
import { RecordBatchBuilder } from './record-batch-builder.ts'
import { RecordBatchReader } from './record-batch-reader.ts'
import { restampLogAppendTime } from './stamp.ts'

function batchOf(value: string): Uint8Array {
  const builder = new RecordBatchBuilder({ maxBatchBytes: 1000 })
  builder.append(1, null, value)
  return builder.build()
}

const first = batchOf('first')
const second = batchOf('second one')
const both = Buffer.concat([first, second])

describe('iterateBatches', () => {
  test('finds each batch', () => {
    expect([...iterateBatches(both)]).toEqual([
      { start: 0, end: first.length },
      { start: first.length, end: both.length },
    ])
    expect([...iterateBatches(both, { start: first.length })]).toHaveLength(1)
  })

  test.each([1, 11, 12, 60, first.length + 1, both.length - 1])('leaves out a last batch cut at %i only when told to', (end) => {
    expect([...iterateBatches(both, { end, allowPartialLast: true })]).toHaveLength(end > first.length ? 1 : 0)
    expect(() => [...iterateBatches(both, { end })]).toThrow('cut short')
  })

  test('refuses a length that would not move on', () => {
    expect(() => [...iterateBatches(new Uint8Array(100), { allowPartialLast: true })]).toThrow('shorter than its header')
  })
})

describe('RecordBatchReader', () => {
  test('reads a batch in the middle of a buffer and nothing behind it', () => {
    const reader = new RecordBatchReader(both, first.length)
    expect(reader.next()).toBe(true)
    expect(reader.valueString()).toBe('second one')
    expect(reader.next()).toBe(false)
    expect(reader.next()).toBe(false)
  })

  test('gives every record the time of the append when the batch says so', () => {
    const batch = Uint8Array.from(first)
    restampLogAppendTime(batch, 0, 99)
    const reader = new RecordBatchReader(batch, 0)
    reader.next()
    expect(reader.timestamp).toBe(99)
  })
})

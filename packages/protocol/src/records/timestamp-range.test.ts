import { expect, it } from 'vitest'
import { RecordBatchBuilder } from './record-batch-builder.ts'
import { RecordBatchReader } from './record-batch-reader.ts'

it('reads the largest difference of timestamps that a batch can have', () => {
  const builder = new RecordBatchBuilder({ maxBatchBytes: 1000 })
  builder.append(0, null, '')
  builder.append(Number.MAX_SAFE_INTEGER, null, '')
  const reader = new RecordBatchReader(builder.build(), 0)
  expect(reader.next()).toBe(true)
  expect(reader.next()).toBe(true)
  expect(reader.timestamp).toBe(Number.MAX_SAFE_INTEGER)
})

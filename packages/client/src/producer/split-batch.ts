import { RecordBatchReader } from '@kafka-ts/protocol/records'
import type { ProducerBatch } from './producer-batch.ts'

/**
 * Moves the records of a batch that is too large for its topic into batches of about half its size, in order. `newBatch` gives an empty batch
 * with a limit in bytes. The original's records are read from its builder, which holds them uncompressed.
 */
export function splitBatch(batch: ProducerBatch, newBatch: (maxBatchBytes: number) => ProducerBatch): ProducerBatch[] {
  const bytes = batch.builder.build()
  const reader = new RecordBatchReader(bytes, 0)
  const maxBatchBytes = Math.ceil(bytes.length / 2)
  const parts: ProducerBatch[] = []
  let part = newBatch(maxBatchBytes)
  while (reader.next()) {
    const record = { key: reader.keyBytes(), value: reader.valueBytes(), headers: reader.headers() }
    if (part.adopt(batch, record)) continue
    parts.push(part)
    part = newBatch(maxBatchBytes)
    part.adopt(batch, record)
  }
  parts.push(part)
  return parts
}

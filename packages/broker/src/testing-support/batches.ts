import { type Codec, type CompressionDoor, iterateBatches, openBatch, RecordBatchBuilder } from '@kafka-ts/protocol/records'

export interface TestRecord {
  readonly key?: string | null
  readonly value: string | null
  /** Default 1,000,000,000,000 (in 2001). */
  readonly timestampMs?: number
}

/** A record as it was read back. */
export interface ReadRecord {
  readonly offset: number
  readonly timestampMs: number
  readonly key: string | null
  readonly value: string | null
}

const SOME_TIME_MS = 1_000_000_000_000
const MAX_OUTPUT_BYTES = 2 ** 26

/** One uncompressed batch, in a buffer of its own. */
export function batchOf(records: readonly TestRecord[], fields: Parameters<RecordBatchBuilder['build']>[0] = {}): Uint8Array {
  return builderOf(records).build(fields).slice()
}

/** One batch of values. */
export function batchOfValues(...values: readonly string[]): Uint8Array {
  return batchOf(values.map((value) => ({ value })))
}

/** One compressed batch. */
export function compressedBatchOf(records: readonly TestRecord[], codec: Codec, door: CompressionDoor): Promise<Uint8Array> {
  return builderOf(records).buildCompressed(codec, door)
}

/** Every record of the batches in `bytes`. */
export async function readRecords(bytes: Uint8Array, door: CompressionDoor): Promise<ReadRecord[]> {
  const records: ReadRecord[] = []
  for (const { start } of iterateBatches(bytes)) {
    const reader = await openBatch(bytes, start, { maxOutputBytes: MAX_OUTPUT_BYTES, door })
    while (reader.next())
      records.push({ offset: reader.offset, timestampMs: reader.timestamp, key: reader.keyString(), value: reader.valueString() })
  }
  return records
}

function builderOf(records: readonly TestRecord[]): RecordBatchBuilder {
  const builder = new RecordBatchBuilder({ maxBatchBytes: 2 ** 30 })
  for (const { key = null, value, timestampMs = SOME_TIME_MS } of records) builder.append(timestampMs, key, value)
  return builder
}

import type { Clock, Compression } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import { iterateBatches, lastOffsetOf, openBatch, type RecordBatchReader } from '@kafka-ts/protocol/records'
import type { ShardLog } from './shard-log.ts'

/** What is read at once, and replayed before anything else has its turn. */
const READ_BYTES = 2 ** 20
/** Of one compressed batch; this broker writes none, but a directory may come from elsewhere. */
const MAX_BATCH_BYTES = 2 ** 26

export interface ReadRecordsOptions {
  readonly log: ShardLog
  readonly clock: Clock
  readonly compression: Compression
  /** Asked between reads; true ends the reading early. */
  readonly isCancelled: () => boolean
}

/** Hands every committed record of a partition to `onRecord`, from the start. Throws `KafkaError` when it cannot be read. */
export async function readRecords(
  options: ReadRecordsOptions,
  onRecord: (key: Uint8Array, value: Uint8Array | null) => void,
): Promise<void> {
  const { log, clock } = options
  let offset = log.logStartOffset
  while (offset < log.highWatermark && !options.isCancelled()) {
    const { errorCode, buffers } = await log.read({ offset, maxBytes: READ_BYTES, atLeastOne: true })
    if (errorCode !== 0) throw KafkaError.fromWire(errorCode)
    const before = offset
    for (const buffer of buffers) offset = await replayBatches(buffer, offset, { options, onRecord })
    if (offset === before) throw new KafkaError('KAFKA_STORAGE_ERROR', `nothing could be read at offset ${offset}`)
    await new Promise<void>((resolve) => clock.defer(resolve))
  }
}

/** The offset behind the last batch of `buffer`. */
async function replayBatches(
  buffer: Uint8Array,
  offset: number,
  { options, onRecord }: { readonly options: ReadRecordsOptions; readonly onRecord: (key: Uint8Array, value: Uint8Array | null) => void },
): Promise<number> {
  let next = offset
  for (const { start } of iterateBatches(buffer)) {
    const opened = openBatch(buffer, start, { maxOutputBytes: MAX_BATCH_BYTES, door: options.compression })
    const reader: RecordBatchReader = opened instanceof Promise ? await opened : opened
    while (reader.next()) {
      const key = reader.keyBytes()
      if (key !== null && !reader.isControl) onRecord(key, reader.valueBytes())
    }
    // Compaction may have taken the last records of a batch, or all.
    next = lastOffsetOf(buffer, start) + 1
  }
  return next
}

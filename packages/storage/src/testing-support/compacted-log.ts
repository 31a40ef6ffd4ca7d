import type { Clock } from '@kafka-ts/io'
import { batchBytesOf, lastOffsetOf, RecordBatchBuilder, RecordBatchReader, type RecordBytes } from '@kafka-ts/protocol/records'
import { LogCleaner } from '../cleaner/log-cleaner.ts'
import type { Log } from '../log.ts'
import { SILENT_LOGGER } from '../log-directory-options.ts'
import { checked, type StorageRig } from './storage-rig.ts'

/** A record as a test writes and reads it; a value of null is a tombstone. */
export interface KeyedRecord {
  readonly key: string
  readonly value: string | null
}

export interface ReadRecord extends KeyedRecord {
  readonly offset: number
  readonly timestamp: number
}

export interface ReadBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly records: readonly ReadRecord[]
}

/** One batch of these records, as a producer would send it. */
export function keyedBatch(records: readonly KeyedRecord[], timestampMs: number, fields = {}): Uint8Array {
  const builder = new RecordBatchBuilder({ maxBatchBytes: 1024 * 1024 })
  for (const { key, value } of records) builder.append(timestampMs, key as RecordBytes, value)
  return Uint8Array.from(builder.build(fields))
}

/** Appends one batch and waits until it is durable; its base offset. */
export async function appendKeyed(rig: StorageRig, log: Log, records: readonly KeyedRecord[], fields = {}): Promise<number> {
  const { baseOffset } = log.append(checked(keyedBatch(records, rig.clock.now(), fields)))
  await rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
  return baseOffset
}

/** Everything a reader sees of a log of uncompressed batches, up to what is durable when it begins. */
export async function readBatches(log: Log, maxBytes = 2000): Promise<ReadBatch[]> {
  const batches: ReadBatch[] = []
  const end = log.durableOffset
  for (let offset = log.logStartOffset; offset < end; ) {
    const slice = await log.read({ offset, maxBytes, limitOffset: end, atLeastOne: true })
    if (slice.bytes === 0) throw new Error(`nothing at offset ${offset} of ${end}`)
    for (const buffer of slice.buffers) {
      for (let at = 0; at < buffer.length; at += batchBytesOf(buffer, at)) batches.push(readBatch(buffer, at))
    }
    offset = slice.nextOffset
  }
  return batches
}

export async function readRecords(log: Log): Promise<ReadRecord[]> {
  return (await readBatches(log)).flatMap(({ records }) => records)
}

function readBatch(buffer: Uint8Array, at: number): ReadBatch {
  const reader = new RecordBatchReader(buffer, at)
  const records: ReadRecord[] = []
  while (reader.next()) {
    records.push({ offset: reader.offset, timestamp: reader.timestamp, key: reader.keyString() ?? '', value: reader.valueString() })
  }
  return {
    baseOffset: Number(Buffer.from(buffer.buffer, buffer.byteOffset + at, 8).readBigInt64BE()),
    lastOffset: lastOffsetOf(buffer, at),
    records,
  }
}

/** A cleaner on the doors of a rig, with room for `mapBytes` of keys. */
export function cleanerOf(rig: StorageRig, options: { readonly mapBytes?: number; readonly clock?: Clock } = {}): LogCleaner {
  return new LogCleaner({
    clock: options.clock ?? rig.clock,
    random: rig.random,
    compression: rig.compression,
    logger: { ...SILENT_LOGGER, error: (message) => void rig.warnings.push(message), warn: (message) => void rig.warnings.push(message) },
    mapBytes: options.mapBytes ?? 64 * 1024,
    maxBytesPerSecond: Number.POSITIVE_INFINITY,
  })
}

/** Cleans until nothing is left to clean; how often it did. */
export async function cleanAll(log: Log, cleaner: LogCleaner): Promise<number> {
  let count = 0
  while ((await cleaner.cleanNext([{ log, limitOffset: log.durableOffset }])) !== undefined) count++
  return count
}

/** Closes the segment that is written to, so that all before can be cleaned; one that is empty stays. */
export async function rollNow(log: Log): Promise<void> {
  await log.flush()
  const { storage } = log.internals
  if (storage.active?.sizeBytes !== 0) storage.roll(log.logEndOffset)
}

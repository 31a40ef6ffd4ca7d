import type { Compression } from '@kafka-ts/io'
import { attributesOf, CONTROL_BIT, openBatch } from '@kafka-ts/protocol/records'
import { MAX_DECOMPRESSED_BYTES, RECORDS_PER_LOOK } from './batch-filter.ts'
import type { Cleanable } from './cleanable.ts'
import type { OffsetMap } from './offset-map.ts'
import type { Pacer } from './pacer.ts'
import { segmentBatches } from './segment-batches.ts'

export interface BuildOffsetMapOptions {
  readonly pacer: Pacer
  readonly compression: Compression
  readonly indexIntervalBytes: number
}

/**
 * Notes the keys of the dirty records from the first one on, as many as the map holds; `map.latestOffset` then says how far that was. Rejects with
 * `StorageError` `CORRUPT`, `RecordsError` for a batch that cannot be opened, or `DiskError`.
 */
export async function buildOffsetMap(map: OffsetMap, cleanable: Cleanable, options: BuildOffsetMapOptions): Promise<void> {
  const { segments, firstDirtyOffset, endOffset } = cleanable
  for (const [index, segment] of segments.entries()) {
    const segmentEnd = segments[index + 1]?.baseOffset ?? endOffset
    if (segmentEnd <= firstDirtyOffset) continue
    for await (const batches of segmentBatches(segment, { ...options, fromOffset: firstDirtyOffset, endOffset: segmentEnd })) {
      for (const { bytes, nextOffset } of batches) {
        if (!(await noteBatch(map, bytes, { ...options, firstDirtyOffset }))) return
        // Of the records that compaction took from the batch nothing is to be noted.
        map.latestOffset = nextOffset - 1
      }
    }
  }
}

/** False when the map has no room for all of it. */
async function noteBatch(
  map: OffsetMap,
  batch: Uint8Array,
  { pacer, compression, firstDirtyOffset }: BuildOffsetMapOptions & { readonly firstDirtyOffset: number },
): Promise<boolean> {
  if ((attributesOf(batch, 0) & CONTROL_BIT) !== 0) return true
  const opened = openBatch(batch, 0, { maxOutputBytes: MAX_DECOMPRESSED_BYTES, door: compression })
  const reader = opened instanceof Promise ? await opened : opened
  for (let count = 1; reader.next(); count++) {
    const { offset, keyStart } = reader
    if (offset < firstDirtyOffset) continue
    if (map.isFull || offset >= map.limitOffset) return false
    if (keyStart >= 0) map.put(reader.bytes, keyStart, reader.keyEnd, offset)
    map.latestOffset = offset
    if (count % RECORDS_PER_LOOK === 0 && pacer.isOver) await pacer.rest()
  }
  return true
}

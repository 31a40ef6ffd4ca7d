import type { Clock, Compression, Disk } from '@kafka-ts/io'
import type { Log } from '../log.ts'
import type { Segment } from '../segment.ts'
import { StorageError } from '../storage-error.ts'
import { BatchFilter } from './batch-filter.ts'
import { buildOffsetMap } from './build-offset-map.ts'
import type { Cleanable } from './cleanable.ts'
import { OffsetMap } from './offset-map.ts'
import type { Pacer } from './pacer.ts'
import { type SegmentBatchesOptions, segmentBatches } from './segment-batches.ts'
import { groupSegments } from './segment-groups.ts'
import { SegmentWriter } from './segment-writer.ts'

export interface CleanPassOptions {
  readonly log: Log
  readonly cleanable: Cleanable
  readonly pacer: Pacer
  readonly clock: Clock
  readonly disk: Disk
  readonly compression: Compression
  /** The most that the offset map may take. */
  readonly mapBytes: number
  /** Of the hashes in it. */
  readonly secret: Uint8Array
}

/** What one cleaning of a log did. */
export interface CleanSummary {
  /** Everything below is clean now. */
  readonly cleanedOffset: number
  /** When there are tombstones to drop; infinite when there are none. */
  readonly horizonMs: number
  /** Sizes of the segments, before and after. */
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * One cleaning of one log: notes the last offset of each dirty key, as many as there is memory for, then writes all segments up to there again
 * without what these replace.
 *
 * From the oldest segments on, each group in its place and durable before the next: what a tombstone deletes lies before it, and must be gone
 * before the tombstone may begin to count its time, let alone go. For the same reason whatever goes wrong ends the whole cleaning.
 *
 * Rejects with `StorageError` (`CORRUPT`, `DISK_FULL`, ...), `RecordsError`, `DiskError`, or the reason it was told to end for. What was put in
 * place until then stays; nothing else is left.
 */
export async function cleanPass(options: CleanPassOptions): Promise<CleanSummary> {
  const { log, cleanable, mapBytes, secret } = options
  const { firstDirtyOffset, endOffset } = cleanable
  const maxKeys = endOffset - firstDirtyOffset
  const map = new OffsetMap({ maxBytes: mapBytes, baseOffset: firstDirtyOffset, maxKeys, secret })
  const { indexIntervalBytes, segmentBytes } = log.config
  if (firstDirtyOffset < endOffset) {
    await unlessGone(log, cleanable.segments, () => buildOffsetMap(map, cleanable, { ...options, indexIntervalBytes }))
  }
  const filter = new BatchFilter({
    ...options,
    map,
    deleteRetentionMs: log.config.deleteRetentionMs,
    logStartOffset: log.logStartOffset,
    isLastOfProducer: (producerId, lastOffset) => log.internals.storage.producers.get(producerId)?.lastOffset === lastOffset,
  })
  const cleanedOffset = map.latestOffset + 1
  const segments = cleanable.segments.filter(({ baseOffset }) => baseOffset < cleanedOffset)
  let bytesBefore = 0
  let bytesAfter = 0
  const limits = { segmentBytes, endOffset: cleanable.segments[segments.length]?.baseOffset ?? endOffset }
  for (const { first, count, endOffset: groupEnd } of groupSegments(segments, limits)) {
    const group = segments.slice(first, first + count)
    for (const { sizeBytes } of group) bytesBefore += sizeBytes
    bytesAfter += await unlessGone(log, group, () => rewrite({ group, endOffset: groupEnd }, filter, options))
  }
  return { cleanedOffset, horizonMs: filter.earliestHorizonMs, bytesBefore, bytesAfter }
}

/** Puts what is left of a group in its place; resolves with its bytes. */
async function rewrite(
  { group, endOffset }: { readonly group: readonly Segment[]; readonly endOffset: number },
  filter: BatchFilter,
  options: CleanPassOptions,
): Promise<number> {
  const { log, disk, pacer } = options
  const { storage, guard } = log.internals
  const { indexIntervalBytes } = log.config
  const [first] = group as [Segment]
  const writerOptions = { disk, pacer, directory: storage.directory, baseOffset: first.baseOffset, indexIntervalBytes, guard }
  const writer = await guard(async () => new SegmentWriter(writerOptions))
  try {
    for (const [index, segment] of group.entries()) {
      const segmentEnd = group[index + 1]?.baseOffset ?? endOffset
      await filterSegment(segment, {
        filter,
        writer,
        reading: { pacer, indexIntervalBytes, fromOffset: segment.baseOffset, endOffset: segmentEnd },
      })
    }
    const cleaned = await writer.finish()
    if (!(await log.replaceSegments(group, cleaned)))
      throw new SegmentsGoneError(`segments of ${storage.directory} went while they were cleaned`)
    return cleaned.sizeBytes
  } catch (error) {
    // What ended the cleaning is what counts; files that stay behind are removed by the next start.
    await guard(async () => writer.discard()).catch(() => undefined)
    throw error
  }
}

async function filterSegment(
  segment: Segment,
  options: { readonly filter: BatchFilter; readonly writer: SegmentWriter; readonly reading: SegmentBatchesOptions },
): Promise<void> {
  const { filter, writer, reading } = options
  for await (const batches of segmentBatches(segment, reading)) {
    for (const batch of batches) {
      const kept = await filter.filter(batch.bytes)
      if (kept === undefined) await writer.skip(batch)
      else await writer.add(kept)
      if (writer.isTooLarge) throw new StorageError('CORRUPT', `${segment.files.log} would become too large by cleaning`)
      if (reading.pacer.isOver) await reading.pacer.rest()
    }
  }
}

/** What is found wrong with segments that somebody removes meanwhile says nothing. */
async function unlessGone<Result>(log: Log, segments: readonly Segment[], task: () => Promise<Result>): Promise<Result> {
  try {
    return await task()
  } catch (error) {
    const present = log.internals.storage.segments
    if (!log.isRemoved && segments.every((segment) => present.includes(segment))) throw error
    throw new SegmentsGoneError(`segments of ${log.internals.storage.directory} went while they were cleaned`, { cause: error })
  }
}

/** Retention, or somebody who deleted records or the log, was faster. */
export class SegmentsGoneError extends Error {
  override readonly name = 'SegmentsGoneError'
}

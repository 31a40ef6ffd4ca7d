import type { Disk } from '@kafka-ts/io'
import type { LogConfig } from './log-config.ts'
import type { Segment } from './segment.ts'

/** What decides which segments are old. */
export interface RetentionLimits {
  readonly config: Pick<LogConfig, 'retentionMs' | 'retentionBytes' | 'indexIntervalBytes'>
  readonly nowMs: number
  /** Only segments that end at or below it may go. */
  readonly durableOffset: number
  readonly disk: Disk
}

/**
 * How many segments, from the oldest, are past `retention.ms` or in excess of `retention.bytes` (Kafka's
 * `UnifiedLog.deleteOldSegments`). Age is that of the youngest record by its timestamp, of the file where records have none.
 */
export async function countExpired(segments: readonly Segment[], limits: RetentionLimits): Promise<number> {
  const byAge = await countPastAge(segments, limits)
  return Math.max(byAge, countInExcess(segments, limits))
}

async function countPastAge(segments: readonly Segment[], limits: RetentionLimits): Promise<number> {
  const { retentionMs } = limits.config
  if (retentionMs < 0) return 0
  let count = 0
  for (const segment of segments) {
    if (!isRemovable(segments, count, limits)) break
    if (limits.nowMs - (await youngestMs(segment, limits)) <= retentionMs) break
    count++
  }
  return count
}

function countInExcess(segments: readonly Segment[], limits: RetentionLimits): number {
  const { retentionBytes } = limits.config
  if (retentionBytes < 0) return 0
  let excess = -retentionBytes
  for (const segment of segments) excess += segment.sizeBytes
  let count = 0
  for (const segment of segments) {
    if (!isRemovable(segments, count, limits) || excess - segment.sizeBytes < 0) break
    excess -= segment.sizeBytes
    count++
  }
  return count
}

/** An empty last segment stays: removing it would change nothing. */
function isRemovable(segments: readonly Segment[], index: number, { durableOffset }: RetentionLimits): boolean {
  const next = segments[index + 1]
  if (next !== undefined) return next.baseOffset <= durableOffset
  return segments[index]!.sizeBytes > 0
}

/** The time of the youngest record of a segment by its timestamp, of the file where records have none. Rejects with `DiskError`. */
export async function youngestMs(
  segment: Segment,
  { config, disk, nowMs }: Pick<RetentionLimits, 'disk' | 'nowMs'> & { readonly config: Pick<LogConfig, 'indexIntervalBytes'> },
): Promise<number> {
  const indexes = await segment.ensureIndexes(config.indexIntervalBytes)
  if (indexes.maxTimestamp >= 0) return indexes.maxTimestamp
  return disk.statSync(segment.files.log)?.mtimeMs ?? nowMs
}

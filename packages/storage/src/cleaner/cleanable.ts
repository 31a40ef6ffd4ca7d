import type { Disk } from '@kafka-ts/io'
import type { LogConfig } from '../log-config.ts'
import { youngestMs } from '../retention.ts'
import type { Segment } from '../segment.ts'

/** What of a log may be cleaned, and whether it is time to. */
export interface Cleanable {
  /** Complete segments from the start of the log on, clean ones and dirty ones. */
  readonly segments: readonly Segment[]
  /** Everything below was cleaned. */
  readonly firstDirtyOffset: number
  /** Behind the last of the segments. */
  readonly endOffset: number
  /** The share of their bytes that is dirty. */
  readonly dirtyRatio: number
  /** A record, or a tombstone, has waited for as long as it may. */
  readonly isDue: boolean
}

export interface CleanableOptions {
  readonly segments: readonly Segment[]
  readonly config: LogConfig
  /** undefined when the log was never cleaned. */
  readonly cleanedOffset: number | undefined
  /** When the next tombstones may go; infinite for never. */
  readonly horizonMs: number
  readonly logStartOffset: number
  /** The high watermark: nothing above it is cleaned. */
  readonly limitOffset: number
  readonly nowMs: number
  readonly disk: Disk
}

/** Finds out what a cleaning could do (`LogCleanerManager.cleanableOffsets` in Kafka). Rejects with `DiskError`. */
export async function findCleanable(options: CleanableOptions): Promise<Cleanable> {
  const { config, horizonMs, nowMs } = options
  const firstDirtyOffset = firstDirtyOf(options)
  const segments = await cleanableSegments(options, firstDirtyOffset)
  const endOffset = endOf(segments, options.segments) ?? firstDirtyOffset
  let cleanBytes = 0
  let dirtyBytes = 0
  let oldestDirtyMs = Number.POSITIVE_INFINITY
  for (const [index, segment] of segments.entries()) {
    const nextBaseOffset = segments[index + 1]?.baseOffset ?? endOffset
    if (nextBaseOffset <= firstDirtyOffset) cleanBytes += segment.sizeBytes
    else {
      dirtyBytes += segment.sizeBytes
      const firstMs = await segment.firstBatchTimestamp()
      if (firstMs >= 0) oldestDirtyMs = Math.min(oldestDirtyMs, firstMs)
    }
  }
  const isLate = nowMs - oldestDirtyMs > config.maxCompactionLagMs
  return {
    segments,
    firstDirtyOffset: Math.min(firstDirtyOffset, endOffset),
    endOffset,
    dirtyRatio: dirtyBytes === 0 ? 0 : dirtyBytes / (cleanBytes + dirtyBytes),
    isDue: isLate || (horizonMs <= nowMs && cleanBytes + dirtyBytes > 0),
  }
}

/** A checkpoint that does not fit the log is of another one, and nothing of this one is known to be clean. */
function firstDirtyOf({ cleanedOffset, logStartOffset, limitOffset }: CleanableOptions): number {
  if (cleanedOffset === undefined || cleanedOffset > limitOffset) return logStartOffset
  return Math.max(cleanedOffset, logStartOffset)
}

async function cleanableSegments(options: CleanableOptions, firstDirtyOffset: number): Promise<Segment[]> {
  const { segments, config, limitOffset, nowMs, disk } = options
  const cleanable: Segment[] = []
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]
    if (next === undefined || next.baseOffset > limitOffset) break
    const isDirty = next.baseOffset > firstDirtyOffset
    if (isDirty && config.minCompactionLagMs > 0) {
      const youngest = await youngestMs(segment, { config, disk, nowMs })
      if (nowMs - youngest < config.minCompactionLagMs) break
    }
    cleanable.push(segment)
  }
  return cleanable
}

function endOf(cleanable: readonly Segment[], segments: readonly Segment[]): number | undefined {
  return cleanable.length === 0 ? undefined : segments[cleanable.length]!.baseOffset
}

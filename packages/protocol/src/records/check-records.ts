import type { BatchProblem } from './batch-problem.ts'
import { MALFORMED, RecordWalker } from './record-walker.ts'

/** What a walk over records found; a caller may use one again and again. */
export interface RecordsFound {
  /** The largest record timestamp (as the producer set it), -1 without one. */
  maxTimestamp: number
  /** The offset delta of the first record that has it. */
  offsetDeltaOfMaxTimestamp: number
}

/** What the header says about the records. */
export interface CheckRecordsOptions {
  readonly recordCount: number
  readonly lastOffsetDelta: number
  readonly baseTimestamp: number
  /** As in `CheckBatchOptions`. */
  readonly allowOffsetGaps: boolean
  readonly found?: RecordsFound | undefined
}

const walker = new RecordWalker()

/**
 * Checks every field of the uncompressed (or decompressed) records between `start` and `end`: lengths, offset deltas (each
 * the one before plus one, or with gaps rising), timestamps, and that the last record ends at `end`. Undefined when all is good.
 */
export function checkRecords(bytes: Uint8Array, start: number, end: number, options: CheckRecordsOptions): BatchProblem | undefined {
  const { recordCount, lastOffsetDelta, baseTimestamp, allowOffsetGaps, found } = options
  let at = start
  let leastOffsetDelta = 0
  let maxDelta = Number.NEGATIVE_INFINITY
  let offsetDeltaOfMax = 0
  for (let index = 0; index < recordCount; index++) {
    at = walker.walk(bytes, at, end)
    if (at === MALFORMED) return { kind: 'record', message: `record ${index}: ${walker.problem}` }
    const { offsetDelta, timestampDelta } = walker
    const isOffsetGood = allowOffsetGaps ? offsetDelta >= leastOffsetDelta && offsetDelta <= lastOffsetDelta : offsetDelta === index
    if (!isOffsetGood) return { kind: 'record', message: `record ${index}: offset delta ${offsetDelta} is out of order` }
    leastOffsetDelta = offsetDelta + 1
    if (!isTimestamp(baseTimestamp + timestampDelta)) return { kind: 'record', message: `record ${index}: the timestamp is out of range` }
    if (timestampDelta > maxDelta) {
      maxDelta = timestampDelta
      offsetDeltaOfMax = offsetDelta
    }
  }
  if (at !== end) return { kind: 'record', message: `${end - at} bytes follow the last record` }
  if (found !== undefined) {
    found.maxTimestamp = recordCount === 0 ? -1 : baseTimestamp + maxDelta
    found.offsetDeltaOfMaxTimestamp = offsetDeltaOfMax
  }
  return undefined
}

/** -1 means none. */
function isTimestamp(timestamp: number): boolean {
  return timestamp >= -1 && timestamp <= Number.MAX_SAFE_INTEGER
}

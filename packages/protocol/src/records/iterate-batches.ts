import { BATCH_HEADER_BYTES, batchBytesOf, LOG_OVERHEAD } from './layout.ts'
import { RecordsError } from './records-error.ts'

export interface IterateBatchesOptions {
  readonly start?: number
  readonly end?: number
  /** A batch cut short at the end is left out instead of refused: a fetch response may end so. */
  readonly allowPartialLast?: boolean
}

/** Where one batch lies in its buffer. */
export interface BatchRange {
  readonly start: number
  readonly end: number
}

/** The consecutive batches of a buffer, by their length fields alone. Throws `RecordsError` `corrupt` on a length that cannot be. */
export function* iterateBatches(buffer: Uint8Array, options: IterateBatchesOptions = {}): Generator<BatchRange, void, undefined> {
  const end = options.end ?? buffer.length
  let start = options.start ?? 0
  while (start < end) {
    const batchEnd = findBatchEnd(buffer, start, end)
    if (batchEnd === undefined) {
      if (options.allowPartialLast === true) return
      throw new RecordsError('corrupt', `the batch at byte ${start} is cut short`)
    }
    yield { start, end: batchEnd }
    start = batchEnd
  }
}

/** Where the batch at `start` ends, or undefined when that is behind `end`. */
function findBatchEnd(buffer: Uint8Array, start: number, end: number): number | undefined {
  if (end - start < LOG_OVERHEAD) return undefined
  const batchBytes = batchBytesOf(buffer, start)
  if (batchBytes < BATCH_HEADER_BYTES) throw new RecordsError('corrupt', `the batch at byte ${start} is shorter than its header`)
  return batchBytes > end - start ? undefined : start + batchBytes
}

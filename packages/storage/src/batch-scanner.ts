import type { DiskFile } from '@kafka-ts/io'
import { batchBytesOf, checkBatch, LOG_OVERHEAD } from '@kafka-ts/protocol/records'
import { type StoredBatch, storedBatchOf } from './stored-batch.ts'

/** What one read of a scan takes, batches larger than it aside. */
const SCAN_BYTES = 1024 * 1024
/** A length field above this is damage: no configuration accepts such a batch, and nothing that large is allocated for one. */
export const MAX_BATCH_BYTES = 256 * 1024 * 1024

export interface ScanOptions {
  readonly from: number
  readonly to: number
  /** What the first batch must begin with; each later one follows the one before. undefined: any. */
  readonly expectedOffset: number | undefined
  /** No batch may have a lower leader epoch, nor one lower than the batch before it. */
  readonly leastEpoch: number
  /** Called for each good batch; its bytes are valid during the call. False ends the scan before that batch. */
  readonly visit: (batch: StoredBatch, position: number) => boolean
}

/** Where a scan ended, and why if that was not the end of the range or the wish of `visit`. */
export interface ScanEnd {
  /** Behind the last good batch. */
  readonly position: number
  /** The offset behind the last good batch; `expectedOffset` when there was none. */
  readonly nextOffset: number | undefined
  readonly problem: string | undefined
}

/** Reads consecutive batches of a log file and checks each: framing, CRC, contiguous offsets, epochs that do not fall. */
export async function scanBatches(file: DiskFile, options: ScanOptions): Promise<ScanEnd> {
  let position = options.from
  let nextOffset = options.expectedOffset
  let leastEpoch = options.leastEpoch
  let chunkBytes = SCAN_BYTES
  let chunk = new Uint8Array(0)
  const end = (problem?: string): ScanEnd => ({ position, nextOffset, problem })

  while (position < options.to) {
    const wanted = Math.min(chunkBytes, options.to - position)
    if (chunk.length < wanted) chunk = new Uint8Array(wanted)
    const filled = await file.read(chunk.subarray(0, wanted), position)
    let at = 0
    while (at < filled) {
      const problem = checkBatch(chunk, at, filled, { validation: 'checksum', allowOffsetGaps: true, maxBytes: MAX_BATCH_BYTES })
      if (problem?.kind === 'truncated') break
      if (problem !== undefined) return end(problem.message)
      const batch = storedBatchOf(chunk.subarray(at, at + batchBytesOf(chunk, at)))
      if (nextOffset !== undefined && batch.baseOffset !== nextOffset) return end(`offset ${batch.baseOffset} where ${nextOffset} belongs`)
      if (batch.leaderEpoch < leastEpoch) return end(`leader epoch ${batch.leaderEpoch} after ${leastEpoch}`)
      if (!options.visit(batch, position)) return end()
      at += batch.bytes.length
      position += batch.bytes.length
      nextOffset = batch.nextOffset
      leastEpoch = batch.leaderEpoch
    }
    if (at > 0) continue
    // Not even one whole batch was in the chunk: read again with room for it, unless the range ends within it.
    const batchBytes = filled < LOG_OVERHEAD ? Number.POSITIVE_INFINITY : batchBytesOf(chunk, 0)
    if (filled < wanted || position + batchBytes > options.to) return end('the batch is cut short')
    chunkBytes = Math.max(SCAN_BYTES, batchBytes)
  }
  return end()
}

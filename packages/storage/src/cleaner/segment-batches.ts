import { BATCH_HEADER_BYTES, batchBytesOf, checkBatch } from '@kafka-ts/protocol/records'
import { MAX_BATCH_BYTES } from '../batch-scanner.ts'
import type { Segment } from '../segment.ts'
import { StorageError } from '../storage-error.ts'
import { type StoredBatch, storedBatchOf } from '../stored-batch.ts'
import type { Pacer } from './pacer.ts'

/** What one read takes, larger batches aside. */
const READ_BYTES = 1024 * 1024

export interface SegmentBatchesOptions {
  readonly pacer: Pacer
  readonly indexIntervalBytes: number
  /** Batches that end at or below are passed over. */
  readonly fromOffset: number
}

/**
 * The batches of a complete segment in their order, each checked as one that is served. Their bytes are the caller's to keep. Throws
 * `StorageError` `CORRUPT`: what is damaged is not cleaned, or the damage would be hidden.
 */
export async function* segmentBatches(segment: Segment, options: SegmentBatchesOptions): AsyncGenerator<StoredBatch[]> {
  const { pacer, indexIntervalBytes, fromOffset } = options
  const indexes = await segment.ensureIndexes(indexIntervalBytes)
  let position = indexes.offsetIndex.lookup(fromOffset)
  let wanted = READ_BYTES
  while (position < segment.sizeBytes) {
    const chunk = new Uint8Array(Math.min(wanted, segment.sizeBytes - position))
    const filled = await pacer.io(chunk.length, segment.file.read(chunk, position))
    const checksums = await indexes.headerChecksums.read(position, position + filled, segment.checksumFile)
    const batches: StoredBatch[] = []
    let at = 0
    while (at < filled) {
      const problem = checkBatch(chunk, at, filled, { validation: 'checksum', allowOffsetGaps: true, maxBytes: MAX_BATCH_BYTES })
      if (problem?.kind === 'truncated') break
      if (problem !== undefined) refuse(segment, position + at, problem.message)
      const batch = storedBatchOf(chunk.subarray(at, at + batchBytesOf(chunk, at)))
      if (checksums.next(position + at) !== batch.headerChecksum) refuse(segment, position + at, 'the header checksum does not match')
      at += batch.bytes.length
      if (batch.nextOffset > fromOffset) batches.push(batch)
      if (pacer.isOver) await pacer.rest()
    }
    if (at === 0) wanted = neededBytes(segment, position, chunk.subarray(0, filled))
    else wanted = READ_BYTES
    position += at
    yield batches
  }
}

/** What must be read for the batch at `position`, of which `head` is all that was. */
function neededBytes(segment: Segment, position: number, head: Uint8Array): number {
  const batchBytes = head.length < BATCH_HEADER_BYTES ? Number.POSITIVE_INFINITY : batchBytesOf(head, 0)
  if (batchBytes <= head.length || position + batchBytes > segment.sizeBytes) refuse(segment, position, 'the batch is cut short')
  return batchBytes
}

function refuse(segment: Segment, position: number, problem: string): never {
  throw new StorageError('CORRUPT', `${segment.files.log} at byte ${position}: ${problem}. It is not cleaned.`)
}

import { BATCH_HEADER_BYTES, batchBytesOf, checkBatch } from '@kafka-ts/protocol/records'
import { MAX_BATCH_BYTES } from '../batch-scanner.ts'
import type { HeaderChecksumRange } from '../header-checksums.ts'
import type { Segment } from '../segment.ts'
import { StorageError } from '../storage-error.ts'
import { type StoredBatch, storedBatchOf } from '../stored-batch.ts'
import type { Pacer } from './pacer.ts'

/** What one read takes, larger batches aside: while it is copied a thread and a core are busy that the journal's sync may wait for. */
const READ_BYTES = 256 * 1024
/** Header checksums are read for so many bytes of batches at once: each time they must be searched for. */
const CHECKSUMS_AHEAD_BYTES = 4 * 1024 * 1024

export interface SegmentBatchesOptions {
  readonly pacer: Pacer
  readonly indexIntervalBytes: number
  /** Batches that end at or below are passed over. */
  readonly fromOffset: number
  /** Where the segment must end: the next one begins there. */
  readonly endOffset: number
}

/**
 * The batches of a complete segment in their order, each checked as one that is served. Their bytes are valid until the next are asked for; the
 * next are being read meanwhile. Throws `StorageError` `CORRUPT`: what is damaged is not cleaned, or the damage would be hidden.
 */
export async function* segmentBatches(segment: Segment, options: SegmentBatchesOptions): AsyncGenerator<StoredBatch[]> {
  const { pacer, indexIntervalBytes, fromOffset, endOffset } = options
  const indexes = await segment.ensureIndexes(indexIntervalBytes)
  const reader = new ChunkReader(segment)
  let position = indexes.offsetIndex.lookup(fromOffset)
  let wanted = READ_BYTES
  let nextOffset = position === 0 ? segment.baseOffset : undefined
  let checksums: HeaderChecksumRange | undefined
  let checksumsEnd = position
  reader.start(position, wanted)
  while (position < segment.sizeBytes) {
    const chunk = await pacer.io(Math.min(wanted, segment.sizeBytes - position), reader.finish())
    if (checksums === undefined || position + chunk.length > checksumsEnd) {
      checksumsEnd = position + Math.max(chunk.length, CHECKSUMS_AHEAD_BYTES)
      checksums = await pacer.io(0, indexes.headerChecksums.read(position, checksumsEnd, segment.checksumFile))
    }
    const batches: StoredBatch[] = []
    let at = 0
    while (at < chunk.length) {
      const problem = checkBatch(chunk, at, chunk.length, { validation: 'checksum', allowOffsetGaps: true, maxBytes: MAX_BATCH_BYTES })
      if (problem?.kind === 'truncated') break
      if (problem !== undefined) refuse(segment, position + at, problem.message)
      const batch = storedBatchOf(chunk.subarray(at, at + batchBytesOf(chunk, at)))
      if (checksums.next(position + at) !== batch.headerChecksum) refuse(segment, position + at, 'the header checksum does not match')
      if (batch.baseOffset !== (nextOffset ?? batch.baseOffset)) refuse(segment, position + at, `offset ${nextOffset} belongs here`)
      nextOffset = batch.nextOffset
      at += batch.bytes.length
      if (batch.nextOffset > fromOffset) batches.push(batch)
      if (pacer.isOver) await pacer.rest()
    }
    wanted = at === 0 ? neededBytes(segment, position, chunk) : READ_BYTES
    position += at
    reader.start(position, wanted)
    yield batches
  }
  if (nextOffset !== endOffset) refuse(segment, position, `the segment ends at offset ${nextOffset}, the next begins at ${endOffset}`)
}

/** Reads a segment piece by piece into two buffers in turn: a fresh one for each would make the garbage collector the busiest part of a cleaning (measured). */
class ChunkReader {
  readonly #segment: Segment
  #free = new Uint8Array(0)
  #filling = new Uint8Array(0)
  #reading: Promise<Uint8Array> = Promise.resolve(this.#free)

  constructor(segment: Segment) {
    this.#segment = segment
  }

  /** Begins to read; what was read before the last piece is overwritten. */
  start(position: number, wanted: number): void {
    const bytes = Math.max(0, Math.min(wanted, this.#segment.sizeBytes - position))
    if (bytes === 0) return
    const target = this.#free.length >= bytes ? this.#free : new Uint8Array(bytes)
    this.#free = this.#filling
    this.#filling = target
    this.#reading = this.#segment.file.read(target.subarray(0, bytes), position).then((filled) => target.subarray(0, filled))
    // Who stops in between does not ask for it any more.
    this.#reading.catch(() => {})
  }

  /** What `start` asked for, less at the end of the file. Rejects with `DiskError`. */
  finish(): Promise<Uint8Array> {
    return this.#reading
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

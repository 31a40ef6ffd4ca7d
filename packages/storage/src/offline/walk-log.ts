import type { DiskFile } from '@kafka-ts/io'
import {
  BATCH_HEADER_BYTES,
  baseOffsetOf,
  batchBytesOf,
  checkBatch,
  LOG_OVERHEAD,
  lastOffsetOf,
  MAGIC_V2,
  magicOf,
} from '@kafka-ts/protocol/records'
import { MAX_BATCH_BYTES } from '../batch-scanner.ts'
import { type StoredBatch, storedBatchOf } from '../stored-batch.ts'
import { FileWindow } from './file-window.ts'

/** What a search for the next good batch looks through at a time. */
const SEARCH_BYTES = 1024 * 1024

/** A stretch of a log file: a good batch, or bytes that are none. */
export type LogStretch =
  | {
      readonly kind: 'batch'
      readonly position: number
      /** Its bytes are valid until the next stretch is asked for. */
      readonly batch: StoredBatch
    }
  | {
      readonly kind: 'damage'
      readonly position: number
      /** Where the next good batch begins, or the end of the file. */
      readonly end: number
      /** Whether a good batch follows. */
      readonly isInside: boolean
      readonly problem: string
    }

/** Whether the bytes of a batch's head that its own CRC leaves out are what was written. */
export type HeadCheck = (batch: StoredBatch, position: number) => boolean

/**
 * Reads a whole log file batch by batch, also past damage: behind bytes that are no batch the next good one is searched for. Every batch is
 * checked down to its records unless they are compressed. Rejects with `DiskError`.
 */
export async function* walkLog(file: DiskFile, isHeadRight: HeadCheck = () => true): AsyncGenerator<LogStretch> {
  const walk: Walk = { window: new FileWindow(file), isHeadRight }
  const { window } = walk
  let position = 0
  let nextOffset = 0
  while (position < window.sizeBytes) {
    const found = await batchAt(walk, position, nextOffset)
    if (typeof found === 'string') {
      const end = await findBatch(walk, position + 1, nextOffset)
      yield { kind: 'damage', position, end: end ?? window.sizeBytes, isInside: end !== undefined, problem: found }
      position = end ?? window.sizeBytes
    } else {
      yield { kind: 'batch', position, batch: found }
      position += found.bytes.length
      nextOffset = found.nextOffset
    }
  }
}

interface Walk {
  readonly window: FileWindow
  readonly isHeadRight: HeadCheck
}

/** The batch at a position, or what is wrong with what is there. */
async function batchAt({ window, isHeadRight }: Walk, position: number, leastOffset: number): Promise<StoredBatch | string> {
  const head = await window.view(position, BATCH_HEADER_BYTES)
  if (head.length < BATCH_HEADER_BYTES) return `only ${head.length} bytes of a batch`
  const batchBytes = batchBytesOf(head, 0)
  if (batchBytes < BATCH_HEADER_BYTES || batchBytes > MAX_BATCH_BYTES) return `a batch cannot have ${batchBytes} bytes`
  const bytes = await window.view(position, batchBytes)
  const problem = checkBatch(bytes, 0, bytes.length, { validation: 'records', allowOffsetGaps: true, maxBytes: MAX_BATCH_BYTES })
  if (problem !== undefined) return problem.message
  if (baseOffsetOf(bytes, 0) < leastOffset) return `offset ${baseOffsetOf(bytes, 0)} where ${leastOffset} or a later one belongs`
  const batch = storedBatchOf(bytes)
  return isHeadRight(batch, position) ? batch : 'the head of the batch is not what was written'
}

/** Where the first good batch at or behind `from` begins; undefined when none follows. */
async function findBatch(walk: Walk, from: number, leastOffset: number): Promise<number | undefined> {
  const { window } = walk
  for (let at = from; at + BATCH_HEADER_BYTES <= window.sizeBytes; ) {
    const bytes = await window.view(at, SEARCH_BYTES)
    const last = bytes.length - BATCH_HEADER_BYTES
    const candidates: number[] = []
    for (let offset = 0; offset <= last; offset++) {
      if (isLikely(bytes, offset, { left: window.sizeBytes - at - offset, leastOffset })) candidates.push(at + offset)
    }
    at += last + 1
    for (const candidate of candidates) if (typeof (await batchAt(walk, candidate, leastOffset)) !== 'string') return candidate
  }
  return undefined
}

/** Whether these bytes may be the head of a batch: cheap, so that it can be asked of every byte. */
function isLikely(bytes: Uint8Array, at: number, { left, leastOffset }: { readonly left: number; readonly leastOffset: number }): boolean {
  if (magicOf(bytes, at) !== MAGIC_V2) return false
  const batchBytes = batchBytesOf(bytes, at)
  if (batchBytes < BATCH_HEADER_BYTES || batchBytes > left + LOG_OVERHEAD) return false
  return baseOffsetOf(bytes, at) >= leastOffset && lastOffsetOf(bytes, at) <= Number.MAX_SAFE_INTEGER
}

import { batchBytesOf, checkBatch } from '@kafka-ts/protocol/records'
import type { JournalFile } from './journal-file.ts'
import {
  decodeEntryHeader,
  decodeFileHeader,
  entryCrc,
  JOURNAL_HEADER_BYTES,
  type JournalEntryHeader,
  type JournalFileHeader,
} from './journal-format.ts'
import { type StoredBatch, storedBatchOf } from './stored-batch.ts'

/** Told of each entry, in the order in which they were written. Batches are views that may be kept. */
export interface JournalVisitor {
  onEntry(entry: JournalEntryHeader, batches: readonly StoredBatch[]): Promise<void>
}

interface UsedFile {
  readonly file: JournalFile<unknown>
  readonly header: JournalFileHeader
}

/**
 * Reads the entries of all files in use, by sequence. The first that is not whole ends the journal: it was never synced, and
 * so nothing behind it was acknowledged. A file counts only if the one before it ends by naming it.
 */
export async function replayJournal(files: readonly JournalFile<unknown>[], visitor: JournalVisitor): Promise<void> {
  const used: UsedFile[] = []
  for (const file of files) {
    const header = decodeFileHeader(await file.readHeaderBytes())
    if (header !== undefined) used.push({ file, header })
  }
  used.sort((one, other) => one.header.sequence - other.header.sequence)
  let expected = used[0]?.header.sequence
  for (const { file, header } of used) {
    if (header.sequence !== expected) return
    expected = await replayEntries(await file.read(), header, visitor)
  }
}

/**
 * Reads the entries of one file's content. Resolves with the sequence of the file that continues it; undefined when it ends without naming
 * one.
 */
export async function replayEntries(content: Uint8Array, header: JournalFileHeader, visitor: JournalVisitor): Promise<number | undefined> {
  let at = JOURNAL_HEADER_BYTES
  for (;;) {
    const entry = decodeEntryHeader(content, at, header.nonce)
    if (entry === undefined) return undefined
    const payloadAt = at + entry.headerBytes
    const batches = readBatches(content, payloadAt, payloadAt + entry.payloadBytes)
    if (batches === undefined || entryCrc(content, at, entry.headerBytes, batches) !== entry.crc) return undefined
    if (entry.kind === 'end') return entry.offset
    await visitor.onEntry(entry, batches)
    at = payloadAt + entry.payloadBytes
  }
}

function readBatches(content: Uint8Array, from: number, to: number): StoredBatch[] | undefined {
  const batches: StoredBatch[] = []
  for (let at = from; at < to; ) {
    if (checkBatch(content, at, to, { validation: 'checksum', allowOffsetGaps: true }) !== undefined) return undefined
    const batch = storedBatchOf(content.subarray(at, at + batchBytesOf(content, at)))
    batches.push(batch)
    at += batch.bytes.length
  }
  return batches
}

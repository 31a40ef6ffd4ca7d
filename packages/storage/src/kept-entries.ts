import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import type { Disk, Random } from '@kafka-ts/io'
import { isTemporaryFile, readFileSync, writeFileAtomically } from './atomic-file.ts'
import { decodeFileHeader, encodeFileHeader, encodeJournalEntry, type JournalEntryHeader, NONCE_BYTES } from './journal-format.ts'
import { replayEntries } from './journal-replay.ts'
import type { StoredBatch } from './stored-batch.ts'
import { logKey, type TopicPartitionId } from './topic-partition-id.ts'

const FILE_NAME = /^([0-9a-f]{32})-(0|[1-9]\d{0,9})$/
const NO_BATCHES: readonly StoredBatch[] = []

/** An entry of the journal with its batches. */
export interface KeptEntry {
  readonly entry: JournalEntryHeader
  readonly batches: readonly StoredBatch[]
}

/** What is kept of one log. */
export interface KeptLog {
  readonly path: string
  /** undefined when the file is damaged. */
  readonly entries: readonly KeptEntry[] | undefined
}

export interface KeptEntriesOptions {
  readonly disk: Disk
  readonly random: Random
  /** The directory of the files; made with the first one. */
  readonly path: string
  /** Makes the entry of that directory durable. */
  readonly syncParent: () => Promise<void>
}

/**
 * The journal entries of logs that were found damaged after a crash: the journal is emptied at a start, but what is acknowledged and only
 * there must wait until the log is whole again. A file a log, in the layout of a journal file, written once: nothing is appended to a
 * damaged log. Empty or not, it also says that the last process to use the log did not close it.
 */
export class KeptEntries {
  readonly #options: KeptEntriesOptions
  readonly #names = new Set<string>()

  constructor(options: KeptEntriesOptions) {
    this.#options = options
  }

  /** Everything that is kept, by `logKey`. Throws `DiskError`. */
  async read(): Promise<Map<string, KeptLog>> {
    const { disk, path } = this.#options
    const logs = new Map<string, KeptLog>()
    if (disk.statSync(path) === undefined) return logs
    for (const name of disk.listSync(path)) {
      const match = FILE_NAME.exec(name)
      if (isTemporaryFile(name)) disk.removeSync(join(path, name))
      if (match === null) continue
      this.#names.add(name)
      const key = logKey(Uint8Array.from(Buffer.from(match[1]!, 'hex')), Number(match[2]))
      logs.set(key, { path: join(path, name), entries: await readEntries(readFileSync(disk, join(path, name))) })
    }
    return logs
  }

  has(id: TopicPartitionId): boolean {
    return this.#names.has(fileNameOf(id))
  }

  /** Keeps the entries of a log of which nothing is kept yet. Durable when it resolves; rejects with `DiskError`. */
  async keep(id: TopicPartitionId, entries: readonly KeptEntry[]): Promise<void> {
    const { disk, path, random, syncParent } = this.#options
    const nonce = random.bytes(NONCE_BYTES)
    const buffers = [encodeFileHeader({ sequence: 0, nonce })]
    for (const { entry, batches } of entries) {
      buffers.push(encodeJournalEntry(id, { kind: entry.kind, nonce, offset: entry.offset, payloadBytes: entry.payloadBytes }, batches))
      for (const { bytes } of batches) buffers.push(bytes)
    }
    buffers.push(encodeJournalEntry(id, { kind: 'end', nonce, offset: 0, payloadBytes: 0 }, NO_BATCHES))
    disk.makeDirectorySync(path)
    await writeFileAtomically(disk, join(path, fileNameOf(id)), buffers)
    await syncParent()
    this.#names.add(fileNameOf(id))
  }

  /** Forgets what is kept of these logs, if anything. Durable when it resolves; rejects with `DiskError`. */
  async remove(ids: readonly TopicPartitionId[]): Promise<void> {
    const { disk, path } = this.#options
    const names = ids.map(fileNameOf).filter((name) => this.#names.has(name))
    if (names.length === 0) return
    for (const name of names) {
      disk.removeSync(join(path, name))
      this.#names.delete(name)
    }
    await disk.syncDirectory(path)
  }
}

function fileNameOf({ topicId, partition }: TopicPartitionId): string {
  return `${Buffer.from(topicId).toString('hex')}-${partition}`
}

/** undefined unless the file is whole: unlike the journal it has no torn end. */
async function readEntries(content: Uint8Array): Promise<KeptEntry[] | undefined> {
  const header = decodeFileHeader(content)
  if (header === undefined) return undefined
  const entries: KeptEntry[] = []
  const next = await replayEntries(content, header, { onEntry: async (entry, batches) => void entries.push({ entry, batches }) })
  return next === undefined ? undefined : entries
}

import { join } from 'node:path'
import type { Random } from '@kafka-ts/io'
import { readTextFileSync } from './atomic-file.ts'
import type { OffsetCheckpoint } from './checkpoint-file.ts'
import type { Journal } from './journal.ts'
import type { JournalEntryHeader } from './journal-format.ts'
import type { JournalVisitor } from './journal-replay.ts'
import type { KeptEntries, KeptEntry, KeptLog } from './kept-entries.ts'
import type { LogDirectoryOptions, StorageLogger } from './log-directory-options.ts'
import { LogRecovery } from './log-recovery.ts'
import { PARTITION_METADATA_FILE, type StorageContext } from './log-storage.ts'
import { rewriteTail } from './rewrite-tail.ts'
import { StorageError } from './storage-error.ts'
import type { StoredBatch } from './stored-batch.ts'
import {
  deletedDirectoryName,
  directoryNameOf,
  logKey,
  parseDeletedDirectoryName,
  parseDirectoryName,
  parseTopicId,
  type TopicPartitionId,
} from './topic-partition-id.ts'

/** Logs read at the same time. */
const CONCURRENT_SCANS = 8

export interface DirectoryRecoveryOptions {
  readonly context: StorageContext
  readonly journal: Pick<Journal<never>, 'replay'>
  readonly kept: KeptEntries
  readonly configFor: LogDirectoryOptions['configFor']
  readonly logger: StorageLogger
  readonly random: Random
  readonly recoveryPoints: ReadonlyMap<string, OffsetCheckpoint>
  readonly logStarts: ReadonlyMap<string, OffsetCheckpoint>
  /** The last process closed the directory: the journal holds nothing. */
  readonly isClean: boolean
  /** An fsync failed: what the files seem to hold is written again. */
  readonly mustRewrite: boolean
}

/** The logs of a directory, and the checkpointed ones whose directory is gone, by its name. */
export interface RecoveredDirectory {
  readonly recoveries: readonly LogRecovery[]
  readonly missing: ReadonlyMap<string, OffsetCheckpoint>
  /** Directories of logs that were being removed: they may go once no checkpoint names them. */
  readonly doomed: readonly string[]
}

/** Recovers every log of a directory: from its own files, then from the journal and from what is kept of it. Rejects with `DiskError`. */
export async function recoverDirectory(options: DirectoryRecoveryOptions): Promise<RecoveredDirectory> {
  const recovery = new DirectoryRecovery(options)
  return recovery.run()
}

class DirectoryRecovery {
  readonly #options: DirectoryRecoveryOptions
  readonly #recoveries = new Map<string, LogRecovery>()
  readonly #names = new Set<string>()
  /** Logs of which the journal has entries, but which have no directory (yet). */
  readonly #unknown = new Map<string, { readonly id: TopicPartitionId; readonly batches: StoredBatch[] }>()
  readonly #deletedKeys = new Set<string>()
  readonly #deletedIds: TopicPartitionId[] = []
  readonly #deletedNames = new Set<string>()
  /** By key, what earlier starts kept of logs that were damaged. */
  #kept: ReadonlyMap<string, KeptLog> = new Map()

  constructor(options: DirectoryRecoveryOptions) {
    this.#options = options
  }

  async run(): Promise<RecoveredDirectory> {
    const { context, kept, isClean, mustRewrite } = this.#options
    const doomed: string[] = []
    this.#kept = await kept.read()
    for (const name of context.disk.listSync(context.path)) this.#visitName(name, doomed)
    await kept.remove(this.#deletedIds)
    await this.#scanAll()
    this.#refuseWithoutKept()
    if (!isClean || this.#kept.size > 0) {
      const cuts = new JournalCuts()
      await this.#visitEntries({ onEntry: async (entry) => cuts.note(entry) })
      await this.#visitEntries({ onEntry: (entry, batches) => this.#replay(entry, cuts.keep(entry, batches)) })
      await this.#makeUnknown()
    }
    if (!isClean) await this.#keepEntries()
    for (const recovery of this.#recoveries.values()) {
      await recovery.finish()
      // What is put back late may have been in doubt at an earlier start.
      if ((mustRewrite || kept.has(recovery.id)) && recovery.damage === undefined) await rewriteTail(recovery.storage)
      this.#report(recovery)
    }
    return { recoveries: [...this.#recoveries.values()], missing: this.#findMissing(), doomed }
  }

  #visitName(name: string, doomed: string[]): void {
    const { context } = this.#options
    const path = join(context.path, name)
    if (context.disk.statSync(path)?.isDirectory !== true) return
    const deletedName = parseDeletedDirectoryName(name)
    const parsed = parseDirectoryName(deletedName ?? name)
    if (parsed === undefined) return
    const topicId = readTopicId(context, path)
    if (deletedName !== undefined) {
      doomed.push(path)
      this.#deletedNames.add(deletedName)
      if (topicId === undefined) return
      this.#deletedKeys.add(logKey(topicId, parsed.partition))
      this.#deletedIds.push({ ...parsed, topicId })
    } else if (topicId === undefined) {
      this.#setAside(path)
    } else {
      this.#add({ ...parsed, topicId })
    }
  }

  /** A crash came before the first file of a log was durable: whatever it held was never acknowledged, or is in the journal. */
  #setAside(path: string): void {
    const { context, random, logger } = this.#options
    const stray = deletedDirectoryName(path, random.uuid()).replace(/-delete$/, '-stray')
    context.disk.renameSync(path, stray)
    logger.warn(`${path} does not say which topic it belongs to (a crash came while it was made); it is now ${stray}`)
  }

  #add(id: TopicPartitionId): LogRecovery {
    const { context, configFor, recoveryPoints, logStarts, isClean } = this.#options
    const name = directoryNameOf(id)
    const key = logKey(id.topicId, id.partition)
    const recovery = new LogRecovery({
      context,
      id,
      config: configFor(id),
      recoveryPoint: recoveryPoints.get(name)?.offset,
      logStartOffset: logStarts.get(name)?.offset ?? 0,
      isClean: isClean && !this.#kept.has(key),
    })
    this.#names.add(name)
    this.#recoveries.set(key, recovery)
    return recovery
  }

  async #scanAll(): Promise<void> {
    const queue = [...this.#recoveries.values()]
    const worker = async (): Promise<void> => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) await next.scan()
    }
    await Promise.all(Array.from({ length: CONCURRENT_SCANS }, worker))
  }

  /** Without what is kept of it a log would seem whole, and shorter than it is. Throws `StorageError` `CORRUPT` when it is not known which. */
  #refuseWithoutKept(): void {
    for (const [key, { path, entries }] of this.#kept) {
      if (entries !== undefined || this.#deletedKeys.has(key)) continue
      const problem = 'what was kept of the journal for this log is damaged'
      const recovery = this.#recoveries.get(key)
      if (recovery === undefined)
        throw new StorageError('CORRUPT', `${path}: ${problem}. Restore it, or remove it to give up what it holds.`)
      recovery.refuse({ file: path, position: 0, problem })
    }
  }

  /**
   * What is kept of a log goes first. After a crash the journal may hold the same once more; newer it cannot be, because nothing is appended
   * before what is kept is in the segments and gone from here.
   */
  async #visitEntries(visitor: JournalVisitor): Promise<void> {
    for (const { entries } of this.#kept.values()) {
      for (const { entry, batches } of entries ?? []) await visitor.onEntry(entry, batches)
    }
    if (!this.#options.isClean) await this.#options.journal.replay(visitor)
  }

  /** Keeps the journal's entries of damaged logs: the journal is about to be emptied. What is kept of a log already is all there is. */
  async #keepEntries(): Promise<void> {
    const { journal, kept } = this.#options
    const entriesByKey = new Map<string, KeptEntry[]>()
    for (const [key, { damage, id }] of this.#recoveries) if (damage !== undefined && !kept.has(id)) entriesByKey.set(key, [])
    if (entriesByKey.size === 0) return
    await journal.replay({
      onEntry: async (entry, batches) => {
        entriesByKey.get(logKey(entry.id.topicId, entry.id.partition))?.push({ entry, batches })
      },
    })
    for (const [key, entries] of entriesByKey) await kept.keep(this.#recoveries.get(key)!.id, entries)
  }

  async #replay(entry: JournalEntryHeader, batches: readonly StoredBatch[]): Promise<void> {
    const key = logKey(entry.id.topicId, entry.id.partition)
    if (this.#deletedKeys.has(key)) return
    const recovery = this.#recoveries.get(key)
    if (entry.kind === 'remove') {
      this.#unknown.delete(key)
    } else if (recovery === undefined) {
      this.#keepUnknown(key, entry, batches)
    } else if (entry.kind === 'truncate') {
      await recovery.repeatCut(entry.offset)
    } else {
      await recovery.restore(batches)
    }
  }

  #keepUnknown(key: string, entry: JournalEntryHeader, batches: readonly StoredBatch[]): void {
    const known = this.#unknown.get(key)
    if (known === undefined) this.#unknown.set(key, { id: entry.id, batches: [...batches] })
    else known.batches.push(...batches)
  }

  async #makeUnknown(): Promise<void> {
    for (const { id, batches } of this.#unknown.values()) {
      if (this.#names.has(directoryNameOf(id)) || batches.length === 0) continue
      const recovery = this.#add(id)
      recovery.startEmpty()
      await recovery.restore(batches)
    }
  }

  #findMissing(): Map<string, OffsetCheckpoint> {
    const { recoveryPoints, logger } = this.#options
    const missing = new Map<string, OffsetCheckpoint>()
    for (const [name, checkpoint] of recoveryPoints) {
      if (this.#names.has(name) || this.#deletedNames.has(name)) continue
      logger.error(`the directory ${name} is missing, which held records up to offset ${checkpoint.offset}`)
      missing.set(name, checkpoint)
    }
    return missing
  }

  #report({ id, damage, summary }: LogRecovery): void {
    const { logger } = this.#options
    const name = directoryNameOf(id)
    if (damage !== undefined) {
      const { file, position, fromOffset, toOffset, problem } = damage
      logger.error(`${name} is damaged and stays offline: ${file} at byte ${position}, offsets ${fromOffset} to ${toOffset}: ${problem}`)
    } else if (summary.cutBytes > 0 || summary.restoredCount > 0) {
      logger.info(`${name}: cut ${summary.cutBytes} bytes of a torn tail, put back ${summary.restoredCount} batches from the journal`)
    }
  }
}

/** Which batches of the journal were cut off again by a later entry: they must not come back, not even for a moment. */
class JournalCuts {
  /** By log, the cuts with the number of their entry. */
  readonly #cuts = new Map<string, { readonly number: number; readonly offset: number }[]>()
  #notedCount = 0
  #keptCount = 0

  /** First pass: told of every entry. */
  note({ kind, id, offset }: JournalEntryHeader): void {
    const number = this.#notedCount++
    if (kind !== 'truncate') return
    const key = logKey(id.topicId, id.partition)
    const cuts = this.#cuts.get(key)
    if (cuts === undefined) this.#cuts.set(key, [{ number, offset }])
    else cuts.push({ number, offset })
  }

  /** Second pass: asked for every entry, in the same order. */
  keep({ id }: JournalEntryHeader, batches: readonly StoredBatch[]): readonly StoredBatch[] {
    const number = this.#keptCount++
    if (this.#cuts.size === 0) return batches
    const cuts = this.#cuts.get(logKey(id.topicId, id.partition)) ?? []
    const limit = Math.min(...cuts.filter((cut) => cut.number > number).map((cut) => cut.offset))
    return batches.filter((batch) => batch.nextOffset <= limit)
  }
}

function readTopicId({ disk }: StorageContext, directory: string): Uint8Array | undefined {
  const text = readTextFileSync(disk, join(directory, PARTITION_METADATA_FILE))
  const topicId = text === undefined ? undefined : /^topic_id: (\S+)$/m.exec(text)?.[1]
  return topicId === undefined ? undefined : parseTopicId(topicId)
}

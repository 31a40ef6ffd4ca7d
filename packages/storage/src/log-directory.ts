import { strict as assert } from 'node:assert'
import { dirname, join } from 'node:path'
import { DiskError, type DiskLock } from '@kafka-ts/io'
import type { OffsetCheckpoint } from './checkpoint-file.ts'
import { CoalescedTask } from './coalesced-task.ts'
import { DeferredRemovals } from './deferred-removals.ts'
import { DirectoryCheckpoints } from './directory-checkpoints.ts'
import { DirectoryMarks } from './directory-marks.ts'
import { startDirectory } from './directory-start.ts'
import { FencedDisk } from './fenced-disk.ts'
import { FileHandles } from './file-handles.ts'
import { Flusher } from './flusher.ts'
import { GroupWriter } from './group-writer.ts'
import { Journal } from './journal.ts'
import { KeptEntries } from './kept-entries.ts'
import { Log, type LogContext } from './log.ts'
import type { LogAppender } from './log-appender.ts'
import type { LogConfig } from './log-config.ts'
import { LOG_DIRECTORY_DEFAULTS, type LogDirectoryOptions, SILENT_LOGGER, type StorageLogger } from './log-directory-options.ts'
import type { LogDamage } from './log-listener.ts'
import { LogStorage } from './log-storage.ts'
import { ensureMetaProperties, type MetaProperties } from './meta-properties.ts'
import { isDiskFull, StorageError } from './storage-error.ts'
import { TailCache } from './tail-cache.ts'
import { deletedDirectoryName, directoryNameOf, logKey, type TopicPartitionId } from './topic-partition-id.ts'

const LOCK_FILE = '.lock'
const JOURNAL_DIRECTORY = 'journal'
const KEPT_ENTRIES_DIRECTORY = 'kept-entries'

/**
 * A data directory and the logs in it. Owns the lock, the journal, the checkpoints and what is shared between logs. Once a
 * write or an fsync fails for any reason but a full disk, it is offline for good: no append is acknowledged any more.
 */
export class LogDirectory {
  readonly path: string
  readonly #options: LogDirectoryOptions
  readonly #logger: StorageLogger
  readonly #lock: DiskLock
  readonly #meta: MetaProperties
  readonly #marks: DirectoryMarks
  /** All files but the lock are reached through it. */
  readonly #disk: FencedDisk
  readonly #handles: FileHandles
  readonly #journal: Journal<LogAppender>
  readonly #writer: GroupWriter
  readonly #flusher: Flusher
  readonly #removals: DeferredRemovals
  readonly #context: LogContext
  readonly #checkpoints: DirectoryCheckpoints
  readonly #kept: KeptEntries
  readonly #entriesTask: CoalescedTask
  readonly #logs = new Map<string, Log>()
  readonly #logsByAppender = new Map<unknown, Log>()
  /** Checkpointed logs whose directory is gone: kept, so that they are not taken for new ones. */
  readonly #missing = new Map<string, OffsetCheckpoint>()
  readonly #removing = new Map<string, Promise<void>>()
  readonly #offlineListeners = new Set<(error: StorageError) => void>()
  #offlineError: StorageError | undefined
  #closing: Promise<void> | undefined

  private constructor(options: LogDirectoryOptions, lock: DiskLock, meta: MetaProperties) {
    const settings = { ...LOG_DIRECTORY_DEFAULTS, ...withoutUndefined(options) }
    const { clock, random, compression } = options.doors
    const disk = new FencedDisk(options.doors.disk)
    this.#disk = disk
    this.path = options.path
    this.#options = options
    this.#logger = options.logger ?? SILENT_LOGGER
    this.#lock = lock
    this.#meta = meta
    this.#marks = new DirectoryMarks({ path: this.path, directoryId: meta.directoryId })
    this.#handles = new FileHandles(disk, settings.maxOpenFiles)
    this.#removals = new DeferredRemovals({ clock, disk, handles: this.#handles, logger: this.#logger })
    this.#checkpoints = new DirectoryCheckpoints({ disk, path: this.path, logs: () => this.#logs.values() })
    this.#entriesTask = new CoalescedTask(() => disk.syncDirectory(this.path))
    const syncEntries = (): Promise<void> => this.#entriesTask.run()
    this.#kept = new KeptEntries({ disk, random, path: join(this.path, KEPT_ENTRIES_DIRECTORY), syncParent: syncEntries })
    this.#flusher = new Flusher({
      clock,
      flushBytes: settings.flushBytes,
      flushMs: settings.flushMs,
      logOf: (member) => this.#logsByAppender.get(member),
      checkpoint: () => this.#checkpoints.writeRecoveryPoints(),
      onFailure: (error) => this.#goOffline(error),
    })
    this.#journal = new Journal<LogAppender>({
      disk,
      random,
      path: join(this.path, JOURNAL_DIRECTORY),
      syncParent: syncEntries,
      maxFileBytes: settings.journalFileBytes,
      maxFiles: settings.journalMaxFiles,
      onFull: (file) => this.#flusher.flushForJournal(file, () => this.#journal.release(file)),
      onRoom: () => this.#writer.onRoom(),
      onPrepareFailed: (error) => this.#onJournalNotPrepared(error),
    })
    this.#writer = new GroupWriter({
      clock,
      journal: this.#journal,
      onFailure: (error) => this.#goOffline(error),
      onPageWrite: (appender, bytes) => this.#flusher.notePageWrite(this.#logsByAppender.get(appender)!, bytes),
    })
    this.#context = {
      path: this.path,
      disk,
      clock,
      compression,
      handles: this.#handles,
      tailCache: new TailCache(settings.tailCacheBytes),
      producerIdExpirationMs: settings.producerIdExpirationMs,
      syncEntries,
      removeLater: (paths, delayMs) => this.#removals.add(paths, delayMs),
      ensureOnline: () => this.#ensureOnline(),
      requestWrite: (appender) => this.#writer.request(appender),
      writeNow: () => this.#writer.writeNow(),
      noteTruncation: (appender, offset) => this.#writer.writeNote(appender, 'truncate', offset),
      checkpointLogStarts: () => this.#checkpoints.writeLogStarts(),
      checkpointRecoveryPoints: () => this.#checkpoints.writeRecoveryPoints(),
      checkpointCleaned: () => this.#checkpoints.cleaner.write(),
      guard: (task) => this.#guard(task),
    }
  }

  /**
   * Locks the directory and recovers every log in it. Rejects with `StorageError` (`LOCKED`, `FOREIGN`, `NEWER_FORMAT`, `CORRUPT`) or
   * `DiskError`. A damaged log does not fail it: see `Log.damage`.
   */
  static async open(options: LogDirectoryOptions): Promise<LogDirectory> {
    const { disk, random } = options.doors
    if (disk.statSync(options.path) === undefined) {
      disk.makeDirectorySync(options.path)
      await disk.syncDirectory(dirname(options.path))
    }
    const lock = takeLock(options)
    try {
      const meta = await ensureMetaProperties({ disk, random, path: options.path, nodeId: options.nodeId, clusterId: options.clusterId })
      const directory = new LogDirectory(options, lock, meta)
      await directory.#start()
      return directory
    } catch (error) {
      lock.release()
      throw error
    }
  }

  get directoryId(): string {
    return this.#meta.directoryId
  }

  /** undefined in a directory that no cluster has claimed. */
  get clusterId(): string | undefined {
    return this.#meta.clusterId
  }

  get isOnline(): boolean {
    return this.#offlineError === undefined
  }

  /** Hears, once, that a write or an fsync failed. */
  onOffline(listener: (error: StorageError) => void): void {
    this.#offlineListeners.add(listener)
  }

  logs(): Iterable<Log> {
    return this.#logs.values()
  }

  log(topicId: Uint8Array, partition: number): Log | undefined {
    return this.#logs.get(logKey(topicId, partition))
  }

  /** A new log; nothing is on disk until its first append. Throws `StorageError` `OFFLINE`. */
  createLog(id: TopicPartitionId, config: LogConfig): Log {
    this.#ensureOnline()
    assert(this.log(id.topicId, id.partition) === undefined, `${directoryNameOf(id)} exists`)
    const name = directoryNameOf(id)
    const missing = this.#missing.get(name)
    const log = new Log({
      context: this.#context,
      storage: new LogStorage(this.#context, id),
      config,
      logStartOffset: 0,
      damage: missing === undefined ? undefined : missingDirectory(join(this.path, name), missing),
    })
    this.#adopt(log)
    this.#holdDuringRemoval(name, log.internals.appender)
    return log
  }

  /** Removes a log and its files. Once it resolves no crash brings it back; its files may take a little longer to go. */
  async removeLog(log: Log): Promise<void> {
    const name = directoryNameOf(log.id)
    const removal = this.#remove(log, name)
    this.#removing.set(name, removal)
    try {
      await removal
    } finally {
      if (this.#removing.get(name) === removal) this.#removing.delete(name)
    }
  }

  /** Bytes that an ordinary user may still write on this file system. */
  freeBytes(): Promise<number> {
    return this.#options.doors.disk.freeBytes(this.path)
  }

  /** Bytes of records in all logs. */
  totalBytes(): number {
    let sum = 0
    for (const log of this.#logs.values()) sum += log.sizeBytes()
    return sum
  }

  /** Writes and flushes everything, marks the directory as cleanly closed and unlocks it. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #start(): Promise<void> {
    return startDirectory({
      disk: this.#disk,
      context: this.#context,
      journal: this.#journal,
      kept: this.#kept,
      checkpoints: this.#checkpoints,
      flusher: this.#flusher,
      marks: this.#marks,
      configFor: this.#options.configFor,
      logger: this.#logger,
      random: this.#options.doors.random,
      adopt: (log) => this.#adopt(log),
      noteMissing: (name, checkpoint) => this.#missing.set(name, checkpoint),
    })
  }

  async #close(): Promise<void> {
    try {
      if (this.isOnline) await this.#closeCleanly()
    } catch (error) {
      this.#goOffline(error)
    } finally {
      this.#offlineError ??= new StorageError('OFFLINE', `${this.path} is closed`)
      this.#writer.fail(this.#offlineError)
      await this.#writer.settled()
      await this.#flusher.close()
      await this.#journal.close()
      await this.#removals.close()
      await this.#checkpoints.settled()
      this.#handles.closeAll()
      this.#lock.release()
    }
  }

  async #closeCleanly(): Promise<void> {
    await this.#drain()
    await this.#flusher.flush(this.#undamagedLogs(), { isComplete: true })
    await this.#checkpoints.writeLogStarts()
    await this.#journal.reset({ isKnownEmpty: false })
    if (this.isOnline) await this.#marks.markClean(this.#disk)
  }

  /** Has everything written that was appended, also where appends are held. */
  async #drain(): Promise<void> {
    for (;;) {
      await this.#writer.drain()
      const held = [...this.#logs.values()].flatMap(({ internals: { appender } }) => (appender.hasPending ? (appender.held ?? []) : []))
      if (held.length === 0 || !this.isOnline) return
      await Promise.all(held)
    }
  }

  #undamagedLogs(): Log[] {
    return [...this.#logs.values()].filter((log) => log.damage === undefined)
  }

  #adopt(log: Log): void {
    this.#logs.set(logKey(log.id.topicId, log.id.partition), log)
    this.#logsByAppender.set(log.internals.appender, log)
  }

  /** A new log of this name must not reach a checkpoint, or the disk, beside what is left of the old one. */
  #holdDuringRemoval(name: string, appender: LogAppender): void {
    const removal = this.#removing.get(name)
    if (removal !== undefined) appender.holdUntil(removal)
  }

  async #remove(log: Log, name: string): Promise<void> {
    const { random } = this.#options.doors
    const disk = this.#disk
    const { appender, storage } = log.internals
    this.#logs.delete(logKey(log.id.topicId, log.id.partition))
    this.#missing.delete(name)
    await log.remove(new StorageError('DELETED', `${name} was removed`))
    this.#logsByAppender.delete(appender)
    if (!storage.isOnDisk) {
      if (this.#checkpoints.isFrozen(name) || this.#kept.has(log.id)) await this.#guard(() => this.#forget(log))
      return
    }
    await this.#guard(async () => {
      const doomed = join(this.path, deletedDirectoryName(name, random.uuid()))
      disk.renameSync(storage.directory, doomed)
      // 1. The new name is durable: a crash from here on finishes the deletion. 2. The journal forgets its appends. 3. So do what was kept
      // of it and the checkpoints, or the missing directory would pass for damage. 4. Only then may the directory go.
      await this.#context.syncEntries()
      await this.#writer.writeNote(appender, 'remove', 0)
      await this.#forget(log)
      await disk.removeTree(doomed)
    })
  }

  async #forget({ id }: Log): Promise<void> {
    await this.#kept.remove([id])
    this.#checkpoints.unfreeze(directoryNameOf(id))
    await this.#checkpoints.writeAll()
  }

  async #guard<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#ensureOnline()
    try {
      return await task()
    } catch (error) {
      if (isDiskFull(error)) throw new StorageError('DISK_FULL', `there is no space left on the disk of ${this.path}`, { cause: error })
      if (error instanceof DiskError) this.#goOffline(error)
      throw this.#offlineError ?? error
    }
  }

  #onJournalNotPrepared(error: unknown): void {
    if (isDiskFull(error)) {
      this.#writer.onNoRoom(new StorageError('DISK_FULL', `there is no space for the journal of ${this.path}`, { cause: error }))
    } else {
      this.#goOffline(error)
    }
  }

  #ensureOnline(): void {
    if (this.#offlineError !== undefined) throw this.#offlineError
  }

  /** What is not known to be durable is given up, and nothing is written or synced any more but the mark that says so. */
  #goOffline(cause: unknown): void {
    if (this.#offlineError !== undefined) return
    const error = new StorageError('OFFLINE', `${this.path} is offline: a write failed. Check the disk, then restart.`, { cause })
    this.#offlineError = error
    this.#disk.fence(error)
    this.#logger.error(error.message, cause)
    this.#writer.fail(error)
    for (const log of this.#logs.values()) log.internals.appender.failUndurable(error)
    this.#markFailedSync()
    for (const listener of this.#offlineListeners) listener(error)
  }

  /** After a failed fsync the page cache may hold what the disk does not: the next start writes it again instead of trusting it. */
  #markFailedSync(): void {
    try {
      this.#marks.markFailedSyncSync(this.#options.doors.disk)
    } catch (error) {
      this.#logger.error(`${this.path}: the failure could not be noted on the disk`, error)
    }
  }
}

function takeLock({ path, doors }: LogDirectoryOptions): DiskLock {
  try {
    return doors.disk.lockSync(join(path, LOCK_FILE))
  } catch (error) {
    if (!(error instanceof DiskError) || error.code !== 'LOCKED') throw error
    throw new StorageError('LOCKED', `${path} is in use by another process. Stop it, or use another data directory.`, { cause: error })
  }
}

function missingDirectory(path: string, { offset }: OffsetCheckpoint): LogDamage {
  return { file: path, position: 0, fromOffset: 0, toOffset: offset, problem: 'the directory of the log is missing' }
}

/** An option that is given as undefined counts as not given. */
function withoutUndefined(options: LogDirectoryOptions): Partial<typeof LOG_DIRECTORY_DEFAULTS> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

import type { Clock } from '@kafka-ts/io'
import { Journal } from './journal.ts'
import type { LogAppender } from './log-appender.ts'
import { isDiskFull, StorageError } from './storage-error.ts'
import type { StoredBatch } from './stored-batch.ts'

/** The most of one log that becomes one journal entry, a larger batch aside. */
const MAX_ENTRY_BYTES = 4 * 1024 * 1024
const NO_BATCHES: readonly StoredBatch[] = []

/** A note for the journal about a log, and who waits for it to be durable. */
interface ControlNote {
  readonly appender: LogAppender
  readonly kind: 'truncate' | 'remove'
  readonly offset: number
  readonly resolve: () => void
  readonly reject: (error: StorageError) => void
}

export interface GroupWriterOptions {
  readonly clock: Clock
  readonly journal: Journal<LogAppender>
  /** Called with the error of a write or sync after which nothing may be written any more. */
  readonly onFailure: (error: unknown) => void
  /** Bytes were written to a log that no journal covers. */
  readonly onPageWrite: (appender: LogAppender, bytes: number) => void
}

/**
 * Writes what all logs of a directory appended in one tick, and makes it durable.
 *
 * At the end of a tick each log's batches go to its segment and, in `commit`, all of them together to the journal; segments
 * first, so that the journal never holds what a log refused. Then one sync of the journal is under way or is started;
 * what is written during a sync is covered by the next, which starts when that one ends (group commit).
 */
export class GroupWriter {
  readonly #options: GroupWriterOptions
  readonly #journal: Journal<LogAppender>
  #requested: LogAppender[] = []
  /** Those with entries in the group that is being gathered. */
  #group: LogAppender[] = []
  #groupNotes: ControlNote[] = []
  /** Those with entries that are written but not synced, and the notes among them. */
  #unsynced: LogAppender[] = []
  #unsyncedNotes: ControlNote[] = []
  #notes: ControlNote[] = []
  #isScheduled = false
  #isWaitingForRoom = false
  /** Somebody waits for the wait for room to end. */
  #roomAwaited: PromiseWithResolvers<void> | undefined
  #syncing: Promise<void> | undefined
  #failure: StorageError | undefined

  constructor(options: GroupWriterOptions) {
    this.#options = options
    this.#journal = options.journal
  }

  /** Puts a log on the list of this tick's group. */
  request(appender: LogAppender): void {
    appender.isRequested = true
    this.#requested.push(appender)
    this.#schedule()
  }

  /** Writes a note about a log into the journal, behind all its appends; resolves when it is durable. */
  writeNote(appender: LogAppender, kind: ControlNote['kind'], offset: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure)
        return
      }
      this.#notes.push({ appender, kind, offset, resolve, reject })
      this.#schedule()
    })
  }

  /** Writes now what waits for the end of the tick. */
  writeNow(): void {
    if (this.#failure !== undefined) return
    const requested = this.#requested
    this.#requested = []
    const notes = this.#notes
    this.#notes = []
    for (const appender of requested) appender.isRequested = false
    for (const [index, appender] of requested.entries()) {
      this.#writePending(appender)
      if (this.#failure !== undefined) {
        for (const left of requested.slice(index)) left.failPending(this.#failure)
        break
      }
    }
    for (const note of notes) this.#addNote(note)
    this.#completeGroup()
    this.#startSync()
  }

  /** Resolves when nothing written is unsynced any more; also when that failed. */
  async settled(): Promise<void> {
    while (this.#syncing !== undefined) await this.#syncing
  }

  /** Writes what waits for the end of the tick, or for a journal file; resolves when all of it is synced, or failed. */
  async drain(): Promise<void> {
    this.writeNow()
    while (this.#isWaitingForRoom && this.#failure === undefined) {
      this.#roomAwaited ??= Promise.withResolvers<void>()
      await this.#roomAwaited.promise
      this.writeNow()
    }
    await this.settled()
  }

  /** There is a journal file to go on with. */
  onRoom(): void {
    if (!this.#isWaitingForRoom) return
    this.#endWaitForRoom()
    this.#schedule()
  }

  /** No journal file can be had, so what waits for one fails. */
  onNoRoom(error: StorageError): void {
    const requested = this.#requested
    this.#requested = []
    this.#endWaitForRoom()
    for (const appender of requested) {
      appender.isRequested = false
      if (appender.config.durability === 'commit') appender.failPending(error)
      else this.request(appender)
    }
    for (const note of this.#notes.splice(0)) note.reject(error)
  }

  /** Nothing is written any more. */
  fail(error: StorageError): void {
    this.#failure ??= error
    this.#requested = []
    this.#endWaitForRoom()
    for (const note of [...this.#notes.splice(0), ...this.#groupNotes.splice(0), ...this.#unsyncedNotes.splice(0)]) note.reject(error)
  }

  #endWaitForRoom(): void {
    this.#isWaitingForRoom = false
    this.#roomAwaited?.resolve()
    this.#roomAwaited = undefined
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isWaitingForRoom || this.#failure !== undefined) return
    this.#isScheduled = true
    this.#options.clock.defer(() => {
      this.#isScheduled = false
      this.writeNow()
    })
  }

  #writePending(appender: LogAppender): void {
    const isJournaled = appender.config.durability === 'commit'
    while (appender.hasPending && appender.held === undefined && this.#failure === undefined) {
      const batches = appender.peekPending(MAX_ENTRY_BYTES)
      const bytes = totalBytes(batches)
      if (isJournaled && !this.#makeRoom(Journal.entryBytes(appender.journalTemplate, bytes))) {
        this.#waitForRoom(appender)
        return
      }
      try {
        appender.writePending(batches)
      } catch (error) {
        this.#failPending(appender, error)
        return
      }
      this.#join(appender)
      if (isJournaled) this.#addEntry(appender, batches, bytes)
      else this.#options.onPageWrite(appender, bytes)
    }
  }

  #addEntry(appender: LogAppender, batches: readonly StoredBatch[], payloadBytes: number): void {
    this.#journal.add({
      member: appender,
      template: appender.journalTemplate,
      kind: 'append',
      offset: batches[0]!.baseOffset,
      batches,
      payloadBytes,
    })
  }

  #addNote(note: ControlNote): void {
    const template = note.appender.journalTemplate
    if (this.#failure !== undefined) {
      note.reject(this.#failure)
    } else if (!this.#makeRoom(template.length)) {
      this.#notes.push(note)
      this.#isWaitingForRoom = true
    } else {
      this.#journal.add({ member: note.appender, template, kind: note.kind, offset: note.offset, batches: NO_BATCHES, payloadBytes: 0 })
      this.#groupNotes.push(note)
    }
  }

  /** Whether the journal takes an entry of `bytes` now, if need be in its next file. */
  #makeRoom(bytes: number): boolean {
    if (this.#journal.fits(bytes)) return true
    this.#completeGroup()
    if (this.#failure !== undefined) return false
    try {
      return this.#journal.rotate()
    } catch (error) {
      this.#options.onFailure(error)
      return false
    }
  }

  #waitForRoom(appender: LogAppender): void {
    if (this.#failure !== undefined) return
    appender.isRequested = true
    this.#requested.push(appender)
    this.#isWaitingForRoom = true
  }

  #join(appender: LogAppender): void {
    if (this.#group.at(-1) !== appender) this.#group.push(appender)
  }

  /** Brings the gathered entries into the journal; from then on their batches count as written. */
  #completeGroup(): void {
    const group = this.#group
    const notes = this.#groupNotes
    this.#group = []
    this.#groupNotes = []
    if (this.#failure !== undefined) return
    let written = group
    try {
      this.#journal.write()
      this.#unsyncedNotes.push(...notes)
    } catch (error) {
      written = group.filter((appender) => appender.config.durability === 'page')
      this.#abandonGroup(
        group.filter((appender) => appender.config.durability === 'commit'),
        notes,
        error,
      )
      // That took the directory offline, and with it everything that is not durable: there is nothing left to confirm.
      if (this.#failure !== undefined) return
    }
    for (const appender of written) {
      appender.confirmGroup()
      if (appender.config.durability === 'commit') this.#awaitSync(appender)
      else appender.notifyDurable()
    }
  }

  #awaitSync(appender: LogAppender): void {
    if (appender.isUnsynced) return
    appender.isUnsynced = true
    this.#unsynced.push(appender)
  }

  #abandonGroup(group: readonly LogAppender[], notes: readonly ControlNote[], error: unknown): void {
    try {
      this.#journal.abandon()
      for (const appender of group) appender.abandonGroup()
    } catch (cutError) {
      this.#options.onFailure(cutError)
      return
    }
    for (const appender of group) this.#failPending(appender, error)
    for (const note of notes) note.reject(storageErrorOf(error))
  }

  /** Refuses what a log could not write. A full disk passes; after any other failure the directory is not written to. */
  #failPending(appender: LogAppender, error: unknown): void {
    if (isDiskFull(error)) appender.failPending(storageErrorOf(error))
    else this.#options.onFailure(error)
  }

  #startSync(): void {
    if (this.#syncing !== undefined || !this.#journal.hasUnsynced || this.#failure !== undefined) return
    this.#syncing = this.#syncAll().finally(() => {
      this.#syncing = undefined
    })
  }

  async #syncAll(): Promise<void> {
    while (this.#journal.hasUnsynced && this.#failure === undefined) {
      const appenders = this.#unsynced
      const notes = this.#unsyncedNotes
      this.#unsynced = []
      this.#unsyncedNotes = []
      const targets = appenders.map((appender) => appender.offsets.written)
      for (const appender of appenders) appender.isUnsynced = false
      try {
        await this.#journal.sync()
      } catch (error) {
        this.#unsyncedNotes.push(...notes)
        this.#options.onFailure(error)
        return
      }
      if (this.#failure !== undefined) {
        for (const note of notes) note.reject(this.#failure)
        return
      }
      for (const [index, appender] of appenders.entries()) appender.confirmDurable(targets[index]!)
      for (const note of notes) note.resolve()
    }
  }
}

function totalBytes(batches: readonly StoredBatch[]): number {
  let bytes = 0
  for (const batch of batches) bytes += batch.bytes.length
  return bytes
}

function storageErrorOf(error: unknown): StorageError {
  return isDiskFull(error)
    ? new StorageError('DISK_FULL', 'the append found no space on the disk and was refused', { cause: error })
    : new StorageError('OFFLINE', 'the append could not be written', { cause: error })
}

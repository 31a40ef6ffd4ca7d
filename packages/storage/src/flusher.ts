import type { Clock, Timer } from '@kafka-ts/io'
import type { JournalFile } from './journal-file.ts'
import type { Log } from './log.ts'
import { SerialTasks } from './serial-tasks.ts'
import { isDiskFull } from './storage-error.ts'

/** Logs flushed at the same time: few, so that the journal's sync and reads still find a thread. */
const CONCURRENT_FLUSHES = 2
/** The same at start and stop, when nothing else is done. */
const FOREGROUND_FLUSHES = 8
/** How long to wait before trying again to flush on a full disk. */
const RETRY_MS = 1000

export interface FlusherOptions {
  readonly clock: Clock
  readonly flushBytes: number
  readonly flushMs: number
  readonly logOf: (member: unknown) => Log | undefined
  readonly checkpoint: () => Promise<void>
  readonly onFailure: (error: unknown) => void
}

/**
 * Brings what was appended from the page cache into the segments for good, in the background: for a journal file that is
 * full, so that it can be used again, and for `page` logs by volume and time, so that recovery has little to read.
 */
export class Flusher {
  readonly #options: FlusherOptions
  readonly #tasks = new SerialTasks()
  #pageLogs = new Set<Log>()
  #pageBytes = 0
  #timer: Timer | undefined
  readonly #closing = new AbortController()

  constructor(options: FlusherOptions) {
    this.#options = options
  }

  /** Bytes were written to a log that the journal does not cover. */
  notePageWrite(log: Log, bytes: number): void {
    this.#pageLogs.add(log)
    this.#pageBytes += bytes
    if (this.#pageBytes >= this.#options.flushBytes) this.#flushPages()
    else this.#timer ??= this.#options.clock.setTimer(this.#options.flushMs, () => this.#flushPages(), { unref: true })
  }

  /** Flushes every log with entries in the file, then calls `release`. */
  flushForJournal<Member>(file: JournalFile<Member>, release: () => Promise<void>): void {
    const logs: Log[] = []
    for (const member of file.members) {
      const log = this.#options.logOf(member)
      if (log !== undefined) logs.push(log)
    }
    this.#inBackground(async () => {
      await this.#flushAll(logs)
      await release()
    })
  }

  /**
   * Flushes the logs, if it is to be complete with all their indexes, and writes the checkpoint; rejects with what failed. A complete one is
   * the last: what waits in the background for space on the disk gives up, or it would be waited for.
   */
  flush(logs: readonly Log[], options: { readonly isComplete: boolean }): Promise<void> {
    if (options.isComplete) this.#closing.abort()
    return this.#tasks.run(() => this.#flushAll(logs, { ...options, concurrency: FOREGROUND_FLUSHES }))
  }

  /** Stops the timers and waits for what is under way. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#timer?.cancel()
    await this.#tasks.run(async () => {})
  }

  #flushPages(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const logs = [...this.#pageLogs]
    this.#pageLogs = new Set()
    this.#pageBytes = 0
    if (logs.length > 0) this.#inBackground(() => this.#flushAll(logs))
  }

  #inBackground(task: () => Promise<void>): void {
    this.#tasks.run(() => this.#untilThereIsSpace(task)).catch((error: unknown) => this.#options.onFailure(error))
  }

  /** A full disk passes: meanwhile appends are refused, and retention may make room. Journal files keep their order: each waits for the one before. */
  async #untilThereIsSpace(task: () => Promise<void>): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await task()
        return
      } catch (error) {
        if (!isDiskFull(error)) throw error
      }
      await this.#options.clock.sleep(RETRY_MS, this.#closing.signal).catch(() => {})
    }
  }

  async #flushAll(logs: readonly Log[], options = { isComplete: false, concurrency: CONCURRENT_FLUSHES }): Promise<void> {
    let next = 0
    const worker = async (): Promise<void> => {
      while (next < logs.length) await logs[next++]!.flush(options)
    }
    await Promise.all(Array.from({ length: options.concurrency }, worker))
    if (logs.length > 0) await this.#options.checkpoint()
  }
}

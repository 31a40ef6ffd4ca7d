import type { Log } from './log.ts'
import type { StorageError } from './storage-error.ts'

/** Who wants to hear of a log's appends: its partition. */
export interface LogListener {
  /** `durableOffset` moved forward. Called outside of `append`. */
  onDurable(log: Log): void
  /**
   * Records at and above `fromOffset` were assigned but not kept; `logEndOffset` is `fromOffset` again. With `DISK_FULL` they are
   * gone; with `OFFLINE` no one knows, and after a restart some of them, from the first on, may be there.
   */
  onAppendFailed(log: Log, fromOffset: number, error: StorageError): void
  /** A read came upon durable records that fail their checks. They were not served; nothing of the log was changed. */
  onDamage?(log: Log, damage: LogDamage): void
}

/** What is wrong with a log that was found damaged below its durable point; nothing of it was changed. */
export interface LogDamage {
  readonly file: string
  /** Where in the file the damage begins, in bytes. */
  readonly position: number
  /** The offsets that may be lost: from the first, inclusive, to the second, exclusive. */
  readonly fromOffset: number
  readonly toOffset: number
  readonly problem: string
}

import { join } from 'node:path'
import type { Disk } from '@kafka-ts/io'
import { type OffsetCheckpoint, OffsetCheckpointFile } from './checkpoint-file.ts'
import { CleanerCheckpoints } from './cleaner/cleaner-checkpoints.ts'
import { CoalescedTask } from './coalesced-task.ts'
import type { Log } from './log.ts'

const RECOVERY_POINTS_FILE = 'recovery-point-offset-checkpoint'
const LOG_STARTS_FILE = 'log-start-offset-checkpoint'
const CHECK_ALL = 'to have every log checked in full'

export interface DirectoryCheckpointsOptions {
  readonly disk: Disk
  /** The data directory. */
  readonly path: string
  readonly logs: () => Iterable<Log>
}

/** What the last process wrote, by the names of the logs' directories. */
export interface FoundCheckpoints {
  readonly recoveryPoints: ReadonlyMap<string, OffsetCheckpoint>
  readonly logStarts: ReadonlyMap<string, OffsetCheckpoint>
}

/**
 * The checkpoint files of a data directory: of recovery points, of log starts, and the cleaner's. The rows of a log that is damaged, or whose directory is missing, stay as they were found:
 * what was promised of it holds again once it is mended.
 */
export class DirectoryCheckpoints {
  /** How far compacted logs are clean. */
  readonly cleaner: CleanerCheckpoints
  readonly #logs: () => Iterable<Log>
  readonly #recoveryPointFile: OffsetCheckpointFile
  readonly #logStartFile: OffsetCheckpointFile
  readonly #recoveryPointTask = new CoalescedTask(() => this.#recoveryPointFile.write(this.#recoveryPoints()))
  readonly #logStartTask = new CoalescedTask(() => this.#logStartFile.write(this.#logStarts()))
  readonly #frozenRecoveryPoints = new Map<string, OffsetCheckpoint>()
  readonly #frozenLogStarts = new Map<string, OffsetCheckpoint>()

  constructor(options: DirectoryCheckpointsOptions) {
    const { disk, path, logs } = options
    this.#logs = logs
    this.cleaner = new CleanerCheckpoints({ disk, path, logs })
    this.#recoveryPointFile = new OffsetCheckpointFile(disk, { path: join(path, RECOVERY_POINTS_FILE), remedy: `remove it ${CHECK_ALL}` })
    this.#logStartFile = new OffsetCheckpointFile(disk, {
      path: join(path, LOG_STARTS_FILE),
      remedy: `remove it and ${RECOVERY_POINTS_FILE} ${CHECK_ALL} and begin where its files begin`,
    })
  }

  /** Throws `StorageError` `CORRUPT`. */
  readSync(): FoundCheckpoints {
    return { recoveryPoints: this.#recoveryPointFile.readSync(), logStarts: this.#logStartFile.readSync() }
  }

  /** From now on the rows of this log stay as they were found, whatever becomes of it. */
  freeze(name: string, { recoveryPoints, logStarts }: FoundCheckpoints): void {
    const recoveryPoint = recoveryPoints.get(name)
    const logStart = logStarts.get(name)
    if (recoveryPoint !== undefined) this.#frozenRecoveryPoints.set(name, recoveryPoint)
    if (logStart !== undefined) this.#frozenLogStarts.set(name, logStart)
  }

  isFrozen(name: string): boolean {
    return this.#frozenRecoveryPoints.has(name) || this.#frozenLogStarts.has(name)
  }

  /** The log is removed: the next writes forget it. */
  unfreeze(name: string): void {
    this.#frozenRecoveryPoints.delete(name)
    this.#frozenLogStarts.delete(name)
  }

  /** Durable when it resolves, with what the logs were when it was called or later; so the next. Rejects with `DiskError`. */
  writeRecoveryPoints(): Promise<void> {
    return this.#recoveryPointTask.run()
  }

  writeLogStarts(): Promise<void> {
    return this.#logStartTask.run()
  }

  async writeAll(): Promise<void> {
    await Promise.all([this.writeRecoveryPoints(), this.writeLogStarts(), this.cleaner.write()])
  }

  /** Settles when nothing is written any more; never rejects. */
  async settled(): Promise<void> {
    await this.#recoveryPointTask.settled()
    await this.#logStartTask.settled()
    await this.cleaner.settled()
  }

  #recoveryPoints(): OffsetCheckpoint[] {
    const rows = [...this.#frozenRecoveryPoints.values()]
    for (const { id, damage, internals } of this.#logs()) {
      const { isCheckpointable, recoveryPoint } = internals.storage
      if (damage === undefined && isCheckpointable) rows.push({ topic: id.topic, partition: id.partition, offset: recoveryPoint })
    }
    return rows
  }

  #logStarts(): OffsetCheckpoint[] {
    const rows = [...this.#frozenLogStarts.values()]
    for (const { id, damage, logStartOffset } of this.#logs()) {
      if (damage === undefined && logStartOffset > 0) rows.push({ topic: id.topic, partition: id.partition, offset: logStartOffset })
    }
    return rows
  }
}

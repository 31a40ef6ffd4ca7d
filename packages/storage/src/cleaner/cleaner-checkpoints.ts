import { join } from 'node:path'
import type { Disk } from '@kafka-ts/io'
import { type OffsetCheckpoint, OffsetCheckpointFile } from '../checkpoint-file.ts'
import { CoalescedTask } from '../coalesced-task.ts'
import { StorageError } from '../storage-error.ts'
import type { TopicPartitionId } from '../topic-partition-id.ts'

const OFFSETS_FILE = 'cleaner-offset-checkpoint'
const HORIZONS_FILE = 'cleaner-horizon-checkpoint'
const REMEDY = 'remove it to have compacted logs cleaned from their start'

/** How far a log is clean. */
export interface CleanState {
  /** Everything below was cleaned. */
  readonly offset: number
  /** When the first of its tombstones may go; infinite when none has a delete horizon. */
  readonly horizonMs: number
}

export interface CleanerCheckpointsOptions {
  readonly disk: Disk
  /** The data directory. */
  readonly path: string
  readonly logs: () => Iterable<{ readonly id: TopicPartitionId; readonly cleaned: CleanState | undefined }>
}

/**
 * `cleaner-offset-checkpoint`, as Kafka writes it, and beside it our `cleaner-horizon-checkpoint`, in the same layout with times for offsets. Both only
 * save work: without them a log is cleaned from its start again, which changes nothing.
 */
export class CleanerCheckpoints {
  readonly #logs: CleanerCheckpointsOptions['logs']
  readonly #offsetsFile: OffsetCheckpointFile
  readonly #horizonsFile: OffsetCheckpointFile
  readonly #task = new CoalescedTask(() => this.#write())
  #hasRows = false

  constructor({ disk, path, logs }: CleanerCheckpointsOptions) {
    this.#logs = logs
    this.#offsetsFile = new OffsetCheckpointFile(disk, { path: join(path, OFFSETS_FILE), remedy: REMEDY })
    this.#horizonsFile = new OffsetCheckpointFile(disk, { path: join(path, HORIZONS_FILE), remedy: REMEDY })
  }

  /** By the names of the logs' directories. A damaged file counts as none: `warn` hears of it. Throws `DiskError`. */
  readSync(warn: (message: string) => void): Map<string, CleanState> {
    const offsets = readOrWarn(this.#offsetsFile, warn)
    const horizons = readOrWarn(this.#horizonsFile, warn)
    this.#hasRows = offsets.size > 0 || horizons.size > 0
    const states = new Map<string, CleanState>()
    for (const [name, { offset }] of offsets) {
      states.set(name, { offset, horizonMs: horizons.get(name)?.offset ?? Number.POSITIVE_INFINITY })
    }
    return states
  }

  /** Durable when it resolves, with what the logs were when it was called or later. Nothing to do where no log was ever cleaned. Rejects with `DiskError`. */
  write(): Promise<void> {
    return this.#task.run()
  }

  /** Settles when nothing is written any more; never rejects. */
  settled(): Promise<void> {
    return this.#task.settled()
  }

  async #write(): Promise<void> {
    const offsets: OffsetCheckpoint[] = []
    const horizons: OffsetCheckpoint[] = []
    for (const { id, cleaned } of this.#logs()) {
      if (cleaned === undefined) continue
      const { topic, partition } = id
      offsets.push({ topic, partition, offset: cleaned.offset })
      if (Number.isFinite(cleaned.horizonMs)) horizons.push({ topic, partition, offset: cleaned.horizonMs })
    }
    if (offsets.length === 0 && !this.#hasRows) return
    this.#hasRows = true
    // First, so that a crash between the two has the records cleaned again instead of a horizon forgotten.
    await this.#horizonsFile.write(horizons)
    await this.#offsetsFile.write(offsets)
  }
}

function readOrWarn(file: OffsetCheckpointFile, warn: (message: string) => void): ReadonlyMap<string, OffsetCheckpoint> {
  try {
    return file.readSync()
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'CORRUPT') throw error
    warn(error.message)
    return new Map()
  }
}

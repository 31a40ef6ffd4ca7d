import type { Compression, Disk, Random } from '@kafka-ts/io'
import { Scheduler, SeededRandom, SimulatedDisk, simulatedCompression, VirtualClock } from '@kafka-ts/io/simulated'
import { type BatchFields, RecordBatchBuilder } from '@kafka-ts/protocol/records'
import { CheckedBatches, checkBatches } from '../append-validator.ts'
import type { LogConfig } from '../log-config.ts'
import { LogDirectory } from '../log-directory.ts'
import type { LogDirectoryOptions } from '../log-directory-options.ts'
import type { TopicPartitionId } from '../topic-partition-id.ts'

export const DATA_PATH = '/data/logs'

export const TEST_CONFIG: LogConfig = {
  segmentBytes: 4096,
  segmentMs: 7 * 24 * 3600 * 1000,
  segmentJitterMs: 0,
  retentionMs: -1,
  retentionBytes: -1,
  maxMessageBytes: 1024 * 1024,
  indexIntervalBytes: 512,
  cleanupPolicy: 'delete',
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
  deleteRetentionMs: 24 * 3600 * 1000,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3600 * 1000,
  durability: 'commit',
  fileDeleteDelayMs: 1000,
}

export interface RigOptions {
  readonly seed?: number
  /** What the storage sees instead of the disk: a door that lies. */
  readonly wrapDisk?: (disk: Disk) => Disk
  readonly directory?: Partial<LogDirectoryOptions>
  readonly config?: Partial<LogConfig>
}

/** A data directory on a simulated disk: opened, crashed and opened again in virtual time. */
export class StorageRig {
  readonly scheduler: Scheduler
  readonly disk: SimulatedDisk
  readonly config: LogConfig
  readonly #options: RigOptions
  readonly random: Random
  readonly compression: Compression = simulatedCompression()
  clock: VirtualClock
  warnings: string[] = []

  constructor(options: RigOptions = {}) {
    this.#options = options
    this.scheduler = new Scheduler({ seed: options.seed ?? 1 })
    this.random = new SeededRandom((options.seed ?? 1) + 1)
    this.disk = new SimulatedDisk({ random: new SeededRandom(options.seed ?? 1), scheduler: this.scheduler })
    this.disk.makeDirectorySync('/data')
    this.disk.syncDirectorySync('/')
    this.clock = new VirtualClock(this.scheduler)
    this.config = { ...TEST_CONFIG, ...options.config }
  }

  /** Opens the directory as a new process would. Run it with `settle`. */
  async open(directory: Partial<LogDirectoryOptions> = {}): Promise<LogDirectory> {
    const view = this.disk.attach()
    const log = (message: string): void => {
      this.warnings.push(message)
    }
    return LogDirectory.open({
      path: DATA_PATH,
      doors: {
        clock: this.clock,
        random: this.random,
        disk: this.#options.wrapDisk?.(view) ?? view,
        compression: this.compression,
      },
      nodeId: 1,
      configFor: () => this.config,
      journalFileBytes: 8192,
      journalMaxFiles: 3,
      logger: { info() {}, warn: log, error: log },
      ...this.#options.directory,
      ...directory,
    })
  }

  /** Runs virtual time until the promise settles. */
  settle<Result>(promise: Promise<Result> | Result): Promise<Result> {
    return this.scheduler.settle(Promise.resolve(promise))
  }

  /** The power fails: nothing of the process goes on, and what was not synced may be lost. */
  crash(survival: 'mixed' | 'none' | 'all' = 'mixed'): void {
    this.disk.crash(survival as never)
    this.#endProcess()
  }

  /** `kill -9`: nothing of the process goes on, but all it wrote is there. */
  kill(): void {
    this.disk.killProcess()
    this.#endProcess()
  }

  #endProcess(): void {
    this.clock.kill()
    this.clock = new VirtualClock(this.scheduler)
  }
}

/** The id of a test log. */
export function testId(topic: string, partition = 0, generation = 0): TopicPartitionId {
  const topicId = new Uint8Array(16).fill(generation)
  for (let index = 0; index < topic.length; index++) topicId[index] = topic.charCodeAt(index)
  return { topic, topicId, partition }
}

/** One batch of records with the given values, as a producer would send it. */
export function batchOf(values: readonly string[], timestampMs = Date.UTC(2024, 0, 1), fields: BatchFields = {}): Uint8Array {
  const builder = new RecordBatchBuilder({ maxBatchBytes: 1024 * 1024 })
  for (const [index, value] of values.entries()) builder.append(timestampMs + index, `key-${index}`, value)
  return Uint8Array.from(builder.build(fields))
}

/** `batch`, checked; throws when it is refused. */
export function checked(batch: Uint8Array, config: LogConfig = TEST_CONFIG): CheckedBatches {
  const result = checkBatches(batch, { config, nowMs: Date.UTC(2024, 0, 1) })
  if (result instanceof CheckedBatches) return result
  throw new Error(`${result.code}: ${result.message}`)
}

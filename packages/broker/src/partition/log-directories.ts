import { join } from 'node:path'
import type { Doors } from '@kafka-ts/io'
import { uuidToString } from '@kafka-ts/protocol'
import { type Log, type LogConfig, LogDirectory, type LogDirectoryOptions, StorageError, type TopicPartitionId } from '@kafka-ts/storage'
import type { BrokerConfig } from '../config/broker-config.ts'
import { resolveTopicConfig, toLogConfig } from '../config/topic-config.ts'
import type { Logger } from '../logger.ts'

/** One data directory as the broker sees it, also while it cannot be used. */
export class HostedDirectory {
  readonly path: string
  readonly #directory: LogDirectory | undefined
  /** Why it could not be opened or went offline. */
  #offlineReason: string | undefined
  /** Why nothing is appended at the moment. */
  fullReason: string | undefined
  /** An append found no space, and free space was not measured since. */
  isOutOfSpace = false

  constructor(path: string, directory: LogDirectory | undefined, offlineReason: string | undefined) {
    this.path = path
    this.#directory = directory
    this.#offlineReason = offlineReason
  }

  get isOnline(): boolean {
    return this.#offlineReason === undefined
  }

  get offlineReason(): string | undefined {
    return this.#offlineReason
  }

  /** undefined while it could not be opened. */
  get directoryId(): string | undefined {
    return this.#directory?.directoryId
  }

  /** The log that is there, or a new one, of which nothing is on disk until its first append. */
  openLog(id: TopicPartitionId, config: LogConfig): Log {
    const directory = this.#ensureOnline()
    const log = directory.log(id.topicId, id.partition)
    if (log === undefined) return directory.createLog(id, config)
    log.updateConfig(config)
    return log
  }

  /** Removes a log from disk; fine when there is none. */
  async removeLog(id: TopicPartitionId): Promise<void> {
    const directory = this.#ensureOnline()
    const log = directory.log(id.topicId, id.partition)
    if (log !== undefined) await directory.removeLog(log)
  }

  async freeBytes(): Promise<number> {
    return this.#ensureOnline().freeBytes()
  }

  /** Told, once, when a write or an fsync failed: the directory is offline then. */
  onFailure(listener: (error: StorageError) => void): void {
    this.#directory?.onOffline((error) => {
      this.#offlineReason ??= error.message
      listener(error)
    })
  }

  async close(): Promise<void> {
    await this.#directory?.close()
  }

  #ensureOnline(): LogDirectory {
    if (this.#directory === undefined || this.#offlineReason !== undefined) {
      throw new StorageError('OFFLINE', `${this.path} is offline: ${this.#offlineReason ?? 'it could not be opened'}`)
    }
    return this.#directory
  }
}

export interface LogDirectoriesOptions {
  readonly paths: readonly string[]
  readonly doors: Doors
  readonly logger: Logger
  readonly config: BrokerConfig
}

/** The data directories of a broker. One that fails takes only its own partitions with it. */
export class LogDirectories {
  readonly all: readonly HostedDirectory[]
  readonly #listeners: ((directory: HostedDirectory) => void)[] = []

  /** What `meta.properties` says; undefined in a directory that no cluster has claimed. */
  readonly clusterId: string | undefined

  private constructor(all: readonly HostedDirectory[], clusterId: string | undefined) {
    this.all = all
    this.clusterId = clusterId
  }

  /**
   * Opens all of them, recovering their logs. The first one, which holds the metadata, says which cluster they belong to. Throws when
   * it cannot be opened, or when another one is in use or foreign; any other failure takes only that directory offline.
   */
  static async open(options: LogDirectoriesOptions): Promise<LogDirectories> {
    const [firstPath = '', ...otherPaths] = options.paths
    const first = await LogDirectory.open(directoryOptions(firstPath, options, newClusterId(firstPath, options)))
    const opened = await Promise.allSettled(otherPaths.map((path) => LogDirectory.open(directoryOptions(path, options, first.clusterId))))
    const refusal = opened.find((result) => result.status === 'rejected' && isRefusal(result.reason))
    if (refusal?.status === 'rejected') {
      await Promise.all([first.close(), ...opened.map((result) => (result.status === 'fulfilled' ? result.value.close() : undefined))])
      throw refusal.reason
    }
    const others = opened.map((result, index) => {
      const path = otherPaths[index] ?? ''
      if (result.status === 'fulfilled') return new HostedDirectory(path, result.value, undefined)
      options.logger.error({ err: result.reason, directory: path }, 'a data directory could not be opened; its partitions are offline')
      return new HostedDirectory(path, undefined, messageOf(result.reason))
    })
    const directories = new LogDirectories([new HostedDirectory(firstPath, first, undefined), ...others], first.clusterId)
    for (const hosted of directories.all) directories.#watch(hosted, options.logger)
    return directories
  }

  online(): readonly HostedDirectory[] {
    return this.all.filter((directory) => directory.isOnline)
  }

  byId(directoryId: string): HostedDirectory | undefined {
    return this.all.find((directory) => directory.directoryId === directoryId)
  }

  /** Told when a directory goes offline. */
  onOffline(listener: (directory: HostedDirectory) => void): void {
    this.#listeners.push(listener)
  }

  /** Flushes and closes all. Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.all.map((directory) => directory.close()))
  }

  #watch(hosted: HostedDirectory, logger: Logger): void {
    hosted.onFailure((error) => {
      logger.error(
        { err: error, directory: hosted.path },
        'a data directory failed; its partitions are offline until the broker is started again',
      )
      for (const listener of this.#listeners) listener(hosted)
    })
  }
}

/** A new directory founds a cluster; one that exists says whose it is. */
function newClusterId(path: string, { doors }: LogDirectoriesOptions): string | undefined {
  return doors.disk.statSync(join(path, 'meta.properties')) === undefined ? uuidToString(doors.random.uuid()) : undefined
}

function directoryOptions(
  path: string,
  { doors, config, logger }: LogDirectoriesOptions,
  clusterId: string | undefined,
): LogDirectoryOptions {
  const { values } = config
  // What a topic says for itself is known once the metadata is read, and is set before the log is used.
  const found = toLogConfig(resolveTopicConfig({}, config))
  return {
    path,
    doors,
    clusterId,
    nodeId: values['node.id'],
    configFor: () => found,
    tailCacheBytes: values['tail.cache.bytes'],
    journalFileBytes: values['journal.file.bytes'],
    journalMaxFiles: values['journal.max.files'],
    producerIdExpirationMs: values['producer.id.expiration.ms'],
    logger: {
      info: (message) => logger.info({ directory: path }, message),
      warn: (message) => logger.warn({ directory: path }, message),
      error: (message, error) => logger.error({ directory: path, err: error }, message),
    },
  }
}

/** Whether the operator has to decide, so that starting without the directory would be wrong. */
function isRefusal(error: unknown): boolean {
  return error instanceof StorageError && (error.code === 'LOCKED' || error.code === 'FOREIGN' || error.code === 'NEWER_FORMAT')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

import type { Clock, Timer } from '@kafka-ts/io'
import type { Logger } from '../logger.ts'
import type { HostedDirectory, LogDirectories } from './log-directories.ts'

export interface DiskSpaceOptions {
  readonly directories: LogDirectories
  readonly clock: Clock
  readonly logger: Logger
  /** `min.free.bytes` */
  readonly minFreeBytes: number
  readonly checkIntervalMs: number
}

/** Measures free space now and then, and marks directories that have too little: produce is refused there until there is space again. */
export class DiskSpace {
  readonly #options: DiskSpaceOptions
  #timer: Timer | undefined
  #checking: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: DiskSpaceOptions) {
    this.#options = options
  }

  /** Measures once, then at every interval. */
  start(): void {
    this.#checking = this.#check()
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#checking
  }

  async #check(): Promise<void> {
    for (const directory of this.#options.directories.online()) await this.#measure(directory)
    if (this.#isClosed) return
    this.#timer = this.#options.clock.setTimer(
      this.#options.checkIntervalMs,
      () => {
        this.#checking = this.#check()
      },
      { unref: true },
    )
  }

  /** Space that cannot be measured does not stop the broker: a write that finds none says so itself. */
  async #measure(directory: HostedDirectory): Promise<void> {
    const { minFreeBytes, logger } = this.#options
    let freeBytes: number
    try {
      freeBytes = await directory.freeBytes()
    } catch (error) {
      logger.warn({ err: error, directory: directory.path }, 'could not measure free space')
      return
    }
    const wasFull = directory.fullReason !== undefined || directory.isOutOfSpace
    directory.isOutOfSpace &&= freeBytes === 0
    directory.fullReason =
      freeBytes < minFreeBytes ? `${directory.path} has ${freeBytes} bytes free, less than min.free.bytes (${minFreeBytes})` : undefined
    if (directory.fullReason !== undefined && !wasFull)
      logger.error({ directory: directory.path, freeBytes, minFreeBytes }, 'too little free space: produce is refused until there is more')
    if (directory.fullReason === undefined && !directory.isOutOfSpace && wasFull)
      logger.info({ directory: directory.path, freeBytes }, 'there is free space again: produce is accepted')
  }
}

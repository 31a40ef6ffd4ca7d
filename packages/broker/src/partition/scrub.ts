import { type Clock, DiskError, type Timer } from '@kafka-ts/io'
import { StorageError } from '@kafka-ts/storage'
import type { Logger } from '../logger.ts'
import type { Partition } from './partition.ts'

export interface ScrubOptions {
  readonly partitions: { all(): Iterable<Partition> }
  readonly clock: Clock
  readonly logger: Logger
  /** `log.scrub.interval.ms` */
  readonly intervalMs: number
  /** `log.scrub.io.max.bytes.per.second` */
  readonly bytesPerSecond: number
}

/** What one read takes, a larger batch aside. */
const SLICE_BYTES = 256 * 1024
const MS_PER_SECOND = 1000

/**
 * Reads what is stored and no longer written to, partition after partition, again at every interval: damage is found while there may still be a
 * backup, not when somebody needs the records. Slow on purpose; a partition that is damaged goes offline and is not read on.
 */
export class Scrub {
  readonly #options: ScrubOptions
  #timer: Timer | undefined
  #wake: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: ScrubOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#isClosed) return
    this.#running = this.#sleep(this.#options.intervalMs)
      .then(() => this.#run())
      .finally(() => this.start())
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#wake?.()
    await this.#running
  }

  async #run(): Promise<void> {
    for (const partition of [...this.#options.partitions.all()]) {
      if (this.#isClosed) return
      try {
        await this.#scrub(partition)
      } catch (error) {
        if (!(error instanceof StorageError || error instanceof DiskError)) throw error
        // Damage has been reported by the partition itself, and what was deleted meanwhile is nobody's loss.
        if (error.code === 'CORRUPT' || error.code === 'DELETED') continue
        const { topic, partition: number } = partition
        this.#options.logger.warn({ err: error, topic, partition: number }, 'scrubbing failed; it is tried again')
      }
    }
  }

  async #scrub(partition: Partition): Promise<void> {
    for (let offset = 0; !this.#isClosed; ) {
      const slice = await partition.log?.scrub(offset, SLICE_BYTES)
      if (slice === undefined) return
      offset = slice.nextOffset
      await this.#sleep((slice.bytes / this.#options.bytesPerSecond) * MS_PER_SECOND)
    }
  }

  #sleep(ms: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wake = resolve
      this.#timer = this.#options.clock.setTimer(ms, resolve, { unref: true })
    })
  }
}

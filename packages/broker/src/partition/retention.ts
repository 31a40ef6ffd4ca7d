import { type Clock, DiskError, type Timer } from '@kafka-ts/io'
import { StorageError } from '@kafka-ts/storage'
import type { Logger } from '../logger.ts'
import type { Partition } from './partition.ts'

export interface RetentionOptions {
  readonly partitions: { all(): Iterable<Partition> }
  readonly clock: Clock
  readonly logger: Logger
  /** `log.retention.check.interval.ms` */
  readonly intervalMs: number
}

/** Applies retention to every partition, at every interval. */
export class Retention {
  readonly #options: RetentionOptions
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: RetentionOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#isClosed) return
    this.#timer = this.#options.clock.setTimer(
      this.#options.intervalMs,
      () => {
        this.#running = this.#run().finally(() => this.start())
      },
      { unref: true },
    )
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#running
  }

  async #run(): Promise<void> {
    const { partitions, clock, logger } = this.#options
    for (const partition of [...partitions.all()]) {
      if (this.#isClosed) return
      try {
        const bytes = await partition.applyRetention(clock.now())
        if (bytes > 0) logger.info({ topic: partition.topic, partition: partition.partition, bytes }, 'retention deleted old segments')
      } catch (error) {
        if (!(error instanceof StorageError || error instanceof DiskError)) throw error
        logger.warn({ err: error, topic: partition.topic, partition: partition.partition }, 'retention failed; it is tried again')
      }
    }
  }
}

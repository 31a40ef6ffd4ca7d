import type { Doors, Timer } from '@kafka-ts/io'
import { type CleanCandidate, LogCleaner } from '@kafka-ts/storage'
import type { BrokerConfigValues } from '../config/broker-config.ts'
import type { Logger } from '../logger.ts'
import type { Partition } from './partition.ts'

export interface CompactionOptions {
  readonly partitions: { all(): Iterable<Partition> }
  readonly doors: Pick<Doors, 'clock' | 'random' | 'compression'>
  readonly values: BrokerConfigValues
  readonly logger: Logger
}

/** Has compacted partitions cleaned, one after the other as long as one needs it, then again after a while. */
export class Compaction {
  readonly #options: CompactionOptions
  readonly #cleaner: LogCleaner
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: CompactionOptions) {
    const { doors, values, logger } = options
    this.#options = options
    this.#cleaner = new LogCleaner({
      ...doors,
      logger: {
        info: (message) => logger.info({}, message),
        warn: (message) => logger.warn({}, message),
        error: (message, error) => logger.error({ err: error }, message),
      },
      mapBytes: values['log.cleaner.dedupe.buffer.size'],
      maxBytesPerSecond: values['log.cleaner.io.max.bytes.per.second'],
    })
  }

  start(): void {
    if (this.#isClosed) return
    const { doors, values } = this.#options
    this.#timer = doors.clock.setTimer(
      values['log.cleaner.backoff.ms'],
      () => {
        this.#running = this.#run().finally(() => this.start())
      },
      { unref: true },
    )
  }

  /** What is under way ends soon; its partition is cleaned another time. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#cleaner.close()
    await this.#running
  }

  async #run(): Promise<void> {
    const { logger } = this.#options
    while (!this.#isClosed) {
      const report = await this.#cleaner.cleanNext(this.#candidates())
      if (report === undefined) return
      const { topic, partition } = report.log.id
      const { cleanedOffset, bytesBefore, bytesAfter, durationMs } = report
      logger.info(
        { topic, partition, cleanedOffset, bytesBefore, bytesAfter, durationMs: Math.round(durationMs) },
        'a partition was cleaned',
      )
    }
  }

  /** Nothing above the high watermark is cleaned: it may yet be taken back. */
  *#candidates(): Iterable<CleanCandidate> {
    for (const { log, highWatermark } of this.#options.partitions.all()) {
      if (log !== undefined) yield { log, limitOffset: highWatermark }
    }
  }
}

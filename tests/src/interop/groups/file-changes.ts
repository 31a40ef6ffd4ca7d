import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import type { Kafka, Producer } from '@kafka-ts/client'
import { pause } from '../../support/waiting.ts'

/** 129,614 changes of files in public projects, in order of time: keyed by the file they have a few hot keys and a long tail. */
const file = fileURLToPath(new URL('../../../../../shared/data/file-changes.ndjson.gz', import.meta.url))

export function missingFileChanges(): string | undefined {
  return existsSync(file) ? undefined : `the real data set (${file}) is not here`
}

/** Milliseconds between two sends. */
const TICK_MS = 20

/** Streams the real data set into a topic at a steady rate, keyed by file, until it is stopped or all of it is in. */
export class FileChangeStream {
  readonly #producer: Producer
  readonly #topic: string
  readonly #ratePerSecond: number
  readonly #ends = new Map<number, number>()
  readonly #running: Promise<void>
  #count = 0
  #isStopped = false

  constructor(kafka: Kafka, { topic, ratePerSecond }: { readonly topic: string; readonly ratePerSecond: number }) {
    this.#producer = kafka.producer()
    this.#topic = topic
    this.#ratePerSecond = ratePerSecond
    this.#running = this.#run()
    // What goes wrong is for `stop` to throw.
    this.#running.catch(() => undefined)
  }

  /** Records that are written. */
  get count(): number {
    return this.#count
  }

  /** Goes on until there are so many records, or all of them, then ends; where each partition ends. */
  async stop(minRecords: number): Promise<ReadonlyMap<number, number>> {
    while (this.#count < minRecords && !this.#isStopped) await Promise.race([this.#running, pause(TICK_MS)])
    this.#isStopped = true
    await this.#running
    await this.#producer.close()
    return this.#ends
  }

  async #run(): Promise<void> {
    const perTick = Math.max(1, Math.round((this.#ratePerSecond * TICK_MS) / 1_000))
    const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()) })
    let tick: string[] = []
    for await (const line of lines) {
      if (this.#isStopped) break
      tick.push(line)
      if (tick.length < perTick) continue
      await Promise.all([this.#send(tick), pause(TICK_MS)])
      tick = []
    }
    await this.#send(tick)
    this.#isStopped = true
  }

  async #send(lines: readonly string[]): Promise<void> {
    const records = lines.map((line) => ({ key: (JSON.parse(line) as { readonly file: string }).file, value: line }))
    const sent = await this.#producer.sendMany(this.#topic, records)
    for (const { partition, offset } of sent) this.#ends.set(partition, Math.max(this.#ends.get(partition) ?? 0, offset + 1))
    this.#count += records.length
  }
}

import type { Consumer, ConsumerBatch, ConsumerRecord } from '@kafka-ts/client'
import type { SeededRandom } from '@kafka-ts/io/simulated'
import { type Place, placeName } from '../history.ts'
import type { ConsumerPlan } from '../plan.ts'
import { readValue } from '../values.ts'
import type { World } from '../world.ts'

/** After an error, before the iteration is begun again. */
const PAUSE_MS = 100
/** A reader that always went back would never reach the end. */
const MAX_SEEKS = 20

/** Reads every partition of a run until it is closed, now and then goes elsewhere, and keeps all it gets. */
export class ConsumerWorker {
  readonly #world: World
  readonly #plan: ConsumerPlan
  readonly #random: SeededRandom
  readonly #consumer: Consumer<string>
  readonly #known = new Set<string>()
  #seeksLeft = MAX_SEEKS
  #isClosed = false

  constructor(world: World, plan: ConsumerPlan) {
    this.#world = world
    this.#plan = plan
    this.#random = world.random(`consumer ${plan.name}`)
    this.#consumer = world.client(plan.name).consumer({
      topics: world.plan.topics.map(({ name }) => name),
      from: 'earliest',
      partitionMaxBytes: plan.partitionMaxBytes,
      fetchMaxWaitMs: plan.fetchMaxWaitMs,
    })
  }

  get name(): string {
    return this.#plan.name
  }

  /** Resolves when it is closed. */
  async run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        if (this.#plan.way === 'records') await this.#readRecords()
        else await this.#readBatches()
      } catch (error) {
        this.#world.history.add({ f: 'operation', phase: 'info', process: this.name, name: 'read', code: this.#world.codeOf(error) })
      }
      if (!this.#isClosed) await this.#world.sleep(PAUSE_MS)
    }
  }

  /** Offset of the next record of a partition; undefined while it is not known. */
  position(place: Place): number | undefined {
    const isAssigned = this.#consumer.assignments().some(({ topic, partition }) => topic === place.topic && partition === place.partition)
    return isAssigned ? this.#consumer.position(place) : undefined
  }

  /** It goes elsewhere no more: from here on it reads to the end. */
  settleDown(): void {
    this.#seeksLeft = 0
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#consumer.close()
  }

  async #readRecords(): Promise<void> {
    for await (const record of this.#consumer) {
      this.#onRecord(record)
      this.#maybeSeek(record)
    }
  }

  async #readBatches(): Promise<void> {
    for await (const batch of this.#consumer.batches()) {
      this.#onBatch(batch)
      this.#maybeSeek(batch)
    }
  }

  #onBatch(batch: ConsumerBatch): void {
    const { topic, partition, highWatermark } = batch
    this.#world.history.add({ f: 'fetched', process: this.name, topic, partition, highWatermark })
    for (const record of batch) this.#onRecord(record as ConsumerRecord<string, Uint8Array, Uint8Array | null>)
  }

  #onRecord({ topic, partition, offset, value }: ConsumerRecord<string, Uint8Array, Uint8Array | null>): void {
    const place = { topic, partition }
    if (!this.#known.has(placeName(place))) {
      this.#known.add(placeName(place))
      // The whole topics are read from their first record on.
      const isWhole = this.#world.plan.topics.find((plan) => plan.name === topic)?.promise === 'whole'
      this.#world.history.add({ f: 'position', process: this.name, ...place, offset: isWhole ? 0 : undefined })
    }
    this.#world.history.add({ f: 'read', process: this.name, ...place, offset, ...readValue(value) })
  }

  #maybeSeek(place: Place): void {
    if (this.#seeksLeft === 0 || !this.#random.chance(this.#plan.seekProbability)) return
    this.#seeksLeft--
    const position = this.#consumer.position(place)
    if (position === undefined || position === 0) return
    this.#seek(place, this.#random.below(position + 1))
  }

  #seek({ topic, partition }: Place, offset: number): void {
    this.#known.add(placeName({ topic, partition }))
    this.#world.history.add({ f: 'position', process: this.name, topic, partition, offset })
    this.#consumer.seek({ topic, partition }, { offset })
  }
}

import type { KafkaErrorCode, Producer } from '@kafka-ts/client'
import type { SeededRandom } from '@kafka-ts/io/simulated'
import { type ProducerPlan, pick } from '../plan.ts'
import { recordValue } from '../values.ts'
import type { World } from '../world.ts'

const MAX_BLOCK_MS = 15_000
/** Sends that are made at once. */
const MAX_BURST = 12
/** What it may send, against what it was to send, while faults go on. */
const MAX_SURPLUS = 3
/** Larger than any topic accepts: certain to be refused. */
const OVERSIZED = 1_200_000
const OVERSIZED_PROBABILITY = 0.002
/** Failures of which it is certain that nothing was written, whatever was tried before. */
const CERTAIN_FAILURES: ReadonlySet<string> = new Set<KafkaErrorCode>(['MESSAGE_TOO_LARGE', 'BUFFER_EXHAUSTED'])

/** Sends records to all topics of a run, in bursts, and keeps every outcome. */
export class ProducerWorker {
  readonly #world: World
  readonly #plan: ProducerPlan
  readonly #random: SeededRandom
  readonly #outcomes: Promise<void>[] = []
  #count = 0
  #isFinishing = false

  constructor(world: World, plan: ProducerPlan) {
    this.#world = world
    this.#plan = plan
    this.#random = world.random(`producer ${plan.name}`)
  }

  /** Resolves when all sends are made; their outcomes may still be open. */
  async run(): Promise<void> {
    const { acks, idempotent, compression, lingerMs, batchBytes, maxInFlightRequests, deliveryTimeoutMs, sends, maxPauseMs, name } =
      this.#plan
    const producer = this.#world.client(name).producer({
      acks,
      ...(idempotent === undefined ? {} : { idempotent }),
      compression,
      lingerMs,
      batchBytes,
      maxInFlightRequests,
      deliveryTimeoutMs,
      maxBlockMs: MAX_BLOCK_MS,
      retryBackoffMs: 20,
      retryBackoffMaxMs: 500,
    })
    while (this.#count < sends || (!this.#isFinishing && this.#count < sends * MAX_SURPLUS)) {
      const burst = 1 + this.#random.below(MAX_BURST)
      for (let index = 0; index < burst; index++) this.#send(producer)
      await this.#world.sleep(this.#random.below(maxPauseMs))
    }
  }

  /** It stops once it has sent what it was to send; until then it goes on sending, because faults need something to strike. */
  finish(): void {
    this.#isFinishing = true
  }

  /** Resolves when every send has an outcome. */
  async settled(): Promise<void> {
    await Promise.all(this.#outcomes)
  }

  #send(producer: Producer): void {
    const { history, plan } = this.#world
    const { name: process, acks, idempotent, maxValueSize } = this.#plan
    const isIdempotent = idempotent ?? acks === 'all'
    const topic = pick(this.#random, plan.topics)
    const id = `${process}-${this.#count++}`
    const size = this.#random.chance(OVERSIZED_PROBABILITY) ? OVERSIZED : this.#random.below(maxValueSize)
    const record = {
      value: recordValue(id, size),
      ...(this.#random.chance(0.5)
        ? { key: `key-${this.#random.below(5)}` }
        : { partition: this.#random.below(this.#world.partitions.get(topic.name) ?? topic.partitions) }),
      ...(this.#random.chance(0.2) ? { headers: { source: process } } : {}),
    }
    this.#world.operations++
    history.add({ f: 'send', phase: 'invoke', process, id, topic: topic.name, acks, isIdempotent })
    const outcome = producer.send(topic.name, record).then(
      ({ partition, offset }) => {
        this.#world.succeeded++
        history.add({ f: 'send', phase: 'ok', process, id, topic: topic.name, partition, offset })
      },
      (error: unknown) => {
        const code = this.#world.codeOf(error)
        history.add({ f: 'send', phase: CERTAIN_FAILURES.has(code) ? 'fail' : 'info', process, id, code })
      },
    )
    this.#outcomes.push(outcome)
  }
}

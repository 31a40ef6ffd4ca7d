import type { SeededRandom } from '@kafka-ts/io/simulated'
import { readValue, recordValue } from '../values.ts'
import type { World } from '../world.ts'

const PROCESS = 'lives'
const RECORDS = 5
const MAX_PAUSE_MS = 1500

/**
 * Creates a topic, writes to it, reads it, deletes it, and creates it anew, until it is stopped. A step whose outcome nobody knows is
 * taken again, so that each life of the topic is known: nothing of an earlier one may come back.
 */
export class TopicLifeWorker {
  readonly #world: World
  readonly #random: SeededRandom
  #isStopped = false
  #life = 0

  constructor(world: World) {
    this.#world = world
    this.#random = world.random(PROCESS)
  }

  stop(): void {
    this.#isStopped = true
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#liveOnce(`short-${this.#random.below(2)}`)
      await this.#world.sleep(this.#random.below(MAX_PAUSE_MS))
    }
  }

  async #liveOnce(topic: string): Promise<void> {
    const life = this.#life++
    const kafka = this.#world.client(PROCESS)
    try {
      await this.#untilDone(`create ${topic}`, 'TOPIC_ALREADY_EXISTS', () => kafka.admin.createTopic({ topic, partitions: 1 }))
      const producer = kafka.producer({ deliveryTimeoutMs: 3000, maxBlockMs: 3000 })
      const sent = Array.from({ length: RECORDS }, (_, index) => `${PROCESS}-${life}-${index}`)
      for (const id of sent)
        await this.#world.operate(PROCESS, `send ${id}`, () => producer.send(topic, { value: recordValue(id, 100), partition: 0 }))
      await producer.close()
      await this.#world.operate(PROCESS, `read ${topic}`, () => this.#read(kafka, topic, new Set(sent)))
      await this.#untilDone(`delete ${topic}`, 'UNKNOWN_TOPIC_OR_PARTITION', () => kafka.admin.deleteTopic(topic))
    } finally {
      await kafka.close()
    }
  }

  async #read(kafka: ReturnType<World['client']>, topic: string, sent: ReadonlySet<string>): Promise<void> {
    const seen = new Set<string>()
    await using consumer = kafka.consumer({ topics: [topic], from: 'earliest', until: 'end' })
    for await (const record of consumer) {
      const { value, isIntact } = readValue(record.value as Uint8Array | null)
      if (!isIntact) this.#world.violation('I20', `read bytes of ${topic} that nobody sent: ${value}`)
      else if (seen.has(value)) this.#world.violation('I3', `${value} is in ${topic} twice`)
      else if (!sent.has(value))
        this.#world.violation('deleted', `${value}, written to an earlier topic ${topic} and deleted with it, came back`)
      seen.add(value)
    }
  }

  /** Takes a step until it is certain that it was taken; `doneCode` says that an earlier attempt took it. */
  async #untilDone(name: string, doneCode: string, step: () => Promise<void>): Promise<void> {
    for (let isDone = false; !isDone && !this.#isStopped; ) {
      const outcome = await this.#world.operate(PROCESS, name, async () => {
        try {
          await step()
        } catch (error) {
          if (this.#world.codeOf(error) !== doneCode) throw error
        }
        return true
      })
      isDone = outcome === true
      if (!isDone) await this.#world.sleep(200)
    }
  }
}

import type { Admin, Kafka, KafkaError } from '@kafka-ts/client'
import type { SeededRandom } from '@kafka-ts/io/simulated'
import type { Place } from '../history.ts'
import { pick } from '../plan.ts'
import type { World } from '../world.ts'

const PROCESS = 'admin'
const MAX_PARTITIONS = 5
const MAX_PAUSE_MS = 400

/** Asks and changes this and that of the topics of a run until it is stopped. */
export class AdminWorker {
  readonly #world: World
  readonly #random: SeededRandom
  readonly #kafka: Kafka
  #isStopped = false

  constructor(world: World) {
    this.#world = world
    this.#random = world.random(PROCESS)
    this.#kafka = world.client(PROCESS)
  }

  stop(): void {
    this.#isStopped = true
  }

  async createTopics(): Promise<void> {
    const { plan, history } = this.#world
    for (const { name, partitions, configs, promise } of plan.topics) {
      history.add({ f: 'topic', topic: name, promise })
      await this.#world.operate(PROCESS, `create ${name}`, () => this.#kafka.admin.createTopic({ topic: name, partitions, configs }))
    }
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#doSomething(this.#kafka.admin)
      await this.#world.sleep(this.#random.below(MAX_PAUSE_MS))
    }
  }

  #doSomething(admin: Admin): Promise<unknown> {
    const what = this.#random.below(10)
    if (what < 4) return this.#listEnd(admin)
    if (what === 4) return this.#trim(admin)
    if (what === 5) return this.#addPartition(admin)
    if (what === 6) return this.#alterConfig(admin)
    if (what === 7) return this.#findByTime(admin)
    return this.#describe(admin)
  }

  async #listEnd(admin: Admin): Promise<void> {
    const place = this.#pickPlace()
    const askedMs = this.#world.nowMs
    const found = await this.#world.operate(PROCESS, 'end', async () => only(await admin.listOffsets([{ ...place, at: 'latest' }])))
    if (found !== undefined) this.#world.history.add({ f: 'end', ...place, askedMs, offset: found.offset })
  }

  async #trim(admin: Admin): Promise<void> {
    const place = { topic: 'trimmed', partition: 0 }
    const end = await this.#world.operate(PROCESS, 'end before trim', async () =>
      only(await admin.listOffsets([{ ...place, at: 'latest' }])),
    )
    if (end === undefined) return
    const before = this.#random.below(end.offset + 1)
    this.#world.history.add({ f: 'trim', ...place, before })
    await this.#world.operate(PROCESS, 'trim', async () => only(await admin.deleteRecords([{ ...place, before }])))
  }

  async #addPartition(admin: Admin): Promise<void> {
    const topic = pick(this.#random, ['whole', 'other'])
    const partitions = (this.#world.partitions.get(topic) ?? 1) + 1
    if (partitions > MAX_PARTITIONS) return
    const isAdded = await this.#world.operate(PROCESS, 'add a partition', async () => {
      only(await admin.createPartitions([{ topic, partitions }]))
      return true
    })
    if (isAdded) this.#world.partitions.set(topic, partitions)
  }

  async #alterConfig(admin: Admin): Promise<void> {
    const { name } = pick(this.#random, this.#world.plan.topics)
    const change = pick(this.#random, [
      { name: 'segment.bytes', value: pick(this.#random, [1024, 3000, 1_048_576]) },
      { name: 'index.interval.bytes', value: pick(this.#random, [0, 300, 4096]) },
      { name: 'segment.ms', value: pick(this.#random, [1000, 604_800_000]) },
    ])
    const alteration = { resource: { type: 'topic', name } as const, changes: [{ ...change, operation: 'set' as const }] }
    await this.#world.operate(PROCESS, `set ${change.name}`, async () => only(await admin.alterConfigs([alteration])))
  }

  async #findByTime(admin: Admin): Promise<void> {
    const place = this.#pickPlace()
    const { epochMs, nowMs } = this.#world.scheduler
    const at = this.#random.chance(0.3) ? 'max-timestamp' : { timestamp: epochMs + this.#random.below(Math.ceil(nowMs) + 1) }
    await this.#world.operate(PROCESS, 'offset by time', async () => only(await admin.listOffsets([{ ...place, at }])))
  }

  #describe(admin: Admin): Promise<unknown> {
    return this.#world.operate(PROCESS, 'describe', () =>
      pick(this.#random, [
        () => admin.describeCluster() as Promise<unknown>,
        () => admin.listTopics(),
        () => admin.describeTopic('whole'),
        () => admin.describeLogDirs(),
        () => admin.describeConfigs([{ type: 'topic', name: 'other' }]),
      ])(),
    )
  }

  #pickPlace(): Place {
    const { name } = pick(this.#random, this.#world.plan.topics)
    return { topic: name, partition: this.#random.below(this.#world.partitions.get(name) ?? 1) }
  }
}

/** The outcome of a call about one item. Throws its error. */
function only<Outcome extends { readonly error?: KafkaError | undefined }>(
  outcomes: readonly Outcome[],
): Outcome & { readonly error?: undefined } {
  const outcome = outcomes[0]
  if (outcome === undefined) throw new TypeError('an admin call left out its only outcome')
  if (outcome.error !== undefined) throw outcome.error
  return outcome as Outcome & { readonly error?: undefined }
}

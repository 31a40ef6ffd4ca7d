import type { ConsumerRecord, GroupConsumer, Kafka } from '@kafka-ts/client'
import type { SeededRandom } from '@kafka-ts/io/simulated'
import type { GroupMemberPlan, GroupPlan } from '../plan.ts'
import { readValue } from '../values.ts'
import type { World } from '../world.ts'

const COMMIT_INTERVAL_MS = 500
const CLOSE_TIMEOUT_MS = 2000
const PAUSE_MS = 100

export interface GroupMemberWorkerOptions {
  readonly name: string
  readonly place: number
  readonly group: GroupPlan
  readonly plan: GroupMemberPlan
  /** Whether work takes no time any more. */
  readonly isHurrying: () => boolean
}

type AnyRecord = ConsumerRecord<string, Uint8Array, Uint8Array | null>

/** One life of a member of a group: a process on a machine of its own that works on records until it is killed or leaves. */
export class GroupMemberWorker {
  readonly #world: World
  readonly #options: GroupMemberWorkerOptions
  readonly #random: SeededRandom
  readonly #kafka: Kafka
  readonly #consumer: GroupConsumer<string>
  #isOver = false
  #ended = Promise.withResolvers<void>()

  constructor(world: World, options: GroupMemberWorkerOptions) {
    const { name, place, group, plan } = options
    this.#world = world
    this.#options = options
    this.#random = world.random(name)
    this.#kafka = world.client(name)
    world.members.add(name)
    this.#consumer = this.#kafka.consumer({
      group: group.name,
      topics: group.topics,
      from: 'earliest',
      commit: group.commit,
      commitIntervalMs: COMMIT_INTERVAL_MS,
      rebalanceTimeoutMs: group.rebalanceTimeoutMs,
      closeTimeoutMs: CLOSE_TIMEOUT_MS,
      partitionMaxBytes: 2000,
      fetchMaxWaitMs: 200,
      ...(plan.isStatic ? { instanceId: `instance-${place}` } : {}),
    })
    this.#tellHistory()
  }

  /** Resolves when it has left or was killed. */
  async run(): Promise<void> {
    await Promise.race([this.#work(), this.#ended.promise])
  }

  /** Its process is gone, whatever it was at. */
  kill(): void {
    this.#isOver = true
    this.#world.history.add({ f: 'membership', phase: 'gone', member: this.#consumer.memberId })
    this.#world.killClient(this.#options.name, this.#kafka)
    this.#ended.resolve()
  }

  async leave(): Promise<void> {
    this.#isOver = true
    await this.#kafka.close()
    // What closing did not wait for ends with the process.
    this.kill()
  }

  /** For messages. */
  describe(): string {
    const partitions = this.#consumer.assignments().map((place) => `${place.topic}-${place.partition} at ${this.#consumer.position(place)}`)
    return `${this.#options.name} works on ${partitions.join(', ') || 'nothing'}`
  }

  #tellHistory(): void {
    const { history } = this.#world
    const consumer = this.#consumer
    const member = consumer.memberId
    consumer.on('committed', ({ offsets }) => {
      for (const offset of offsets) history.add({ f: 'committed', process: this.#options.name, ...offset })
    })
    consumer.on('joined', () => history.add({ f: 'membership', phase: 'joined', member }))
    consumer.on('assigned', ({ partitions: places }) => history.add({ f: 'holding', phase: 'assigned', member, places }))
    consumer.on('revoked', ({ partitions: places }) => history.add({ f: 'holding', phase: 'revoked', member, places }))
    consumer.on('lost', ({ partitions: places }) => history.add({ f: 'holding', phase: 'lost', member, places }))
  }

  async #work(): Promise<void> {
    const { name, plan } = this.#options
    while (!this.#isOver) {
      try {
        if (plan.way === 'run') await this.#consumer.run((record) => this.#handle(record), { concurrency: plan.concurrency })
        if (plan.way === 'records') for await (const record of this.#consumer) await this.#handle(record)
        if (plan.way === 'batches')
          for await (const batch of this.#consumer.batches()) for (const record of batch) await this.#handle(record)
      } catch (error) {
        this.#world.history.add({ f: 'operation', phase: 'info', process: name, name: 'member', code: this.#world.codeOf(error) })
      }
      if (!this.#isOver) await this.#sleep(PAUSE_MS)
    }
  }

  async #handle({ topic, partition, offset, key, value }: AnyRecord): Promise<void> {
    const { history } = this.#world
    const { name, plan, group } = this.#options
    const { isIntact, value: id } = readValue(value)
    if (!isIntact) this.#world.violation('I20', `${name} was given bytes of ${topic} that nobody sent: ${id}`)
    const work = { f: 'work', process: name, topic, partition, offset, key: key === null ? null : Buffer.from(key).toString() } as const
    const isOrdered = plan.way !== 'run'
    history.add({ ...work, phase: 'begin', isOrdered })
    const ms = group.maxWorkMs === 0 || this.#options.isHurrying() ? 0 : this.#random.below(group.maxWorkMs)
    if (ms > 0) await this.#sleep(ms)
    history.add({ ...work, phase: 'done', isOrdered })
  }

  /** By the clock of its own machine: a process that is killed does not wake up, one that is stalled wakes up late. */
  async #sleep(ms: number): Promise<void> {
    const { clientGates, clients } = this.#world
    const { name } = this.#options
    const slept = clients.get(name)?.clock.sleep(ms)
    if (slept !== undefined) await clientGates.get(name)?.pass(slept)
  }
}

import { type SimulatedDoors, simulatedDoors } from '@kafka-ts/io/simulated'
import { uuidToString } from '@kafka-ts/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Kafka } from '../../kafka.ts'
import type { TopicPartition } from '../../record.ts'
import { runSimulated, type World } from '../../testing-support/simulated-world.ts'
import { orders, write } from '../consumer.test-support.ts'
import type { GroupConsumer } from './group-consumer-types.ts'

const GROUP = 'billing'
const PARTITIONS = 3
const KEYS = 4
const LOOK_MS = 200
const ways = ['for await', 'batches', 'run'] as const

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('join' as const), way: fc.constantFrom(...ways), isStatic: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('close' as const, 'crash' as const, 'expel' as const), member: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), ms: fc.nat(15_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('silence' as const), ms: fc.nat(15_000) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      count: fc.integer({ min: 1, max: 40 }),
      partition: fc.nat(PARTITIONS - 1),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: fc.nat(8_000) }) },
)
const settings = fc.record({
  commit: fc.constantFrom('interval' as const, 'batch' as const),
  maxHandlerMs: fc.constantFrom(0, 30, 300),
  /** One record in so many takes 15 seconds. */
  slowEvery: fc.constantFrom(20, 1_000),
  rebalanceTimeoutMs: fc.constantFrom(5_000, 60_000),
  maxPollIntervalMs: fc.constantFrom(12_000, 300_000),
  concurrency: fc.integer({ min: 1, max: 5 }),
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never
type Way = (typeof ways)[number]

/** What has really happened, as against what the members and the coordinator believe. */
class Truth {
  readonly written = Array.from({ length: PARTITIONS }, () => 0)
  readonly done = Array.from({ length: PARTITIONS }, () => new Set<number>())
  /** Who works on a key of a partition, and is to be waited for before somebody else does. */
  readonly atWork = new Map<string, Member>()
  /** Who was told that a partition is its own, and not yet that it is not. */
  readonly holders = Array.from({ length: PARTITIONS }, () => new Set<Member>())
  readonly #committed = Array.from({ length: PARTITIONS }, () => 0)

  isAllDone(): boolean {
    return this.written.every((count, partition) => this.done[partition]?.size === count)
  }

  /** Records of a key are begun only when all before are done. */
  onBegin(partition: number, offset: number): void {
    for (let before = offset - KEYS; before >= 0; before -= KEYS) expect(this.done[partition], `before ${offset}`).toContain(before)
  }

  onCommit(partition: number, offset: number): void {
    expect(offset).toBeGreaterThanOrEqual(this.#committed[partition] as number)
    this.#committed[partition] = offset
    for (let before = 0; before < offset; before++) expect(this.done[partition], `committed ${offset}`).toContain(before)
  }
}

class Member {
  readonly consumer: GroupConsumer<typeof orders>
  readonly doors: SimulatedDoors
  readonly kafka: Kafka
  isAlive = true
  readonly #world: World
  readonly #truth: Truth
  readonly #settings: Settings
  readonly #atWork = new Set<string>()
  /** Whether what it has in hand is always done within the rebalance timeout. */
  readonly #isWaitedFor: boolean
  readonly #failures: unknown[]

  constructor(world: World, options: { truth: Truth; settings: Settings; way: Way; instanceId: string | undefined; failures: unknown[] }) {
    const { truth, way, instanceId } = options
    const { commit, rebalanceTimeoutMs, maxPollIntervalMs } = options.settings
    this.#world = world
    this.#truth = truth
    this.#settings = options.settings
    this.#failures = options.failures
    this.#isWaitedFor = way !== 'batches' && rebalanceTimeoutMs > 30_000
    this.doors = simulatedDoors({ scheduler: world.doors.scheduler, network: world.network })
    this.kafka = new Kafka({ brokers: [world.broker.address], doors: this.doors, requestTimeoutMs: 5_000 })
    this.consumer = this.kafka.consumer({
      group: GROUP,
      topics: [orders],
      from: 'earliest',
      commit,
      commitIntervalMs: 1_000,
      rebalanceTimeoutMs,
      maxPollIntervalMs,
      partitionMaxBytes: 500,
      ...(instanceId === undefined ? {} : { instanceId }),
      onAssigned: (partitions) => this.#onAssigned(partitions),
      onRevoked: (partitions) => this.#onGone(partitions),
      onLost: (partitions) => {
        this.#isNotWaitedFor()
        this.#onGone(partitions)
      },
    })
    void this.#work(way).catch((error: unknown) => {
      if (this.isAlive) this.#failures.push(error)
    })
  }

  async close(): Promise<void> {
    this.#isNotWaitedFor()
    await this.consumer.close()
    this.isAlive = false
    await this.kafka.close()
  }

  crash(): void {
    this.isAlive = false
    this.#isNotWaitedFor()
    this.doors.kill()
    for (const holders of this.#truth.holders) holders.delete(this)
  }

  #onAssigned(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) {
      const holders = this.#truth.holders[partition] as Set<Member>
      for (const other of holders) expect(this.#mayHold(other, partition), `two members hold partition ${partition}`).toBe(false)
      holders.add(this)
    }
  }

  /** Whether the coordinator counts it as a member; one that is out may not have heard of it yet. */
  #isIn({ consumer: { memberId } }: Member): boolean {
    return this.#world.broker.coordinator.group(GROUP).members.has(memberId)
  }

  /** Whether the coordinator lets the member work on the partition; one that is out may not have heard of it yet. */
  #mayHold({ consumer: { memberId } }: Member, partition: number): boolean {
    const { broker } = this.#world
    const member = broker.coordinator.group(GROUP).members.get(memberId)
    const key = `${uuidToString(broker.topics.get('orders')?.topicId as Uint8Array)} ${partition}`
    return member !== undefined && memberId !== this.consumer.memberId && (member.assigned.has(key) || member.pending.has(key))
  }

  #onGone(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) this.#truth.holders[partition]?.delete(this)
  }

  #isNotWaitedFor(): void {
    for (const [lane, member] of this.#truth.atWork) if (member === this) this.#truth.atWork.delete(lane)
  }

  async #work(way: Way): Promise<void> {
    if (way === 'run') await this.consumer.run((record) => this.#handle(record), { concurrency: this.#settings.concurrency })
    if (way === 'for await') for await (const record of this.consumer) await this.#handle(record)
    if (way === 'batches') for await (const batch of this.consumer.batches()) for (const record of batch) await this.#handle(record)
  }

  async #handle({
    partition,
    offset,
    key,
    value,
  }: {
    partition: number
    offset: number
    key: string | null
    value: string
  }): Promise<void> {
    const lane = `${partition} ${key}`
    try {
      expect(value).toBe(`value ${offset}`)
      expect(this.#atWork).not.toContain(lane)
      const other = this.#truth.atWork.get(lane)
      if (other !== undefined && other !== this && this.#isIn(other)) throw new Error(`two members at work on ${lane}`)
      this.#truth.onBegin(partition, offset)
    } catch (error) {
      this.#failures.push(error)
    }
    const { maxHandlerMs, slowEvery } = this.#settings
    const { random, clock } = this.doors
    const ms = random.uint32() % slowEvery === 0 ? 15_000 : random.float() * maxHandlerMs
    if (ms > 0) {
      this.#atWork.add(lane)
      if (this.#isWaitedFor) this.#truth.atWork.set(lane, this)
      await clock.sleep(ms)
      this.#atWork.delete(lane)
      if (this.#truth.atWork.get(lane) === this) this.#truth.atWork.delete(lane)
    }
    this.#truth.done[partition]?.add(offset)
  }
}

async function play(world: World, steps: readonly Step[], options: Settings): Promise<void> {
  const { broker, kafka, clock } = world
  const topicId = uuidToString(broker.createTopic('orders', PARTITIONS).topicId)
  const truth = new Truth()
  const failures: unknown[] = []
  const members: Member[] = []
  const writer = kafka()
  const living = (): Member[] => members.filter(({ isAlive }) => isAlive)
  const join = (way: Way, isStatic: boolean): void => {
    if (living().length >= 5) return
    const instanceId = isStatic ? `instance ${members.length}` : undefined
    members.push(new Member(world, { truth, settings: options, way, instanceId, failures }))
  }
  broker.scripts.offsetCommit = ({ topics }) => {
    for (const { partitions } of topics) {
      for (const { partition, offset } of partitions) {
        // Checked when it counts: a commit that the coordinator refuses changes nothing.
        const before = broker.coordinator.commits.length
        queueMicrotask(() => {
          const commit = broker.coordinator.commits.slice(before).find(({ key }) => key === `${topicId} ${partition}`)
          if (commit === undefined) return
          try {
            truth.onCommit(partition, offset)
          } catch (error) {
            failures.push(error)
          }
        })
      }
    }
    return undefined
  }
  for (const act of steps) {
    const chosen = 'member' in act ? living()[act.member % Math.max(1, living().length)] : undefined
    if (act.kind === 'join') join(act.way, act.isStatic)
    else if (act.kind === 'close') void chosen?.close()
    else if (act.kind === 'crash') chosen?.crash()
    else if (act.kind === 'expel') broker.coordinator.expel(GROUP, chosen?.consumer.memberId ?? '')
    else if (act.kind === 'sleep') await clock.sleep(act.ms)
    else if (act.kind === 'restart') {
      await broker.kill()
      await clock.sleep(act.ms)
      await broker.listen()
    } else if (act.kind === 'silence') {
      broker.scripts.consumerGroupHeartbeat = () => 'silence'
      await clock.sleep(act.ms)
      delete broker.scripts.consumerGroupHeartbeat
    } else if (act.kind === 'write') {
      const from = truth.written[act.partition] as number
      truth.written[act.partition] = from + act.count
      await write(writer, { from, to: from + act.count, partition: act.partition, keyOf: (n) => `key ${n % KEYS}` })
    }
    expect(failures).toEqual([])
  }
  join('for await', false)
  const deadlineMs = clock.monotonic() + 3_600_000
  while (!truth.isAllDone() && failures.length === 0 && clock.monotonic() < deadlineMs) await clock.sleep(LOOK_MS)
  expect(failures).toEqual([])
  expect(truth.done.map(({ size }) => size)).toEqual(truth.written)
  await Promise.all(living().map((member) => member.close()))
  // Handlers that were given up still sleep.
  for (const { doors } of members) doors.kill()
  expect(failures).toEqual([])
}

/** KAFKA_TS_GROUP_RUNS=1000 npx vitest run packages/client/src/consumer/group/group.property runs it by hand. */
test('every record is done at least once, in the order of its key, and no more than what is done is committed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), settings, fc.nat(), (steps, options, seed) =>
      runSimulated(seed, (world) => play(world, steps, options)),
    ),
    { numRuns: Number(process.env['KAFKA_TS_GROUP_RUNS'] ?? 50) },
  )
})

import { KafkaError } from '@kafka-ts/protocol'
import { describe, expect, test } from 'vitest'
import type { Kafka } from '../../kafka.ts'
import type { TopicPartition } from '../../record.ts'
import { runSimulated, type World } from '../../testing-support/simulated-world.ts'
import { failure, orders, values, write } from '../consumer.test-support.ts'
import type { GroupConsumer, GroupConsumerOptions } from './group-consumer-types.ts'

type Orders = typeof orders
const billing = { group: 'billing', topics: [orders], from: 'earliest' } as const

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

/** A member that works through its loop, and what has happened to it. */
class Worker {
  readonly consumer: GroupConsumer<Orders>
  readonly found: string[] = []
  readonly events: string[] = []
  /** Awaited with every record. */
  handle: (value: string) => Promise<void> | void = () => undefined
  readonly ended: Promise<unknown>

  constructor(kafka: Kafka, options: Partial<GroupConsumerOptions<Orders>> = {}) {
    const note = (what: string) => (partitions: readonly TopicPartition[]) => {
      this.events.push(`${what} ${partitions.map(({ partition }) => partition).join(' ')}`)
    }
    this.consumer = kafka.consumer({
      ...billing,
      onAssigned: note('assigned'),
      onRevoked: note('revoked'),
      onLost: note('lost'),
      ...options,
    })
    this.ended = this.#work().catch((error: unknown) => error)
  }

  get partitions(): number[] {
    return this.consumer.assignments().map(({ partition }) => partition)
  }

  async #work(): Promise<void> {
    for await (const { value } of this.consumer) {
      this.found.push(value)
      await this.handle(value)
    }
  }
}

/** Everybody has the same share of all partitions, and has been told. */
async function settled({ until, clock }: World, workers: readonly Worker[], partitions: number): Promise<void> {
  await until(() => workers.every((worker) => worker.partitions.length === partitions / workers.length))
  await clock.sleep(100)
}

describe('members that come and go', () => {
  simulated('share the partitions, and a newcomer takes its part while the others go on', async (world) => {
    world.broker.createTopic('orders', 4)
    const client = world.kafka()
    const one = new Worker(client)
    await settled(world, [one], 4)
    const two = new Worker(client)
    await settled(world, [one, two], 4)
    expect(one.partitions).toHaveLength(2)
    expect(two.partitions).toHaveLength(2)
    expect(one.events).toEqual(['assigned 0 1 2 3', 'revoked 2 3'])
    for (let partition = 0; partition < 4; partition++) await write(client, { from: partition * 10, to: partition * 10 + 10, partition })
    await world.until(() => one.found.length + two.found.length === 40)
    expect(new Set([...one.found, ...two.found]).size).toBe(40)
    await two.consumer.close()
    await settled(world, [one], 4)
    expect(one.events.at(-1)).toBe('assigned 2 3')
  })

  simulated('a new assignment reaches a member at once, not with its next heartbeat', async (world) => {
    world.broker.createTopic('orders', 2)
    world.broker.coordinator.heartbeatIntervalMs = 5_000
    world.broker.coordinator.sessionTimeoutMs = 45_000
    const client = world.kafka()
    const one = new Worker(client)
    await settled(world, [one], 2)
    await world.clock.sleep(7_777)
    const beganMs = world.clock.monotonic()
    const two = new Worker(client)
    await settled(world, [one, two], 2)
    expect(world.clock.monotonic() - beganMs).toBeLessThan(200)
  })

  simulated('a partition is given up only when its record is done, and those that stay are not interrupted', async (world) => {
    world.broker.createTopic('orders', 2)
    const client = world.kafka()
    await write(client, { to: 2, partition: 1 })
    const events: string[] = []
    const found: string[] = []
    const consumer = client.consumer(billing)
    consumer.on('revoked', ({ partitions }) => events.push(`revoked ${partitions.map(({ partition }) => partition).join(' ')}`))
    const gate = Promise.withResolvers<void>()
    const handler = async ({ value, partition }: { value: string; partition: number }): Promise<void> => {
      found.push(value)
      if (partition === 1) await gate.promise
    }
    const running = consumer.run(handler, { concurrency: 2, order: 'partition' })
    await world.until(() => found.length === 1)
    const two = new Worker(client)
    await world.until(() => world.broker.coordinator.group('billing').members.size === 2)
    await write(client, { from: 10, to: 20 })
    await world.until(() => found.length === 11)
    await world.clock.sleep(60_000)
    expect([events, two.found]).toEqual([[], []])
    gate.resolve()
    await world.until(() => two.found.length === 1)
    expect(found).toEqual(['value 0', ...values(10, 20)])
    expect(two.found).toEqual(['value 1'])
    expect(events).toEqual(['revoked 1'])
    await consumer.close()
    await running
  })

  simulated('a record that is not done within the rebalance timeout is given to the next member too', async (world) => {
    world.broker.createTopic('orders', 2)
    const client = world.kafka()
    await write(client, { to: 3, partition: 1 })
    const one = new Worker(client, { rebalanceTimeoutMs: 10_000 })
    const gate = Promise.withResolvers<void>()
    one.handle = () => gate.promise
    await world.until(() => one.found.length === 1)
    const beganMs = world.clock.monotonic()
    const two = new Worker(client)
    await world.until(() => two.found.length === 3)
    expect(world.clock.monotonic() - beganMs).toBeLessThan(9_000)
    expect(two.found).toEqual(values(0, 3))
    expect(one.events).toEqual(['assigned 0 1', 'revoked 1'])
    gate.resolve()
  })

  simulated('in manual mode onRevoked is the time to commit', async (world) => {
    world.broker.createTopic('orders', 2)
    const client = world.kafka()
    await write(client, { to: 5, partition: 1 })
    const one: Worker = new Worker(client, { commit: 'manual', onRevoked: () => one.consumer.commit() })
    await world.until(() => one.found.length === 5)
    const two = new Worker(client)
    await settled(world, [one, two], 2)
    expect(world.broker.coordinator.committed('billing', 'orders', 1)).toBe(5)
    await write(client, { from: 5, to: 6, partition: 1 })
    await world.until(() => two.found.length === 1)
    expect(two.found).toEqual(['value 5'])
  })

  simulated('what a hook throws is thrown where records are asked for', async (world) => {
    world.broker.createTopic('orders')
    const one = new Worker(world.kafka(), {
      onAssigned: () => {
        throw new Error('no')
      },
    })
    expect(await one.ended).toMatchObject({ message: 'no' })
  })

  simulated('a seek in onAssigned is where the partition begins', async (world) => {
    world.broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 10 })
    const one: Worker = new Worker(client, { onAssigned: ([partition]) => one.consumer.seek(partition as TopicPartition, { offset: 8 }) })
    await world.until(() => one.found.length === 2)
    expect(one.found).toEqual(values(8, 10))
  })

  simulated('a static member that restarts finds its partitions waiting', async (world) => {
    world.broker.createTopic('orders', 4)
    const client = world.kafka()
    const one = new Worker(client, { instanceId: 'one' })
    const two = new Worker(client, { instanceId: 'two' })
    await settled(world, [one, two], 4)
    const before = one.partitions
    const eventCount = two.events.length
    await one.consumer.close()
    await world.clock.sleep(5_000)
    const again = new Worker(client, { instanceId: 'one' })
    await settled(world, [again, two], 4)
    expect(again.partitions.toSorted()).toEqual(before.toSorted())
    expect(two.events).toHaveLength(eventCount)
  })

  simulated('a name that a dead process still holds is waited for', async (world) => {
    world.broker.createTopic('orders')
    const one = new Worker(world.kafka(), { instanceId: 'one' })
    await settled(world, [one], 1)
    const two = new Worker(world.kafka(), { instanceId: 'one' })
    await world.clock.sleep(3_000)
    expect(two.partitions).toEqual([])
    world.broker.coordinator.expel('billing', one.consumer.memberId)
    await world.until(() => two.partitions.length === 1)
  })
})

describe('a member that is lost', () => {
  simulated('hears of it, drops what it had and joins again', async (world) => {
    world.broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 10 })
    const one = new Worker(client)
    await world.until(() => one.found.length === 10)
    world.broker.coordinator.expel('billing', one.consumer.memberId)
    await world.until(() => one.events.length === 3)
    expect(one.events).toEqual(['assigned 0', 'lost 0', 'assigned 0'])
  })

  simulated('stops working on its partitions when the coordinator is silent for the session timeout', async (world) => {
    const { broker, clock } = world
    broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 100, batchRecords: 100 })
    const one = new Worker(client)
    one.handle = () => clock.sleep(1_000)
    await world.until(() => one.found.length === 5)
    broker.scripts.consumerGroupHeartbeat = () => 'silence'
    const silentMs = clock.monotonic()
    const stalls: string[] = []
    one.consumer.on('stall', ({ kind }) => stalls.push(kind))
    await world.until(() => one.events.includes('lost 0'))
    expect(clock.monotonic() - silentMs).toBeLessThanOrEqual(broker.coordinator.sessionTimeoutMs)
    expect(stalls).toContain('coordinator')
    const foundThen = one.found.length
    await clock.sleep(20_000)
    expect(one.found.length).toBeLessThanOrEqual(foundThen + 1)
    delete broker.scripts.consumerGroupHeartbeat
    await world.until(() => one.events.at(-1) === 'assigned 0')
    await world.until(() => one.found.length === foundThen + 3)
  })

  simulated('keeps its partitions when the broker restarts within the session timeout', async (world) => {
    const { broker, clock } = world
    broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 10 })
    const one = new Worker(client)
    await world.until(() => one.found.length === 10)
    await broker.kill()
    await clock.sleep(4_000)
    await broker.listen()
    await write(client, { from: 10, to: 20 })
    await world.until(() => one.found.length === 20)
    expect(one.events).toEqual(['assigned 0'])
    expect(one.found).toEqual(values(0, 20))
  })

  simulated('joins again when a commit is refused because it is no member', async (world) => {
    const { broker } = world
    broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 10 })
    const one = new Worker(client)
    const failed: string[] = []
    one.consumer.on('commitFailed', ({ error }) => failed.push(error.code))
    await world.until(() => one.found.length === 10)
    const offsets = [{ topic: 'orders', partition: 0, offset: 7 }]
    broker.scripts.offsetCommit = () => Promise.reject(new KafkaError('UNKNOWN_MEMBER_ID'))
    expect((await failure(one.consumer.commit(offsets))).code).toBe('UNKNOWN_MEMBER_ID')
    delete broker.scripts.offsetCommit
    expect(failed).toEqual(['UNKNOWN_MEMBER_ID'])
    await world.until(() => one.events.length === 3)
    expect(one.events).toEqual(['assigned 0', 'lost 0', 'assigned 0'])
  })

  simulated('is given nothing more of a batch that it has in hand', async (world) => {
    world.broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 10 })
    const consumer = client.consumer(billing)
    const batches = consumer.batches()
    const { value: batch } = await batches.next()
    const records = batch[Symbol.iterator]()
    expect(records.next().value.value).toBe('value 0')
    const lost = new Promise((resolve) => consumer.on('lost', resolve))
    world.broker.coordinator.expel('billing', consumer.memberId)
    await lost
    expect(records.next().done).toBe(true)
    await batches.return?.()
  })

  simulated('cannot commit what it has in hand of a partition that was lost, and is told so', async (world) => {
    world.broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 2 })
    const one = new Worker(client, { commit: 'manual' })
    const gate = Promise.withResolvers<void>()
    one.handle = () => gate.promise
    await world.until(() => one.found.length === 1)
    world.broker.coordinator.expel('billing', one.consumer.memberId)
    await world.until(() => one.events.at(-1) === 'assigned 0' && one.events.length === 3)
    expect((await failure(one.consumer.commit())).code).toBe('ILLEGAL_GENERATION')
    expect(world.broker.coordinator.commits).toEqual([])
    gate.resolve()
    await world.until(() => one.found.length === 3)
    await one.consumer.commit()
    expect(world.broker.coordinator.committed('billing', 'orders', 0)).toBe(2)
    expect(one.found).toEqual(['value 0', 'value 0', 'value 1'])
  })

  simulated('hand nothing on while they are closing and onRevoked is not done', async (world) => {
    world.broker.createTopic('orders', 2)
    const client = world.kafka()
    const gate = Promise.withResolvers<void>()
    const one = new Worker(client, { onRevoked: () => gate.promise })
    await settled(world, [one], 2)
    const closing = one.consumer.close()
    const two = new Worker(client)
    await world.clock.sleep(3_000)
    expect(two.partitions).toEqual([])
    gate.resolve()
    await closing
    await settled(world, [two], 2)
    expect(one.events).toEqual(['assigned 0 1'])
  })

  simulated('cannot join for a reason that time does not heal: the loop throws it', async (world) => {
    world.broker.createTopic('orders')
    world.broker.coordinator.failure = 'GROUP_AUTHORIZATION_FAILED'
    const one = new Worker(world.kafka())
    expect(await one.ended).toMatchObject({ code: 'GROUP_AUTHORIZATION_FAILED' })
    world.broker.coordinator.failure = undefined
    const next = one.consumer[Symbol.asyncIterator]().next()
    await world.until(() => one.partitions.length === 1)
    await one.consumer.close()
    expect((await next).done).toBe(true)
  })

  simulated('waits for a coordinator that is still loading', async (world) => {
    world.broker.createTopic('orders')
    world.broker.coordinator.failure = 'COORDINATOR_LOAD_IN_PROGRESS'
    const one = new Worker(world.kafka())
    await world.clock.sleep(30_000)
    world.broker.coordinator.failure = undefined
    await world.until(() => one.partitions.length === 1)
  })
})

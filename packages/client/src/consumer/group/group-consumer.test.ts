import { describe, expect, test } from 'vitest'
import { string } from '../../codecs.ts'
import { runSimulated, type World } from '../../testing-support/simulated-world.ts'
import { topic } from '../../topic.ts'
import { failure, first, orders, values, write } from '../consumer.test-support.ts'
import type { GroupConsumer } from './group-consumer-types.ts'
import type { GroupConsumerEvents } from './group-events.ts'

const billing = { group: 'billing', topics: [orders], from: 'earliest' } as const

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

/** Takes records until there are `count`. */
async function take(consumer: GroupConsumer<typeof orders>, count: number): Promise<string[]> {
  const found: string[] = []
  for await (const { value } of consumer) if (found.push(value) === count) break
  return found
}

function committed({ broker }: World, partition = 0): number | undefined {
  return broker.coordinator.committed('billing', 'orders', partition)
}

function heard<Name extends keyof GroupConsumerEvents>(consumer: GroupConsumer, name: Name): GroupConsumerEvents[Name][] {
  const events: GroupConsumerEvents[Name][] = []
  consumer.on(name, (event) => events.push(event))
  return events
}

describe('reading', () => {
  simulated('a member alone reads every partition, commits what is done and leaves', async ({ broker, kafka }) => {
    broker.createTopic('orders', 3)
    const client = kafka()
    for (const partition of [0, 1, 2]) await write(client, { from: partition * 100, to: partition * 100 + 25, partition })
    const consumer = client.consumer(billing)
    const byPartition: string[][] = [[], [], []]
    let count = 0
    for await (const record of consumer) {
      byPartition[record.partition]?.push(record.value)
      if (++count === 75) consumer.stop()
    }
    expect(byPartition).toEqual([values(0, 25), values(100, 125), values(200, 225)])
    await consumer.close()
    expect([0, 1, 2].map((partition) => broker.coordinator.committed('billing', 'orders', partition))).toEqual([25, 25, 25])
    expect(broker.coordinator.group('billing').members.size).toBe(0)
  })

  simulated('the next member goes on where the last one was', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 20 })
    const one = client.consumer(billing)
    expect(await take(one, 7)).toEqual(values(0, 7))
    await one.commit()
    await one.close()
    expect(await take(client.consumer(billing), 13)).toEqual(values(7, 20))
  })

  simulated('without committed offsets latest is where it begins, also for the member after it', async ({ broker, kafka, until }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 5 })
    const one = client.consumer({ group: 'billing', topics: [orders] })
    const started = heard(one, 'started')
    const waiting = one[Symbol.asyncIterator]().next()
    await until(() => broker.coordinator.committed('billing', 'orders', 0) === 5)
    expect(started).toEqual([{ partitions: [{ ...first, offset: 5, because: 'latest' }] }])
    await one.close()
    expect((await waiting).done).toBe(true)
    await write(client, { from: 5, to: 8 })
    expect(await take(client.consumer({ group: 'billing', topics: [orders] }), 3)).toEqual(values(5, 8))
  })

  simulated('a date is where it begins', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 20, batchRecords: 1 })
    expect(await take(client.consumer({ ...billing, from: new Date(1_012) }), 8)).toEqual(values(12, 20))
  })

  simulated('a partition that is added is read from its beginning, whatever from says', async ({ broker, kafka, until }) => {
    const created = broker.createTopic('orders')
    const client = kafka({ metadataMaxAgeMs: 1_000 })
    const consumer = client.consumer({ group: 'billing', topics: [orders] })
    const next = consumer[Symbol.asyncIterator]().next()
    await until(() => consumer.assignments().length === 1)
    created.partitions.push({ batches: [], logStartOffset: 0, endOffset: 0, errorCode: 0, leaderId: 1 })
    await write(kafka(), { to: 1, partition: 1 })
    broker.coordinator.refresh()
    expect((await next).value).toMatchObject({ partition: 1, offset: 0 })
  })

  simulated('an expression finds topics as in JavaScript, those that come later too', async ({ broker, kafka, until }) => {
    broker.createTopic('shop-orders')
    broker.createTopic('other')
    const client = kafka()
    const consumer = client.consumer({ group: 'billing', topics: /ORDERS/i, from: 'earliest' })
    const records = consumer[Symbol.asyncIterator]()
    const next = records.next()
    await until(() => consumer.assignments().length === 1)
    broker.createTopic('more-orders')
    broker.coordinator.refresh()
    await until(() => consumer.assignments().length === 2)
    const producer = client.producer()
    await producer.send('more-orders', { value: 'x' })
    expect(await next).toMatchObject({ value: { topic: 'more-orders', value: Buffer.from('x') } })
  })

  simulated('a topic that does not exist is an error, and the next try may find it', async ({ broker, kafka }) => {
    const client = kafka()
    const consumer = client.consumer(billing)
    expect((await failure(take(consumer, 1))).code).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    broker.createTopic('orders')
    await write(client, { to: 1 })
    expect(await take(consumer, 1)).toEqual(values(0, 1))
  })

  simulated('an offset that is gone goes on where it is told to, and says so', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 30 })
    const one = client.consumer(billing)
    await take(one, 3)
    await one.commit()
    await one.close()
    broker.partition('orders').logStartOffset = 20
    broker.partition('orders').batches.splice(0, 2)
    const two = client.consumer(billing)
    const resets = heard(two, 'reset')
    expect(await take(two, 10)).toEqual(values(20, 30))
    expect(resets).toMatchObject([{ ...first, to: 'earliest', error: { code: 'OFFSET_OUT_OF_RANGE' } }])
  })

  simulated('lag is known from the fetches', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 10 })
    const consumer = client.consumer(billing)
    const lags = heard(consumer, 'lag')
    await take(consumer, 4)
    expect(consumer.lag()).toEqual([{ ...first, position: 4, highWatermark: 10, lag: 6 }])
    await clock.sleep(5_001)
    expect(lags.at(-1)).toEqual({ partitions: consumer.lag() })
  })

  simulated('options that cannot be are refused', async ({ kafka }) => {
    const client = kafka()
    expect(() => client.consumer({ group: '', topics: [orders] })).toThrow('group is the id')
    expect(() => client.consumer({ group: 'g', topics: [] })).toThrow('at least one topic')
    expect(() => client.consumer({ group: 'g', topics: /x/g })).toThrow('mean nothing')
    expect(() => client.consumer({ group: 'g', topics: [orders], commit: 'never' as 'manual' })).toThrow('commit is interval')
    expect(() => client.consumer({ group: 'g', topics: [orders], maxPollIntervalMs: 0 })).toThrow('maxPollIntervalMs')
  })
})

describe('what is committed', () => {
  simulated('a record is done when the next one is asked for', async (world) => {
    world.broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 20 })
    const consumer = client.consumer(billing)
    const records = consumer[Symbol.asyncIterator]()
    for (let count = 0; count < 6; count++) await records.next()
    await world.clock.sleep(5_100)
    expect(committed(world)).toBe(5)
    await records.next()
    await world.clock.sleep(5_100)
    expect(committed(world)).toBe(6)
    // A loop that was left, or has thrown, does not say that it was done with its record.
    await records.return?.()
    await consumer.close()
    expect(committed(world)).toBe(6)
  })

  simulated('a batch is done when the next one is asked for', async (world) => {
    world.broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 20 })
    const consumer = client.consumer({ ...billing, commit: 'batch', partitionMaxBytes: 1 })
    let count = 0
    for await (const batch of consumer.batches()) {
      for (const record of batch) expect(record.value).toBe(`value ${count++}`)
      await world.clock.sleep(100)
      expect(committed(world)).toBe(batch.firstOffset)
      if (count === 20) consumer.stop()
    }
    await world.clock.sleep(100)
    expect(committed(world)).toBe(20)
  })

  simulated('only by commit() in manual mode: what was given, or what is named', async (world) => {
    world.broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 20 })
    const consumer = client.consumer({ ...billing, commit: 'manual' })
    const records = consumer[Symbol.asyncIterator]()
    for (let count = 0; count < 6; count++) await records.next()
    await world.clock.sleep(20_000)
    expect(committed(world)).toBeUndefined()
    await consumer.commit([{ ...first, offset: 2 }])
    expect(committed(world)).toBe(2)
    await consumer.commit()
    expect(committed(world)).toBe(6)
    expect((await failure(consumer.commit([{ ...first, offset: 3 }]))).message).toContain('below the committed offset 6')
    expect((await failure(consumer.commit([{ topic: 'orders', partition: 9, offset: 3 }]))).code).toBe('INVALID_ARGUMENT')
    await records.return?.()
    await consumer.close()
    expect(committed(world)).toBe(6)
  })

  simulated('never goes backwards, also when the application seeks back', async (world) => {
    world.broker.createTopic('orders')
    const client = world.kafka()
    await write(client, { to: 20 })
    const consumer = client.consumer(billing)
    const records = consumer[Symbol.asyncIterator]()
    for (let count = 0; count < 11; count++) await records.next()
    await world.clock.sleep(5_100)
    expect(committed(world)).toBe(10)
    consumer.seek(first, { offset: 3 })
    expect((await records.next()).value.offset).toBe(3)
    await world.clock.sleep(5_100)
    for (let offset = 4; offset < 15; offset++) expect((await records.next()).value.offset).toBe(offset)
    await world.clock.sleep(5_100)
    expect(committed(world)).toBe(14)
    const offsets = world.broker.coordinator.commits.map(({ offset }) => offset)
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
  })

  simulated('a commit that fails is told, and tried again', async (world) => {
    const { broker, kafka, clock } = world
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 10 })
    const consumer = client.consumer({ ...billing, commitIntervalMs: 1_000 })
    const failed = heard(consumer, 'commitFailed')
    const records = consumer[Symbol.asyncIterator]()
    for (let count = 0; count < 6; count++) await records.next()
    broker.scripts.offsetCommit = ({ topics }) => ({
      response: {
        topics: topics.map(({ topicId, partitions }) => ({
          topicId,
          partitions: partitions.map(({ partition }) => ({ partition, errorCode: 29 })),
        })),
      },
    })
    await clock.sleep(1_100)
    expect(failed).toMatchObject([{ offsets: [{ ...first, offset: 5 }], error: { code: 'TOPIC_AUTHORIZATION_FAILED' } }])
    expect((await failure(consumer.commit())).code).toBe('TOPIC_AUTHORIZATION_FAILED')
    delete broker.scripts.offsetCommit
    await clock.sleep(1_100)
    expect(committed(world)).toBe(5)
  })

  simulated('types: the records of several topics are told apart by their topic', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    broker.createTopic('refunds')
    const refunds = topic('refunds', { key: string(), value: string() })
    const client = kafka()
    await write(client, { to: 1 })
    await client.producer().send(refunds, { value: 'back' })
    const consumer = client.consumer({ group: 'billing', topics: [orders, refunds], from: 'earliest' })
    const found: string[] = []
    for await (const record of consumer) {
      found.push(record.topic === 'refunds' ? `refund ${record.value}` : record.value)
      if (found.length === 2) break
    }
    expect(found.toSorted()).toEqual(['refund back', 'value 0'])
  })
})

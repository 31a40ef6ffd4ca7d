import type { Apis, RequestOf } from '@kafka-ts/protocol'
import { describe, expect, test } from 'vitest'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { failure, orders, read, values, write } from './consumer.test-support.ts'

const NOT_LEADER = 6

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

describe('limits and failures', () => {
  simulated('what is fetched ahead stays within the buffer', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders', 8)
    const client = kafka()
    for (let partition = 0; partition < 8; partition++) await write(client, { to: 200, partition })
    let sent = 0
    broker.scripts.fetch = (request) => {
      sent += Math.min(
        request.maxBytes,
        request.topics[0]!.partitions.reduce((sum, { maxBytes }) => sum + maxBytes, 0),
      )
      return undefined
    }
    const consumer = client.consumer({
      topics: [orders],
      from: 'earliest',
      bufferBytes: 4_000,
      partitionMaxBytes: 1_000,
      fetchMaxBytes: 2_000,
    })
    const records = consumer[Symbol.asyncIterator]()
    await records.next()
    await clock.sleep(10_000)
    expect(sent).toBeLessThanOrEqual(2_000)
    let count = 1
    while (count < 1_600) {
      await records.next()
      count++
    }
    expect(sent).toBeGreaterThan(2_000)
  })

  simulated('a paused partition does not keep the room of the others', async ({ broker, kafka }) => {
    broker.createTopic('orders', 2)
    const client = kafka()
    for (const partition of [0, 1]) await write(client, { to: 40, partition })
    const consumer = client.consumer({ topics: [orders], from: 'earliest', bufferBytes: 1 })
    const records = consumer[Symbol.asyncIterator]()
    const { partition } = (await records.next()).value
    consumer.pause([{ topic: 'orders', partition }])
    for (let offset = 0; offset < 40; offset++) expect((await records.next()).value).toMatchObject({ partition: 1 - partition, offset })
    consumer.resume()
    for (let offset = 1; offset < 40; offset++) expect((await records.next()).value).toMatchObject({ partition, offset })
  })

  simulated('an offset that is gone goes on where it is told to', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 30 })
    broker.partition('orders').logStartOffset = 20
    broker.partition('orders').batches.splice(0, 2)
    expect(await read(client, { from: { offset: 3 }, onOffsetOutOfRange: 'earliest' })).toEqual(values(20, 30))
    expect(await read(client, { from: { offset: 3 }, onOffsetOutOfRange: 'latest' })).toEqual([])
    expect((await failure(read(client, { from: { offset: 3 } }))).code).toBe('OFFSET_OUT_OF_RANGE')
  })

  simulated('goes on where it was when the broker was killed and comes back', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 20 })
    const consumer = client.consumer({ topics: [orders], from: 'earliest' })
    const records = consumer[Symbol.asyncIterator]()
    const found: string[] = []
    for (let count = 0; count < 20; count++) found.push((await records.next()).value.value)
    const next = records.next()
    await clock.sleep(100)
    await broker.kill()
    await clock.sleep(3_000)
    await broker.listen()
    await write(client, { from: 20, to: 40 })
    found.push((await next).value.value)
    while (found.length < 40) found.push((await records.next()).value.value)
    expect(found).toEqual(values(0, 40))
  })

  simulated('a parked fetch does not hold up a partition that becomes fetchable', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders', 2)
    const client = kafka()
    await write(client, { to: 10 })
    const consumer = client.consumer({ topics: [orders], from: 'earliest', fetchMaxWaitMs: 60_000 })
    const records = consumer[Symbol.asyncIterator]()
    for (let count = 0; count < 10; count++) await records.next()
    const startMs = clock.monotonic()
    const next = records.next()
    await write(client, { from: 10, to: 11 })
    await next
    expect(clock.monotonic() - startMs).toBeLessThan(1_000)
  })

  simulated('closing ends a loop that waits', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const consumer = kafka().consumer({ topics: [orders] })
    const loop = (async () => {
      for await (const record of consumer) throw new Error(`nobody wrote ${record.offset}`)
    })()
    await clock.sleep(1_000)
    await consumer.close()
    await loop
  })

  simulated('aborting throws the reason out of a loop that waits', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const controller = new AbortController()
    const consumer = kafka().consumer({ topics: [orders], signal: controller.signal })
    const next = failure(consumer[Symbol.asyncIterator]().next())
    await clock.sleep(1_000)
    controller.abort(new Error('enough'))
    const error = await next
    expect(error.code).toBe('ABORTED')
    expect(error.cause).toMatchObject({ message: 'enough' })
  })

  simulated('next may be called again before the last one settled', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 12 })
    const records = client.consumer({ topics: [orders], from: 'earliest', until: 'end' })[Symbol.asyncIterator]()
    const results = await Promise.all(Array.from({ length: 14 }, () => records.next()))
    expect(results.map(({ value }) => value?.value)).toEqual([...values(0, 12), undefined, undefined])
  })

  simulated('options that cannot be are refused', async ({ kafka }) => {
    expect(() => kafka().consumer({})).toThrow('either topics or assignments')
    expect(() => kafka().consumer({ topics: [orders], from: { offset: -1 } })).toThrow('an offset is a whole number')
    expect(() => kafka().consumer({ topics: [orders], fetchMaxWaitMs: Number.NaN })).toThrow('fetchMaxWaitMs')
  })
})

describe('partitions of two brokers that failed together', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('are each fetched again after their own pause (seed %i)', async (seed) => {
    await runSimulated(seed, async ({ broker, kafka, clock, startBroker }) => {
      const second = await startBroker(2)
      const created = broker.createTopic('orders', 2)
      const client = kafka()
      await write(client, { to: 1, partition: 0 })
      created.partitions[1]!.leaderId = 2
      broker.peers = [second]
      second.topics.set('orders', created)
      for (const { scripts } of [broker, second]) {
        let fetches = 0
        scripts.fetch = ({ topics }) => (fetches++ === 0 ? notLeading(topics) : undefined)
      }
      const startMs = clock.monotonic()
      await kafka()
        .consumer({ topics: [orders], from: { offset: 0 }, fetchMaxWaitMs: 20_000 })
        [Symbol.asyncIterator]()
        .next()
      expect(clock.monotonic() - startMs).toBeLessThan(2_000)
    })
  })
})

/** An answer that refuses every partition. */
function notLeading(topics: RequestOf<Apis['fetch']>['topics']) {
  const refused = { errorCode: NOT_LEADER, highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, bytes: 0 }
  const answers = topics.map(({ topicId, partitions }) => ({
    topicId,
    partitions: partitions.map(({ partition }) => ({ ...refused, partition })),
  }))
  return { response: { topics: answers, throttleMs: 0 } }
}

import { type Apis, KafkaError, type RequestOf } from '@kafka-ts/protocol'
import { describe, expect, test } from 'vitest'
import { json, nullable, string } from '../codecs.ts'
import type { Kafka } from '../kafka.ts'
import type { CompressionName } from '../producer/producer-types.ts'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { topic } from '../topic.ts'
import type { ConsumerOptions } from './consumer-types.ts'

const orders = topic('orders', { key: string(), value: string() })
const NOT_LEADER = 6
const first = { topic: 'orders', partition: 0 }
type Orders = typeof orders

/** Writes `value <n>` for each n of [from, to), one batch each `batchRecords`. */
async function write(
  kafka: Kafka,
  range: {
    readonly from?: number
    readonly to: number
    readonly partition?: number
    readonly compression?: CompressionName
    readonly batchRecords?: number
  },
): Promise<void> {
  const { from = 0, to, partition = 0, compression = 'none', batchRecords = 10 } = range
  const producer = kafka.producer({ compression, lingerMs: 60_000 })
  for (let at = from; at < to; at += batchRecords) {
    const records = Array.from({ length: Math.min(batchRecords, to - at) }, (_, index) => ({
      key: `key ${at + index}`,
      value: `value ${at + index}`,
      timestamp: 1_000 + at + index,
      partition,
    }))
    const sent = producer.sendMany(orders, records)
    await producer.flush()
    await sent
  }
  await producer.close()
}

function values(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `value ${from + index}`)
}

async function read(kafka: Kafka, options: Partial<ConsumerOptions<Orders>>): Promise<string[]> {
  const found: string[] = []
  for await (const { value } of kafka.consumer({ topics: [orders], until: 'end', ...options } as ConsumerOptions<Orders>)) found.push(value)
  return found
}

async function failure(promise: Promise<unknown>): Promise<KafkaError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(KafkaError)
  return error as KafkaError
}

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

describe('where reading begins and ends', () => {
  simulated('earliest to end gives every record of every partition, in order per partition', async ({ broker, kafka }) => {
    broker.createTopic('orders', 3)
    const client = kafka()
    for (const partition of [0, 1, 2]) await write(client, { from: partition * 100, to: partition * 100 + 25, partition })
    const byPartition: string[][] = [[], [], []]
    const consumer = client.consumer({ topics: [orders], from: 'earliest', until: 'end' })
    for await (const record of consumer) byPartition[record.partition]?.push(record.value)
    expect(byPartition).toEqual([values(0, 25), values(100, 125), values(200, 225)])
  })

  simulated('a record comes with all that was sent', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const typed = topic('orders', { key: string(), value: json<{ readonly n: number }>() })
    const client = kafka()
    await client.producer().send(typed, {
      key: 'k',
      value: { n: 7 },
      timestamp: 5,
      headers: [
        { key: 'h', value: 'x' },
        { key: 'h', value: null },
      ],
    })
    const consumer = client.consumer({ topics: [typed], from: 'earliest', until: 'end' })
    const { value: record } = await consumer[Symbol.asyncIterator]().next()
    expect(record).toEqual({
      topic: 'orders',
      partition: 0,
      offset: 0,
      timestamp: 5,
      key: 'k',
      value: { n: 7 },
      headers: [
        { key: 'h', value: Buffer.from('x') },
        { key: 'h', value: null },
      ],
    })
  })

  simulated('latest gives only what is written later', async ({ broker, kafka, until }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 10 })
    const consumer = client.consumer({ topics: [orders] })
    const records = consumer[Symbol.asyncIterator]()
    const next = records.next()
    await until(() => consumer.assignments().length === 1 && consumer.position(first) === 10)
    await write(client, { from: 10, to: 11 })
    expect((await next).value).toMatchObject({ offset: 10, value: 'value 10' })
  })

  simulated('a timestamp begins with the first record at or after it; after the last one at the end', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 20, batchRecords: 1 })
    expect(await read(client, { from: { timestamp: 1_012 } })).toEqual(values(12, 20))
    expect(await read(client, { from: { timestamp: new Date(1_000_000) } })).toEqual([])
  })

  simulated('an offset in the middle of a batch begins there', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 30 })
    expect(await read(client, { from: { offset: 14 } })).toEqual(values(14, 30))
  })

  simulated('until offsets ends before them, also in the middle of a batch, and reads nothing else', async ({ broker, kafka }) => {
    broker.createTopic('orders', 2)
    const client = kafka()
    await write(client, { to: 30 })
    await write(client, { from: 100, to: 110, partition: 1 })
    expect(await read(client, { from: 'earliest', until: [{ ...first, offset: 17 }] })).toEqual(values(0, 17))
  })

  simulated('an empty topic ends at once', async ({ broker, kafka }) => {
    broker.createTopic('orders', 4)
    expect(await read(kafka(), { from: 'earliest' })).toEqual([])
  })

  simulated('a topic that does not exist is an error', async ({ kafka }) => {
    expect((await failure(read(kafka(), {}))).code).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  simulated('partitions that are added are read from their beginning', async ({ broker, kafka, until }) => {
    const created = broker.createTopic('orders')
    const client = kafka({ metadataMaxAgeMs: 1_000 })
    const consumer = client.consumer({ topics: [orders] })
    const next = consumer[Symbol.asyncIterator]().next()
    await until(() => consumer.assignments().length === 1 && consumer.position(first) === 0)
    created.partitions.push({ batches: [], logStartOffset: 0, endOffset: 0, errorCode: 0, leaderId: 1 })
    await write(kafka(), { to: 1, partition: 1 })
    expect((await next).value).toMatchObject({ partition: 1, offset: 0 })
  })
})

describe('formats', () => {
  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    simulated(`reads ${compression}`, async ({ broker, kafka }) => {
      broker.createTopic('orders')
      const client = kafka()
      await write(client, { to: 25, compression })
      expect(await read(client, { from: { offset: 3 } })).toEqual(values(3, 25))
    })
  }

  simulated('gives tombstones where values are nullable, and refuses them elsewhere', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const compacted = topic('orders', { key: string(), value: nullable(string()) })
    const client = kafka()
    await client.producer().send(compacted, { key: 'gone', value: null })
    const consumer = client.consumer({ topics: [compacted], from: 'earliest', until: 'end' })
    for await (const record of consumer) expect(record).toMatchObject({ key: 'gone', value: null })
    expect((await failure(read(client, { from: 'earliest' }))).message).toContain('tombstone')
  })

  simulated('a record that cannot be decoded is named, and can be passed over', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    const producer = client.producer()
    for (const value of ['1', '{', '3']) await producer.send(orders, { value })
    const numbers = topic('orders', { key: string(), value: json<number>() })
    const consumer = client.consumer({ topics: [numbers], from: 'earliest', until: 'end' })
    const found: number[] = []
    const iterate = async (): Promise<void> => {
      for await (const { value } of consumer) found.push(value)
    }
    const error = await failure(iterate())
    expect(error.code).toBe('SERIALIZATION_FAILED')
    expect(error.message).toContain('offset 1 of partition 0 of topic "orders"')
    consumer.seek(first, { offset: 2 })
    await iterate()
    expect(found).toEqual([1, 3])
  })

  simulated('a damaged batch is never given', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 20 })
    const damaged = broker.partition('orders').batches[1] as Uint8Array
    damaged[damaged.length - 3]! ^= 1
    const found: string[] = []
    const consumer = client.consumer({ topics: [orders], from: 'earliest', until: 'end' })
    const iterate = async (): Promise<void> => {
      for await (const { value } of consumer) found.push(value)
    }
    expect((await failure(iterate())).code).toBe('CORRUPT_MESSAGE')
    damaged[damaged.length - 3]! ^= 1
    await iterate()
    expect(found).toEqual(values(0, 20))
  })
})

describe('the place of the application', () => {
  simulated('leaving a loop keeps the place for the next loop', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 30 })
    const consumer = client.consumer({ topics: [orders], from: 'earliest', until: 'end' })
    const found: string[] = []
    for await (const { value } of consumer) {
      found.push(value)
      if (found.length === 13) break
    }
    expect(consumer.position(first)).toBe(13)
    for await (const batch of consumer.batches()) {
      expect(batch.firstOffset).toBe(13)
      for (const { value } of batch) {
        found.push(value)
        if (found.length === 17) break
      }
      break
    }
    expect(consumer.position(first)).toBe(17)
    for await (const { value } of consumer) found.push(value)
    expect(found).toEqual(values(0, 30))
  })

  simulated('a batch that is not iterated counts as read when the next one is asked for', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 30 })
    const consumer = client.consumer({ topics: [orders], from: 'earliest', until: 'end' })
    let count = 0
    for await (const batch of consumer.batches()) count += batch.recordCount
    expect(count).toBe(30)
    expect(consumer.position(first)).toBe(30)
  })

  simulated('seek drops what was fetched ahead, forwards and backwards', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 100 })
    const consumer = client.consumer({ topics: [orders], from: 'earliest', until: 'end' })
    const found: string[] = []
    for await (const { value } of consumer) {
      found.push(value)
      if (found.length === 5) consumer.seek(first, { offset: 95 })
      if (found.length === 8) consumer.seek(first, 'earliest')
      if (found.length === 10) consumer.seek(first, { offset: 99 })
    }
    expect(found).toEqual([...values(0, 5), ...values(95, 98), ...values(0, 2), ...values(99, 100)])
  })

  simulated('a seek while a fetch is under way drops its answer', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 40 })
    const consumer = client.consumer({ topics: [orders], from: { offset: 30 } })
    broker.scripts.fetch = () => {
      delete broker.scripts.fetch
      consumer.seek(first, { offset: 5 })
      return undefined
    }
    const records = consumer[Symbol.asyncIterator]()
    expect((await records.next()).value).toMatchObject({ offset: 5 })
    expect((await records.next()).value).toMatchObject({ offset: 6 })
  })

  simulated('a paused partition gives nothing until it is resumed, and loses nothing', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders', 2)
    const client = kafka()
    await write(client, { to: 20 })
    await write(client, { from: 100, to: 120, partition: 1 })
    const consumer = client.consumer({ topics: [orders], from: 'earliest' })
    const found: number[][] = [[], []]
    const records = consumer[Symbol.asyncIterator]()
    const take = async (): Promise<void> => {
      const { value: record } = await records.next()
      found[record.partition]?.push(record.offset)
    }
    await take()
    const paused = { topic: 'orders', partition: found[0]?.length === 1 ? 0 : 1 }
    consumer.pause([paused])
    for (let count = 0; count < 20; count++) await take()
    expect(found[paused.partition]).toEqual([0])
    const waiting = take()
    await clock.sleep(5_000)
    expect(found[paused.partition]).toEqual([0])
    consumer.resume()
    await waiting
    for (let count = 0; count < 18; count++) await take()
    expect(found[paused.partition]).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })

  simulated('assign replaces what is read and keeps the place of what stays', async ({ broker, kafka }) => {
    broker.createTopic('orders', 2)
    const client = kafka()
    await write(client, { to: 5 })
    await write(client, { from: 100, to: 105, partition: 1 })
    const consumer = client.consumer({ assignments: [{ topic: orders, partition: 0 }], from: 'earliest' })
    const records = consumer[Symbol.asyncIterator]()
    expect((await records.next()).value.value).toBe('value 0')
    consumer.assign([{ topic: orders, partition: 0 }])
    expect((await records.next()).value.value).toBe('value 1')
    consumer.assign([{ topic: orders, partition: 1, from: { offset: 3 } }])
    expect((await records.next()).value.value).toBe('value 103')
    expect(consumer.assignments()).toEqual([{ topic: 'orders', partition: 1 }])
    expect(() => consumer.position(first)).toThrow('not assigned')
  })
})

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

describe('what is left of an iteration', () => {
  simulated('that was ended while it waited goes to the next one', async ({ broker, kafka, until }) => {
    broker.createTopic('orders')
    const client = kafka()
    const consumer = client.consumer({ topics: [orders], from: 'earliest' })
    for (const abandoned of [consumer[Symbol.asyncIterator](), consumer.batches()]) {
      const waiting = abandoned.next()
      await until(() => broker.requests.includes('fetch'))
      await abandoned.return?.()
      const before = broker.partition('orders').endOffset
      await write(client, { from: before, to: before + 10 })
      expect((await waiting).done).toBe(true)
      const found: string[] = []
      for await (const { value } of consumer) if (found.push(value) === 10) break
      expect(found).toEqual(values(before, before + 10))
    }
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

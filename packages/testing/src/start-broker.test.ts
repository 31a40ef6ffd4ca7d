import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json, Kafka, KafkaError, nullable, string, topic } from '@kafka-ts/client'
import { afterAll, describe, expect, test } from 'vitest'
import { startBroker } from './start-broker.ts'

const orders = topic('orders', { key: string(), value: json<{ readonly n: number }>() })
const directories: string[] = []

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

function ownDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kafka-ts-own-'))
  directories.push(directory)
  return directory
}

function temporaryDirectories(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^kafka-ts-[0-9a-f]{32}$/.test(name))
}

async function write(kafka: Kafka, range: { readonly from?: number; readonly to: number }): Promise<number[]> {
  const { from = 0, to } = range
  const producer = kafka.producer()
  const sent = await producer.sendMany(
    orders,
    Array.from({ length: to - from }, (_, index) => ({ key: `key ${(from + index) % 7}`, value: { n: from + index } })),
  )
  await producer.close()
  return sent.map(({ offset }) => offset)
}

async function readAll(kafka: Kafka): Promise<number[]> {
  const found: number[] = []
  for await (const { value } of kafka.consumer({ topics: [orders], from: 'earliest', until: 'end' })) found.push(value.n)
  return found.sort((a, b) => a - b)
}

function numbers(to: number): number[] {
  return Array.from({ length: to }, (_, index) => index)
}

describe.each([
  ['memory', 'memory'],
  ['a temporary directory', undefined],
])('a broker in %s', (_, dataDir) => {
  const place = dataDir === undefined ? {} : { dataDir }

  test('keeps what is produced and gives it back', async () => {
    await using broker = await startBroker({ ...place, topics: [{ topic: orders, partitions: 3 }] })
    const kafka = broker.kafka()
    await write(kafka, { to: 1_000 })
    expect(await readAll(kafka)).toEqual(numbers(1_000))
  })

  test('is its own: two at a time do not meet', async () => {
    await using one = await startBroker({ ...place, topics: ['orders'] })
    await using other = await startBroker({ ...place, topics: ['orders'] })
    expect(one.brokers).not.toEqual(other.brokers)
    await write(one.kafka(), { to: 3 })
    expect(await readAll(other.kafka())).toEqual([])
  })
})

test('a temporary directory goes with the broker, also when the start fails', async () => {
  const before = temporaryDirectories()
  const broker = await startBroker({ topics: ['orders'] })
  expect(temporaryDirectories()).toHaveLength(before.length + 1)
  await broker.close()
  await broker.close()
  const twice = startBroker({ topics: ['orders', { topic: 'bad/name' }] })
  await expect(twice).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
  expect(temporaryDirectories()).toEqual(before)
})

test('a directory of the caller stays and is read again', async () => {
  const dataDir = ownDirectory()
  const first = await startBroker({ dataDir, topics: [{ topic: orders, partitions: 2 }] })
  await write(first.kafka(), { to: 50 })
  await first.close()
  expect(existsSync(dataDir)).toBe(true)
  await using second = await startBroker({ dataDir })
  expect(await readAll(second.kafka())).toEqual(numbers(50))
})

test('configs are Kafka names; a wrong one is refused', async () => {
  await using broker = await startBroker({ dataDir: 'memory', config: { 'auto.create.topics.enable': false } })
  await expect(broker.kafka().producer().send('missing', { value: 'x' })).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  await expect(startBroker({ dataDir: 'memory', config: { 'no.such.config': 1 } })).rejects.toThrow('no.such.config')
})

test('producers and consumers ride through a restart of the broker', async () => {
  const dataDir = ownDirectory()
  const first = await startBroker({ dataDir, topics: [{ topic: orders, partitions: 3 }] })
  const port = Number(first.brokers[0]?.split(':')[1])
  await using kafka = new Kafka({ brokers: first.brokers })
  const producer = kafka.producer({ lingerMs: 0 })
  const consumer = kafka.consumer({ topics: [orders], from: 'earliest' })
  const found: number[] = []
  const reading = (async () => {
    for await (const { value } of consumer) {
      found.push(value.n)
      if (found.length === 300) return
    }
  })()
  const sends = numbers(150).map((n) => producer.send(orders, { key: `${n}`, value: { n } }))
  await Promise.all(sends)
  await first.close()
  const later = numbers(150).map((n) => producer.send(orders, { key: `${n}`, value: { n: n + 150 } }))
  await using second = await startBroker({ dataDir, port })
  expect(second.brokers).toEqual(first.brokers)
  await Promise.all(later)
  await reading
  expect(found.sort((a, b) => a - b)).toEqual(numbers(300))
})

describe('the admin of a real broker', () => {
  test('topics: create, list, describe, grow, delete; errors are values of each', async () => {
    await using broker = await startBroker({ dataDir: 'memory' })
    const { admin } = broker.kafka()
    const created = await admin.createTopics([
      { topic: orders, partitions: 4, configs: { 'retention.ms': 1_000_000 } },
      { topic: 'bad/name' },
    ])
    expect(created[0]).toEqual({ topic: 'orders', partitionCount: 4 })
    expect(created[1]?.error?.code).toBe('INVALID_TOPIC_EXCEPTION')
    expect((await admin.listTopics()).map(({ name, partitionCount }) => [name, partitionCount])).toEqual([['orders', 4]])
    await expect(admin.createTopic({ topic: orders })).rejects.toMatchObject({ code: 'TOPIC_ALREADY_EXISTS' })
    expect((await admin.describeTopic(orders)).partitions.map(({ partition, leader }) => [partition, leader])).toEqual(
      [0, 1, 2, 3].map((p) => [p, 1]),
    )
    expect(await admin.createPartitions([{ topic: orders, partitions: 6 }])).toEqual([{ topic: 'orders' }])
    expect((await admin.describeTopic(orders)).partitions).toHaveLength(6)
    await admin.deleteTopic(orders)
    await expect(admin.describeTopic(orders)).rejects.toBeInstanceOf(KafkaError)
    expect((await admin.deleteTopics(['orders']))[0]?.error?.code).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  test('configs: read, changed one by one, checked', async () => {
    await using broker = await startBroker({ dataDir: 'memory', topics: ['orders'] })
    const { admin } = broker.kafka()
    const resource = { type: 'topic', name: 'orders' } as const
    const changes = [{ name: 'retention.ms', operation: 'set', value: 5_000 }] as const
    expect(await admin.alterConfigs([{ resource, changes }])).toEqual([{ resource }])
    const [described] = await admin.describeConfigs([resource])
    expect(described?.configs?.find(({ name }) => name === 'retention.ms')).toMatchObject({
      value: '5000',
      source: 'dynamic-topic',
      isDefault: false,
    })
    const bad = [{ name: 'retention.ms', operation: 'set', value: 'soon' }] as const
    expect((await admin.alterConfigs([{ resource, changes: bad }]))[0]?.error?.code).toBe('INVALID_CONFIG')
  })

  test('offsets: earliest, latest, by time, newest; and records deleted before one', async () => {
    await using broker = await startBroker({ dataDir: 'memory', topics: ['orders'] })
    const kafka = broker.kafka()
    const producer = kafka.producer()
    const startMs = Date.now() - 100_000
    for (const n of [0, 1, 2, 3]) await producer.send(orders, { value: { n }, timestamp: startMs + n * 1_000 })
    const at = (spec: Parameters<typeof kafka.admin.topicOffsets>[1]) => kafka.admin.topicOffsets(orders, spec)
    expect(await at('earliest')).toMatchObject([{ partition: 0, offset: 0 }])
    expect(await at('latest')).toMatchObject([{ offset: 4 }])
    expect(await at({ timestamp: new Date(startMs + 1_500) })).toMatchObject([{ offset: 2, timestamp: startMs + 2_000 }])
    expect(await at('max-timestamp')).toMatchObject([{ offset: 3, timestamp: startMs + 3_000 }])
    expect(await at({ timestamp: startMs + 1_000_000 })).toMatchObject([{ offset: -1 }])
    expect(await kafka.admin.deleteRecords([{ topic: 'orders', partition: 0, before: 3 }])).toEqual([
      { topic: 'orders', partition: 0, logStartOffset: 3 },
    ])
    expect(await readAll(kafka)).toEqual([3])
    expect((await kafka.admin.listOffsets([{ topic: 'missing', partition: 0, at: 'latest' }]))[0]?.error?.code).toBe(
      'UNKNOWN_TOPIC_OR_PARTITION',
    )
  })

  test('the cluster and its directories', async () => {
    await using broker = await startBroker({ dataDir: 'memory', topics: [{ topic: orders, partitions: 2 }] })
    const kafka = broker.kafka()
    await write(kafka, { to: 10 })
    expect(await kafka.admin.describeCluster()).toMatchObject({ controllerId: 1, brokers: [{ nodeId: 1, state: 'running' }] })
    const [directory] = await kafka.admin.describeLogDirs()
    expect(directory?.replicas.map(({ topic: name, partition }) => [name, partition])).toEqual([
      ['orders', 0],
      ['orders', 1],
    ])
  })
})

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('%s travels and comes back', async (compression) => {
  await using broker = await startBroker({ dataDir: 'memory', topics: ['text'] })
  const kafka = broker.kafka()
  const text = topic('text', { key: string(), value: nullable(string()) })
  const values = numbers(500).map((n) => (n % 9 === 0 ? null : `wert ü ${n} ${'x'.repeat(n % 50)}`))
  await kafka.producer({ compression }).sendMany(
    text,
    values.map((value) => ({ key: 'k', value })),
  )
  const found: (string | null)[] = []
  for await (const batch of kafka.consumer({ topics: [text], from: 'earliest', until: 'end' }).batches()) {
    for (const { value } of batch) found.push(value)
  }
  expect(found).toEqual(values)
})

test('a batch larger than the topic takes is split', async () => {
  await using broker = await startBroker({ dataDir: 'memory', topics: [{ topic: 'small', configs: { 'max.message.bytes': 2_000 } }] })
  const kafka = broker.kafka()
  const sent = await kafka.producer().sendMany(
    'small',
    numbers(300).map((n) => ({ value: `${n} ${'x'.repeat(50)}` })),
  )
  expect(sent.map(({ offset }) => offset)).toEqual(numbers(300))
})

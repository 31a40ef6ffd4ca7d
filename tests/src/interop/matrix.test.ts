import { createHash } from 'node:crypto'
import { Kafka } from '@kafka-ts/client'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts'
import { advertisedApis, initProducerIdKey } from './broker-ranges.ts'
import { type ClientEntry, clients } from './clients.ts'
import type { Feature } from './features.ts'
import { codecs, type GroupProtocol, type InteropClient, type RecordRead } from './interop-client.ts'
import { requireInstalled, skipWithLine } from './programs.ts'
import { base64, recordsFor } from './records.ts'
import { storedCodecs } from './stored-batches.ts'

// Makes the cells of docs/compatibility.md: the test `CLIENT > FEATURE` is a cell. First every client writes, then every client reads what all of
// them wrote. Clients mostly wait, so several are at work at a time, each with one test after the other.

const testTimeoutMs = 60_000
const inTurn = { concurrent: false, timeout: testTimeoutMs }
/** Partition n of a writer's topic holds what it wrote with codec n, the last one what it wrote idempotently. */
const idempotentPartition = codecs.length
/** In the past by the clock of this machine, so that no broker config refuses it. */
const firstTimestamp = Date.now() - 3_600_000
/** What is in the topic of each writer, as the SDK read it right after the write. */
const written = new Map<ClientEntry, RecordRead[]>()
const opened = new Map<ClientEntry, InteropClient>()
let broker: BrokerProcess
let kafka: Kafka
let apis: Set<number>

beforeAll(async () => {
  broker = await startBrokerProcess()
  kafka = new Kafka({ brokers: [broker.address] })
  apis = await advertisedApis(broker.address)
  for (const entry of clients) await kafka.admin.createTopic({ topic: topicOf(entry), partitions: codecs.length + 1 })
})

afterAll(async () => {
  await Promise.all([...opened.values()].map((client) => client.close()))
  await kafka?.close()
  await broker?.remove()
})

describe.concurrent.each(clients)('$name', (entry) => {
  test('has the version that the table says', inTurn, async (context) => {
    expect(await use(entry, context).version()).toContain(entry.version)
  })

  cell(entry, 'create a topic', async (client) => {
    const topic = `${topicOf(entry)}-created`
    await client.createTopic({ topic, partitions: 3 })
    expect((await kafka.admin.describeTopic(topic)).partitionCount).toBe(3)
  })

  cell(entry, 'list the topics', async (client) => {
    const before = await topicNames()
    // Some clients show internal topics too.
    const listed = (await client.listTopics()).filter((topic) => !topic.startsWith('__'))
    // Other clients go on creating topics meanwhile, and nobody deletes one.
    expect(listed.toSorted()).toEqual((await topicNames()).filter((topic) => before.includes(topic) || listed.includes(topic)))
  })

  for (const [partition, codec] of codecs.entries()) {
    cell(entry, `write ${codec}`, async (client) => {
      await writeAndReadBack(entry, partition, () =>
        client.produce({ topic: topicOf(entry), partition, codec, records: recordsFor(entry.lacks, firstTimestamp) }),
      )
      const stored = storedCodecs(broker.dataDir, topicOf(entry), partition)
      // A client may leave a batch as it is when compressing makes it longer.
      expect(stored).toContain(codec)
      expect(stored.filter((one) => one !== codec && one !== 'none')).toEqual([])
    })
  }

  cell(entry, 'write idempotently', async (client, context) => {
    if (!apis.has(initProducerIdKey)) skipWithLine('the broker does not advertise InitProducerId yet', context)
    await writeAndReadBack(entry, idempotentPartition, () =>
      client.produce({
        topic: topicOf(entry),
        partition: idempotentPartition,
        codec: 'none',
        records: recordsFor(entry.lacks, firstTimestamp),
        idempotent: true,
      }),
    )
  })
})

// Stands between the two: what follows a test that is not concurrent waits for it, and it for what was before.
test('every client that is here has written', () => {
  const writers = clients.filter((entry) => entry.missing() === undefined)
  expect(writers.filter((entry) => !written.has(entry)).map(({ name }) => name)).toEqual([])
})

describe.concurrent.each(clients)('$name', (reader) => {
  describe('read from the start', { concurrent: false }, () => {
    for (const writer of clients) {
      test(`what ${writer.name} wrote`, inTurn, async (context) => {
        const client = use(reader, context)
        requireInstalled(writer.missing(), context)
        const expected = written.get(writer) ?? []
        expect(expected, `${writer.name} has written`).not.toEqual([])
        const partitions = [...new Set(expected.map((record) => record.partition))]
        const found = await client.consume({ topic: topicOf(writer), partitions, from: 'start', count: expected.length })
        expectSame(found, reader.readsNullHeadersAsEmpty ? expected.map(withEmptyHeaders) : expected)
      })
    }
  })

  cell(reader, 'read by timestamp', async (client) => {
    const topic = `${topicOf(reader)}-by-timestamp`
    const all = await writeNumbered(topic, 10)
    const [partition, from] = [0, { timestamp: firstTimestamp + 3_500 }]
    expectSame(await client.consume({ topic, partitions: [partition], from, count: 6 }), all.slice(4))
  })

  cell(reader, 'read from the end', async (client) => {
    const topic = `${topicOf(reader)}-from-the-end`
    const before = await writeNumbered(topic, 5)
    const all = [...before]
    let isReading = true
    const reading = client.consume({ topic, partitions: [0], from: 'end', count: 3 }).finally(() => {
      isReading = false
    })
    // When a client has found the end is its own affair: records go on coming until it has read its three.
    while (isReading) {
      all.push(...(await writeNumbered(topic, 1)))
      await Promise.race([reading.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 100))])
    }
    const found = await reading
    const first = found[0]?.offset ?? Number.NaN
    expect(first).toBeGreaterThanOrEqual(before.length)
    expectSame(found, all.slice(first, first + found.length))
    expect(found.length).toBeGreaterThanOrEqual(3)
  })

  cell(reader, 'read in a classic group', (client) => readInGroup(reader, client, 'classic'))
  cell(reader, 'read in a KIP-848 group', (client) => readInGroup(reader, client, 'consumer'))
})

/** Reads a topic in two stretches, each by a member of its own: the second goes on where the first has committed. */
async function readInGroup(entry: ClientEntry, client: InteropClient, protocol: GroupProtocol): Promise<void> {
  const topic = `${topicOf(entry)}-in-a-${protocol}-group`
  const all = await writeNumbered(topic, 20)
  const request = { topic, groupId: topic, protocol }
  const before = await client.consumeInGroup({ ...request, count: 8 })
  expect(before.length).toBeGreaterThanOrEqual(8)
  const [group] = await kafka.admin.fetchGroupOffsets([topic])
  expect(group?.offsets).toMatchObject([{ topic, partition: 0, offset: before.length }])
  expect(await kafka.admin.describeGroup(topic)).toMatchObject({ type: protocol, state: 'Empty' })
  const after = await client.consumeInGroup({ ...request, count: all.length - before.length })
  expectSame([...before, ...after], all)
}

/** The test of one cell, when there is something to show. */
function cell(entry: ClientEntry, feature: Feature, run: (client: InteropClient, context: TestContext) => Promise<void>): void {
  if (entry.cells[feature] !== true) return
  test(feature, inTurn, (context) => run(use(entry, context), context))
}

function use(entry: ClientEntry, context: TestContext): InteropClient {
  requireInstalled(entry.missing(), context)
  const client = opened.get(entry) ?? entry.open(broker.address)
  opened.set(entry, client)
  return client
}

async function topicNames(): Promise<string[]> {
  return (await kafka.admin.listTopics()).map(({ name }) => name).toSorted()
}

function topicOf(entry: ClientEntry): string {
  return `from-${entry.name.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-')}`
}

/** Runs a write, expects the records of the set in the partition, and keeps them for the readers. */
async function writeAndReadBack(entry: ClientEntry, partition: number, write: () => Promise<void>): Promise<void> {
  const begun = Date.now()
  await write()
  const found = await readAll(topicOf(entry), partition)
  const expected = recordsFor(entry.lacks, firstTimestamp).map((record, offset) => ({ ...record, partition, offset }))
  if (entry.setsTimestamps) expectSame(found, expected)
  else {
    const withoutTime = (record: RecordRead) => ({ ...record, timestamp: 0 })
    expectSame(found.map(withoutTime), expected.map(withoutTime))
    for (const { timestamp } of found) expect(Math.abs(timestamp - begun)).toBeLessThan(testTimeoutMs)
  }
  written.set(entry, [...(written.get(entry) ?? []), ...found])
}

/** Records one second apart, after those that are there. */
async function writeNumbered(topic: string, count: number): Promise<RecordRead[]> {
  await using producer = kafka.producer()
  const first = numbered.get(topic) ?? 0
  numbered.set(topic, first + count)
  if (first === 0) await kafka.admin.createTopic({ topic, partitions: 1 })
  const numbers = Array.from({ length: count }, (_, index) => first + index)
  const records = numbers.map((n) => ({ key: `key ${n}`, value: `value ${n}`, partition: 0, timestamp: firstTimestamp + n * 1000 }))
  await producer.sendMany(topic, records)
  return records.map((record, index) => ({
    ...record,
    key: base64(record.key),
    value: base64(record.value),
    headers: [],
    offset: first + index,
  }))
}
const numbered = new Map<string, number>()

/** A partition as the SDK reads it. */
async function readAll(topic: string, partition: number): Promise<RecordRead[]> {
  await using consumer = kafka.consumer({ assignments: [{ topic, partition, from: 'earliest' }], until: 'end' })
  const records: RecordRead[] = []
  for await (const { offset, timestamp, key, value, headers } of consumer) {
    records.push({
      partition,
      offset,
      timestamp,
      key: key === null ? null : base64(key),
      value: value === null ? null : base64(value),
      headers: headers.map((header) => [header.key, header.value === null ? null : base64(header.value)]),
    })
  }
  return records
}

function withEmptyHeaders(record: RecordRead): RecordRead {
  return { ...record, headers: record.headers.map(([name, value]) => [name, value ?? '']) }
}

/** Field by field; partitions may come in any order, their records not. */
function expectSame(found: readonly RecordRead[], expected: readonly RecordRead[]): void {
  const byPartition = (a: RecordRead, b: RecordRead) => a.partition - b.partition
  expect(found.toSorted(byPartition).map(shortened)).toEqual(expected.toSorted(byPartition).map(shortened))
}

/** Long values are compared by their length and what they hash to, so that a difference can be read. */
function shortened(record: RecordRead): unknown {
  const { value } = record
  if (value === null || value.length < 1000) return record
  return { ...record, value: `${value.length} characters, sha256 ${createHash('sha256').update(value).digest('hex')}` }
}

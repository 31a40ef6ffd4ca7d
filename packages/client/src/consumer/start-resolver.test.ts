import { describe, expect, test } from 'vitest'
import { json, string } from '../codecs.ts'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { topic } from '../topic.ts'
import { failure, first, orders, read, values, write } from './consumer.test-support.ts'

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

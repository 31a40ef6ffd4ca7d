import { describe, expect, test } from 'vitest'
import { json, nullable, string } from '../codecs.ts'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { topic } from '../topic.ts'
import { failure, first, orders, read, values, write } from './consumer.test-support.ts'

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

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

import { describe, expect, test } from 'vitest'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { first, orders, values, write } from './consumer.test-support.ts'

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

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

describe('a consumer that is closed', () => {
  simulated('reads nothing and learns of nothing any more, even if it is iterated', async ({ broker, kafka, until }) => {
    const created = broker.createTopic('orders')
    const client = kafka({ metadataMaxAgeMs: 1_000 })
    const other = client.consumer({ topics: [orders] })
    void other[Symbol.asyncIterator]().next()
    const consumer = client.consumer({ topics: [orders] })
    await consumer.close()
    expect((await consumer[Symbol.asyncIterator]().next()).done).toBe(true)
    created.partitions.push({ batches: [], logStartOffset: 0, endOffset: 0, errorCode: 0, leaderId: 1 })
    await until(() => other.assignments().length === 2)
    expect(consumer.assignments()).toEqual([])
  })
})

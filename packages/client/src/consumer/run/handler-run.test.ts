import { describe, expect, test } from 'vitest'
import { json, string } from '../../codecs.ts'
import { runSimulated, type World } from '../../testing-support/simulated-world.ts'
import { topic } from '../../topic.ts'
import { failure, first, orders, values, write } from '../consumer.test-support.ts'

const billing = { group: 'billing', topics: [orders], from: 'earliest' } as const
const deadOrders = topic('dead-orders', { key: string(), value: string() })

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

function committed({ broker }: World): number | undefined {
  return broker.coordinator.committed('billing', 'orders', 0)
}

describe('handlers at work', () => {
  simulated('are as many as the concurrency, those of one key in order and one at a time', async (world) => {
    const { broker, kafka, clock, doors } = world
    broker.createTopic('orders', 2)
    const client = kafka()
    for (const partition of [0, 1]) await write(client, { to: 100, partition, keyOf: (n) => `key ${n % 7}` })
    const consumer = client.consumer(billing)
    const atWork = new Map<string, number>()
    const lastOf = new Map<string, number>()
    let most = 0
    let done = 0
    await consumer.run(
      async ({ key, partition, offset }) => {
        const lane = `${partition} ${key}`
        expect(atWork.has(lane)).toBe(false)
        expect(lastOf.get(lane) ?? -1).toBeLessThan(offset)
        atWork.set(lane, offset)
        most = Math.max(most, atWork.size)
        await clock.sleep(doors.random.float() * 100)
        atWork.delete(lane)
        lastOf.set(lane, offset)
        if (++done === 200) consumer.stop()
      },
      { concurrency: 5 },
    )
    expect([most, done]).toEqual([5, 200])
    await consumer.close()
    expect(committed(world)).toBe(100)
  })

  simulated('records without a key have no order among them; with order partition everything has', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 20, keyOf: () => null })
    for (const order of ['key', 'partition'] as const) {
      const consumer = client.consumer({ ...billing, group: order })
      let atWork = 0
      let most = 0
      let done = 0
      await consumer.run(
        async () => {
          most = Math.max(most, ++atWork)
          await clock.sleep(10)
          atWork--
          if (++done === 20) consumer.stop()
        },
        { concurrency: 4, order },
      )
      expect(most).toBe(order === 'key' ? 4 : 1)
      await consumer.close()
    }
  })

  simulated('only the prefix of what is done is committed', async (world) => {
    const { broker, kafka, clock, until } = world
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 50 })
    const consumer = client.consumer({ ...billing, commitIntervalMs: 100 })
    const gates = new Map([10, 20].map((offset) => [offset, Promise.withResolvers<void>()]))
    let done = 0
    const running = consumer.run(
      async ({ offset }) => {
        await gates.get(offset)?.promise
        done++
      },
      { concurrency: 8 },
    )
    await until(() => done === 48)
    await clock.sleep(500)
    expect(committed(world)).toBe(10)
    await consumer.commit()
    expect(committed(world)).toBe(10)
    gates.get(10)?.resolve()
    await clock.sleep(500)
    expect(committed(world)).toBe(20)
    gates.get(20)?.resolve()
    await clock.sleep(500)
    expect(committed(world)).toBe(50)
    await consumer.close()
    await running
  })

  simulated('a batch at a time is committed in batch mode', async (world) => {
    const { broker, kafka, clock } = world
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 30, compression: 'gzip' })
    const consumer = client.consumer({ ...billing, commit: 'batch' })
    const seen = new Set<number>()
    const running = consumer.run(async ({ offset }) => {
      await clock.sleep(100)
      seen.add(committed(world) ?? -1)
      if (offset === 29) consumer.stop()
    })
    await running
    expect([...seen]).toEqual([0, 10, 20])
    await clock.sleep(100)
    expect(committed(world)).toBe(30)
  })

  simulated(
    'a partition that is paused, and one that is sought elsewhere, begins nothing of before',
    async ({ broker, kafka, clock, until }) => {
      broker.createTopic('orders')
      const client = kafka()
      await write(client, { to: 30, keyOf: () => 'same' })
      const consumer = client.consumer(billing)
      const found: number[] = []
      const running = consumer.run(
        async ({ offset }) => {
          found.push(offset)
          await clock.sleep(10)
        },
        { concurrency: 4 },
      )
      await until(() => found.length === 3)
      consumer.pause()
      await clock.sleep(1_000)
      expect(found).toEqual([0, 1, 2])
      consumer.resume()
      await until(() => found.length === 6)
      expect(found).toEqual([0, 1, 2, 3, 4, 5])
      consumer.seek(first, { offset: 28 })
      await until(() => found.length === 8)
      expect(found.slice(6)).toEqual([28, 29])
      await consumer.close()
      await running
    },
  )

  simulated('options that cannot be are refused', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const consumer = kafka().consumer(billing)
    await expect(consumer.run(() => undefined, { concurrency: 0 })).rejects.toThrow('concurrency')
    await expect(consumer.run(() => undefined, { retries: -1 })).rejects.toThrow('retries')
    await expect(consumer.run(() => undefined, { order: 'none' as 'key' })).rejects.toThrow('order')
  })
})

describe('a handler that fails', () => {
  simulated('is tried again with pauses that double, and what comes behind waits', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 3, keyOf: () => 'same' })
    const consumer = client.consumer(billing)
    const calls: string[] = []
    const attempts: number[] = []
    const startMs = clock.monotonic()
    const failures: string[] = []
    consumer.on('handlerFailed', ({ record, attempt, next }) => failures.push(`${record?.offset} ${attempt} ${next}`))
    await consumer.run(
      ({ value }, { attempt }) => {
        calls.push(`${value} ${attempt}`)
        if (value === 'value 1') attempts.push(clock.monotonic() - startMs)
        if (value === 'value 1' && attempt < 4) throw new Error('not yet')
        if (value === 'value 2') consumer.stop()
      },
      { concurrency: 4, retries: 3, backoff: { firstMs: 1_000, maxMs: 3_000 } },
    )
    expect(calls).toEqual(['value 0 1', 'value 1 1', 'value 1 2', 'value 1 3', 'value 1 4', 'value 2 1'])
    expect(failures).toEqual(['1 1 retry', '1 2 retry', '1 3 retry'])
    const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] as number))
    for (const [index, expected] of [1_000, 2_000, 3_000].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(expected * 0.8)
      expect(pauses[index]).toBeLessThanOrEqual(expected * 1.2 + 10)
    }
  })

  simulated('for good stops the run with its error; nothing behind it is committed, and it is given again', async (world) => {
    const { broker, kafka } = world
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 10, keyOf: () => 'same' })
    const consumer = client.consumer(billing)
    const poison = new Error('poison')
    const found: string[] = []
    const handle = ({ value }: { value: string }): void => {
      found.push(value)
      if (value === 'value 4' && found.length === 5) throw poison
      if (value === 'value 9') consumer.stop()
    }
    await expect(consumer.run(handle, { concurrency: 3 })).rejects.toBe(poison)
    expect(consumer.position(first)).toBe(4)
    await consumer.run(handle)
    expect(found).toEqual([...values(0, 5), ...values(4, 10)])
    await consumer.close()
    expect(committed(world)).toBe(10)
  })

  simulated('with a dead letter topic leaves its record there, and why', async (world) => {
    const { broker, kafka } = world
    broker.createTopic('orders')
    broker.createTopic('dead-orders')
    const client = kafka()
    await client.producer().send(orders, { key: 'k', value: 'bad', timestamp: 77, headers: { trace: 'abc' } })
    await write(client, { from: 1, to: 3 })
    const consumer = client.consumer(billing)
    await consumer.run(
      ({ value }) => {
        if (value === 'bad') throw new RangeError('no such order')
        if (value === 'value 2') consumer.stop()
      },
      { retries: 1, backoff: { firstMs: 1 }, deadLetter: deadOrders },
    )
    await consumer.close()
    expect(committed(world)).toBe(3)
    const dead = await client
      .consumer({ topics: [deadOrders], from: 'earliest' })
      [Symbol.asyncIterator]()
      .next()
    expect(dead.value).toMatchObject({ key: 'k', value: 'bad' })
    const headers = Object.fromEntries(
      dead.value.headers.map(({ key, value }: { key: string; value: Uint8Array }) => [key, Buffer.from(value).toString()]),
    )
    expect(headers).toEqual({
      trace: 'abc',
      'dead-letter.topic': 'orders',
      'dead-letter.partition': '0',
      'dead-letter.offset': '0',
      'dead-letter.timestamp': '77',
      'dead-letter.group': 'billing',
      'dead-letter.attempts': '2',
      'dead-letter.error': 'RangeError: no such order',
    })
  })

  simulated('a record that cannot be decoded is a dead letter too; without such a topic it ends the run', async (world) => {
    const { broker, kafka } = world
    broker.createTopic('orders')
    broker.createTopic('dead-orders')
    const numbers = topic('orders', { key: string(), value: json<number>() })
    const client = kafka()
    const producer = client.producer()
    for (const value of ['1', '{', '3']) await producer.send(orders, { value })
    const one = client.consumer({ ...billing, topics: [numbers] })
    const found: number[] = []
    expect((await failure(one.run(({ value }) => found.push(value)))).code).toBe('SERIALIZATION_FAILED')
    await one.close()
    expect([found, committed(world)]).toEqual([[1], 1])
    const two = client.consumer({ ...billing, topics: [numbers] })
    await two.run(
      ({ value }) => {
        found.push(value)
        two.stop()
      },
      { deadLetter: deadOrders },
    )
    await two.close()
    expect([found, committed(world)]).toEqual([[1, 3], 3])
    expect(broker.partition('dead-orders').endOffset).toBe(1)
  })

  simulated('a dead letter that cannot be written stops the run', async (world) => {
    const { broker, kafka } = world
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 2 })
    const consumer = client.consumer(billing)
    const run = consumer.run(
      () => {
        throw new Error('bad')
      },
      { deadLetter: deadOrders },
    )
    expect((await failure(run)).code).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    await consumer.close()
    expect(committed(world)).toBe(0)
  })
})

describe('ending a run', () => {
  simulated('by its signal: handlers are told, and it rejects when they have ended', async (world) => {
    const { broker, kafka, until } = world
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 10 })
    const consumer = client.consumer(billing)
    const controller = new AbortController()
    let begun = 0
    let ended = 0
    const running = consumer.run(
      async (_, { signal }) => {
        begun++
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        ended++
      },
      { concurrency: 3, signal: controller.signal },
    )
    await until(() => begun === 3)
    controller.abort(new Error('enough'))
    const error = await failure(running)
    expect([error.code, (error.cause as Error).message, begun, ended]).toEqual(['ABORTED', 'enough', 3, 3])
  })

  simulated('by stop: what is begun is finished, nothing else is begun', async (world) => {
    const { broker, kafka, clock, until } = world
    broker.createTopic('orders')
    const client = kafka()
    await write(client, { to: 10 })
    const consumer = client.consumer(billing)
    let begun = 0
    let ended = 0
    const running = consumer.run(
      async () => {
        begun++
        await clock.sleep(1_000)
        ended++
      },
      { concurrency: 3 },
    )
    await until(() => begun === 3)
    consumer.stop()
    await running
    expect([begun, ended]).toEqual([3, 3])
    await consumer.close()
    expect(committed(world)).toBe(3)
  })
})

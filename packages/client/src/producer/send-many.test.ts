import { KafkaError } from '@kafka-ts/protocol'
import { RecordBatchReader } from '@kafka-ts/protocol/records'
import { describe, expect, test } from 'vitest'
import { string } from '../codecs.ts'
import type { ScriptedBroker } from '../testing-support/scripted-broker.ts'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { topic } from '../topic.ts'

const orders = topic('orders', { key: string(), value: string() })
/** Of such records a few dozen make a slice. */
const LARGE_BYTES = 40_000
const MANY = 200

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

function large(count: number): { readonly value: string }[] {
  return Array.from({ length: count }, (_, index) => ({ value: `${index} ${'.'.repeat(LARGE_BYTES)}` }))
}

function counting(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** What each record of a partition begins with, in order. */
function storedNames(broker: ScriptedBroker): string[] {
  const names: string[] = []
  for (const batch of broker.partition('orders').batches) {
    const reader = new RecordBatchReader(batch, 0)
    while (reader.next()) names.push((reader.valueString() as string).split(' ', 1)[0] as string)
  }
  return names
}

async function failure(promise: Promise<unknown>): Promise<KafkaError> {
  const error = await promise.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(KafkaError)
  return error as KafkaError
}

describe('sendMany', () => {
  simulated('has nothing to do without records, also when the producer is closed', async ({ kafka }) => {
    const producer = kafka().producer()
    expect(await producer.sendMany(orders, [])).toEqual([])
    await producer.close()
    expect(await producer.sendMany(orders, [])).toEqual([])
  })

  simulated(
    'rejects with the failure of the record that comes first, once all the others have their outcomes',
    async ({ broker, kafka }) => {
      broker.createTopic('orders')
      const producer = kafka().producer({ lingerMs: 500 })
      const records = [{ value: 'good' }, { value: 'astray', partition: 7 }, { value: 5 as unknown as string }, { value: 'also good' }]
      const error = await failure(producer.sendMany(orders, records))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(storedNames(broker)).toEqual(['good', 'also'])
    },
  )

  simulated('lets the event loop go on between the slices of a large call', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ lingerMs: 60_000, batchBytes: 64 * 1024 * 1024 })
    await producer.flush()
    await Promise.all([producer.send(orders, { value: 'connects' }), producer.flush()])
    const seen: number[] = []
    const sent = producer.sendMany(orders, large(MANY))
    while (producer.bufferedBytes < MANY * LARGE_BYTES) {
      seen.push(producer.bufferedBytes)
      await new Promise<void>((resolve) => clock.defer(resolve))
    }
    expect(seen.length).toBeGreaterThan(3)
    for (const [index, bytes] of seen.entries()) expect(bytes - (seen[index - 1] ?? 0)).toBeLessThan(1_200_000)
    await producer.flush()
    expect((await sent).map(({ offset }) => offset)).toEqual(counting(MANY).map((index) => index + 1))
  })

  simulated('what is sent behind a large call is written behind all of it', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const producer = kafka().producer()
    await producer.send(orders, { value: 'connects' })
    const sent = [
      producer.sendMany(orders, large(MANY)),
      producer.send(orders, { value: 'one' }),
      producer.sendMany(orders, [{ value: 'two' }, { value: 'three' }]),
    ]
    await Promise.all(sent)
    expect(storedNames(broker)).toEqual(['connects', ...counting(MANY).map(String), 'one', 'two', 'three'])
  })

  simulated('sends the records that it was given, though the caller uses their array again', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const producer = kafka().producer()
    const records = large(MANY)
    const sent = producer.sendMany(orders, records)
    records.fill({ value: 'another' })
    records.length = 1
    expect(await sent).toHaveLength(MANY)
    expect(storedNames(broker)).toEqual(counting(MANY).map(String))
  })

  simulated('a call larger than the buffer goes through it bit by bit', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ bufferBytes: 100_000 })
    const sent = producer.sendMany(orders, large(MANY))
    let mostBytes = 0
    let isOver = false
    void sent.finally(() => {
      isOver = true
    })
    while (!isOver) {
      mostBytes = Math.max(mostBytes, producer.bufferedBytes)
      await clock.sleep(1)
    }
    expect((await sent).map(({ offset }) => offset)).toEqual(counting(MANY))
    expect(mostBytes).toBeGreaterThan(50_000)
    expect(mostBytes).toBeLessThan(100_000 + LARGE_BYTES + 1_000)
  })

  simulated('what finds no room within maxBlockMs fails, what is in batches by then is sent', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ bufferBytes: 100_000, maxBlockMs: 700 })
    await producer.send(orders, { value: 'connects' })
    broker.partition('orders').errorCode = 5
    const startMs = clock.monotonic()
    const outcome = failure(producer.sendMany(orders, large(MANY)))
    await clock.sleep(1_000)
    expect(storedNames(broker)).toEqual(['connects'])
    broker.partition('orders').errorCode = 0
    expect((await outcome).code).toBe('BUFFER_EXHAUSTED')
    expect(clock.monotonic() - startMs).toBeGreaterThan(1_000)
    expect(storedNames(broker)).toEqual(['connects', '0', '1', '2'])
  })

  simulated('a call that waits for its next slice only is not refused for want of room', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const client = kafka()
    await client.producer().send(orders, { value: 'makes the topic known' })
    expect(await client.producer({ maxBlockMs: 0 }).sendMany(orders, large(MANY))).toHaveLength(MANY)
  })

  simulated('what waits for room ends when it is aborted, what is in batches is sent', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ bufferBytes: 100_000 })
    await producer.send(orders, { value: 'connects' })
    const controller = new AbortController()
    const outcome = failure(producer.sendMany(orders, large(MANY), { signal: controller.signal }))
    const behind = producer.send(orders, { value: 'behind' })
    controller.abort(new Error('changed my mind'))
    expect((await outcome).code).toBe('ABORTED')
    await behind
    expect(storedNames(broker)).toEqual(['connects', '0', '1', '2', 'behind'])
  })

  simulated('close waits for all of a large call', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const producer = kafka().producer()
    await producer.send(orders, { value: 'connects' })
    const sent = producer.sendMany(orders, large(MANY))
    await producer.close()
    expect(await sent).toHaveLength(MANY)
  })

  simulated('a call that is under way rejects when the producer is aborted', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const controller = new AbortController()
    const producer = kafka().producer({ signal: controller.signal })
    await producer.send(orders, { value: 'connects' })
    const outcome = failure(producer.sendMany(orders, large(MANY)))
    controller.abort()
    expect((await outcome).code).toBe('ABORTED')
  })
})

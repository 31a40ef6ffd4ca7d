import { KafkaError } from '@kafka-ts/protocol'
import { partitionForKey, RecordBatchReader } from '@kafka-ts/protocol/records'
import { describe, expect, test } from 'vitest'
import { json, nullable, string } from '../codecs.ts'
import type { ScriptedBroker } from '../testing-support/scripted-broker.ts'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { topic } from '../topic.ts'

const orders = topic('orders', { key: string(), value: string() })

/** Values of a partition as the broker has them, in order. Uncompressed batches only. */
function storedValues(broker: ScriptedBroker, partition = 0): string[] {
  const values: string[] = []
  for (const batch of broker.partition('orders', partition).batches) {
    const reader = new RecordBatchReader(batch, 0)
    while (reader.next()) values.push(reader.valueString() as string)
  }
  return values
}

function numbered(count: number): { readonly value: string }[] {
  return Array.from({ length: count }, (_, index) => ({ value: `value ${index}` }))
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

describe('sending', () => {
  simulated('tells where each record was written', async ({ broker, kafka }) => {
    broker.createTopic('orders', 3)
    const producer = kafka().producer()
    const first = await producer.send(orders, { key: 'a', value: 'one', timestamp: 1234 })
    const second = await producer.send(orders, { key: 'a', value: 'two', partition: first.partition })
    expect(first).toEqual({ topic: 'orders', partition: partitionForKey('a', 3), offset: 0, timestamp: 1234 })
    expect(second.offset).toBe(1)
    expect(storedValues(broker, first.partition)).toEqual(['one', 'two'])
  })

  simulated('keeps the order of the sends to a partition', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ batchBytes: 200 })
    const sent = await producer.sendMany(orders, numbered(100))
    expect(sent.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(storedValues(broker)).toEqual(numbered(100).map(({ value }) => value))
  })

  simulated('puts records without a key into one batch', async ({ broker, kafka }) => {
    broker.createTopic('orders', 6)
    await kafka().producer().sendMany(orders, numbered(20))
    const batches = broker.topics.get('orders')!.partitions.flatMap((partition) => partition.batches)
    expect(batches).toHaveLength(1)
  })

  simulated('spreads records without a key over the partitions as batches fill', async ({ broker, kafka }) => {
    broker.createTopic('orders', 4)
    await kafka().producer({ batchBytes: 100 }).sendMany(orders, numbered(200))
    for (const { endOffset } of broker.topics.get('orders')!.partitions) expect(endOffset).toBeGreaterThan(0)
  })

  simulated('asks a custom partitioner, with the bytes of the key', async ({ broker, kafka }) => {
    broker.createTopic('orders', 5)
    const producer = kafka().producer({ partitioner: ({ keyBytes, partitionCount }) => (keyBytes?.length ?? 0) % partitionCount })
    expect((await producer.send(orders, { key: 'abc', value: '' })).partition).toBe(3)
  })

  simulated('goes out at the end of the tick when linger is 0', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ lingerMs: 0 })
    await producer.send(orders, { value: 'connects' })
    const startMs = clock.monotonic()
    await Promise.all([producer.send(orders, { value: 'a' }), producer.send(orders, { value: 'b' })])
    expect(clock.monotonic() - startMs).toBeLessThan(10)
    expect(broker.partition('orders').batches).toHaveLength(2)
  })

  for (const { lingerMs, waits } of [
    { lingerMs: 0, waits: 'does not wait for the answer to the last request' },
    { lingerMs: 1, waits: 'fills until the last request is answered' },
  ]) {
    simulated(`an open batch ${waits} with a linger of ${lingerMs} ms`, async ({ broker, kafka, clock }) => {
      broker.createTopic('orders')
      const producer = kafka().producer({ lingerMs })
      await producer.send(orders, { value: 'connects' })
      broker.scripts.produce = () => 'silence'
      const unanswered: Promise<unknown>[] = []
      for (const { value } of numbered(8)) {
        unanswered.push(producer.send(orders, { value }).catch(() => undefined))
        await clock.sleep(20)
      }
      // A broker remembers five batches of a producer: of more it could not tell whether it has them.
      expect(broker.requests.filter((name) => name === 'produce')).toHaveLength(1 + (lingerMs === 0 ? 5 : 1))
      delete broker.scripts.produce
      await broker.kill()
      await broker.listen()
      await Promise.all(unanswered)
      expect(storedValues(broker)).toEqual(['connects', ...numbered(8).map(({ value }) => value)])
    })
  }

  simulated('gathers records for the linger time', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ lingerMs: 500 })
    const startMs = clock.monotonic()
    const first = producer.send(orders, { value: 'a' })
    await clock.sleep(200)
    await Promise.all([first, producer.send(orders, { value: 'b' })])
    expect(clock.monotonic() - startMs).toBeGreaterThan(499)
    expect(broker.partition('orders').batches).toHaveLength(1)
  })

  simulated('has the broker create a missing topic where that is allowed', async ({ broker, kafka }) => {
    broker.isAutoCreating = true
    expect(await kafka().producer().send('new', { value: 'first' })).toMatchObject({ topic: 'new', offset: 0 })
  })

  simulated('rejects what cannot be encoded, and sends the rest', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const numbers = topic('orders', { key: string(), value: json<{ n: number }>() })
    const producer = kafka().producer()
    const circular: { n: number; self?: unknown } = { n: 1 }
    circular.self = circular
    const good = producer.send(numbers, { value: { n: 2 } })
    expect((await failure(producer.send(numbers, { value: circular }))).code).toBe('SERIALIZATION_FAILED')
    expect((await failure(producer.send(orders, { value: null as unknown as string }))).message).toContain('nullable')
    expect((await failure(producer.send(orders, { value: 5 as unknown as string }))).code).toBe('SERIALIZATION_FAILED')
    expect((await failure(producer.send(orders, { value: 'x', partition: 7 }))).code).toBe('INVALID_ARGUMENT')
    expect((await good).offset).toBe(0)
  })

  simulated('writes a tombstone where values are nullable', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const compacted = topic('orders', { key: string(), value: nullable(string()) })
    await kafka().producer().send(compacted, { key: 'gone', value: null })
    const reader = new RecordBatchReader(broker.partition('orders').batches[0]!, 0)
    reader.next()
    expect(reader.valueBytes()).toBeNull()
  })

  simulated('does not wait for anybody with acks 0', async ({ broker, kafka, until }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ acks: 0 })
    expect(await producer.send(orders, { value: 'gone' })).toMatchObject({ offset: -1 })
    await until(() => broker.partition('orders').endOffset === 1)
  })
})

describe('failures', () => {
  simulated('a topic that does not exist rejects within seconds', async ({ kafka, clock }) => {
    const startMs = clock.monotonic()
    expect((await failure(kafka().producer().send(orders, { value: '' }))).code).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(clock.monotonic() - startMs).toBeLessThan(5_000)
  })

  simulated('a partition that moves while records are under way is followed, in order', async ({ broker, kafka, startBroker }) => {
    const next = await startBroker(2)
    broker.peers = [next]
    next.peers = [broker]
    broker.createTopic('orders')
    next.createTopic('orders')
    const producer = kafka().producer({ batchBytes: 150 })
    await producer.send(orders, { value: 'before' })
    broker.partition('orders').errorCode = 6
    broker.partition('orders').leaderId = 2
    const sent = await producer.sendMany(orders, numbered(50))
    expect(sent).toHaveLength(50)
    expect(storedValues(next)).toEqual(numbered(50).map(({ value }) => value))
  })

  simulated('retries keep the order of a partition', async ({ broker, kafka, clock }) => {
    const partition = broker.createTopic('orders').partitions[0]!
    const producer = kafka().producer({ batchBytes: 150, lingerMs: 0 })
    await producer.send(orders, { value: 'connects' })
    partition.errorCode = 5
    const sends: Promise<unknown>[] = []
    for (let index = 0; index < 40; index++) {
      sends.push(producer.send(orders, { value: `value ${index}` }))
      await clock.sleep(10)
      if (index === 30) partition.errorCode = 0
    }
    await Promise.all(sends)
    expect(storedValues(broker).slice(1)).toEqual(numbered(40).map(({ value }) => value))
  })

  simulated('rides through a broker that is killed and comes back', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ lingerMs: 0 })
    await producer.send(orders, { value: 'connects' })
    const sends: Promise<{ readonly offset: number }>[] = []
    for (let index = 0; index < 60; index++) {
      sends.push(producer.send(orders, { value: `value ${index}` }))
      await clock.sleep(20)
      if (index === 10) await broker.kill()
      if (index === 40) await broker.listen()
    }
    const offsets = (await Promise.all(sends)).map(({ offset }) => offset)
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
    // A request whose answer was lost is sent again: values may repeat, but none is lost.
    expect(new Set(storedValues(broker))).toEqual(new Set(['connects', ...numbered(60).map(({ value }) => value)]))
  })

  simulated('records that cannot be delivered reject when the delivery timeout is over', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ deliveryTimeoutMs: 3_000 })
    await producer.send(orders, { value: 'connects' })
    broker.partition('orders').errorCode = 5
    const startMs = clock.monotonic()
    const error = await failure(producer.send(orders, { value: 'lost' }))
    expect(error.code).toBe('TIMED_OUT')
    expect(error.cause).toMatchObject({ code: 'LEADER_NOT_AVAILABLE' })
    expect(clock.monotonic() - startMs).toBeGreaterThan(2_900)
    expect(clock.monotonic() - startMs).toBeLessThan(4_000)
    expect(producer.bufferedBytes).toBe(0)
  })

  simulated('a request without an answer is sent again over a new connection', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    let silences = 1
    broker.scripts.produce = () => (silences-- > 0 ? 'silence' : undefined)
    const producer = kafka({ requestTimeoutMs: 1_000 }).producer()
    expect((await producer.send(orders, { value: 'again' })).offset).toBe(0)
  })

  simulated('a batch that is too large for the topic is split', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    broker.maxBatchBytes = 300
    const producer = kafka().producer()
    const sent = await producer.sendMany(orders, numbered(100))
    expect(sent.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(storedValues(broker)).toEqual(numbered(100).map(({ value }) => value))
    expect(producer.bufferedBytes).toBe(0)
  })

  simulated('a single record that is too large rejects, those around it do not', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    broker.maxBatchBytes = 300
    const producer = kafka().producer()
    const before = producer.send(orders, { value: 'before' })
    const large = failure(producer.send(orders, { value: 'x'.repeat(400) }))
    const after = producer.send(orders, { value: 'after' })
    expect((await large).code).toBe('MESSAGE_TOO_LARGE')
    expect((await before).offset).toBe(0)
    expect((await after).offset).toBe(1)
  })

  simulated('only the batch that is refused fails of those that travelled with it', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    broker.scripts.produce = (request, attachments) => {
      const isBad = Buffer.from(attachments).includes('poison')
      if (!isBad) return undefined
      const partition = {
        partition: 0,
        errorCode: 87,
        errorMessage: null,
        baseOffset: -1,
        logAppendTimeMs: -1,
        logStartOffset: -1,
        recordErrors: [],
      }
      return { response: { topics: request.topics.map(({ topicId }) => ({ topicId, partitions: [partition] })), throttleMs: 0 } }
    }
    const producer = kafka().producer({ batchBytes: 120 })
    const good = producer.send(orders, { value: `good ${'.'.repeat(40)}` })
    const bad = failure(producer.send(orders, { value: `poison ${'.'.repeat(40)}` }))
    const alsoGood = producer.send(orders, { value: `good ${'.'.repeat(40)}` })
    expect((await bad).code).toBe('INVALID_RECORD')
    expect((await good).offset).toBe(0)
    expect((await alsoGood).offset).toBe(1)
  })
})

describe('back-pressure', () => {
  simulated('a send waits for room, first come first served', async ({ broker, kafka, until }) => {
    broker.createTopic('orders')
    let isStuck = true
    broker.scripts.produce = () => (isStuck ? 'silence' : undefined)
    const producer = kafka({ requestTimeoutMs: 2_000 }).producer({ bufferBytes: 1_000, batchBytes: 200 })
    const sends = numbered(50).map((record) => producer.send(orders, record))
    await until(() => broker.requests.includes('produce'))
    expect(producer.bufferedBytes).toBeLessThan(1_300)
    isStuck = false
    const offsets = (await Promise.all(sends)).map(({ offset }) => offset)
    expect(offsets).toEqual(Array.from({ length: 50 }, (_, index) => index))
    expect(producer.bufferedBytes).toBe(0)
  })

  simulated('a send that finds no room within maxBlockMs rejects', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ bufferBytes: 300, maxBlockMs: 700 })
    await producer.send(orders, { value: 'connects' })
    broker.partition('orders').errorCode = 5
    const startMs = clock.monotonic()
    const sends = numbered(10).map((record) => producer.send(orders, record))
    const outcomes = Promise.allSettled(sends)
    expect((await failure(sends[9]!)).code).toBe('BUFFER_EXHAUSTED')
    expect(clock.monotonic() - startMs).toBeGreaterThanOrEqual(700)
    broker.partition('orders').errorCode = 0
    expect((await outcomes)[0]).toMatchObject({ status: 'fulfilled', value: { offset: 1 } })
  })

  simulated('a send that waits can be aborted', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    broker.scripts.produce = () => 'silence'
    const producer = kafka().producer({ bufferBytes: 300 })
    const stuck = Promise.allSettled(numbered(3).map((record) => producer.send(orders, record)))
    const controller = new AbortController()
    const waiting = failure(producer.send(orders, { value: 'waits' }, { signal: controller.signal }))
    controller.abort(new Error('changed my mind'))
    const error = await waiting
    expect(error.code).toBe('ABORTED')
    expect(error.cause).toMatchObject({ message: 'changed my mind' })
    delete broker.scripts.produce
    await stuck
  })
})

describe('the end', () => {
  simulated('flush sends what lingers and waits for all of it', async ({ broker, kafka, clock }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ lingerMs: 60_000 })
    const sends = numbered(3).map((record) => producer.send(orders, record))
    await producer.flush()
    expect(clock.monotonic()).toBeLessThan(1_000)
    expect(broker.partition('orders').endOffset).toBe(3)
    await Promise.all(sends)
  })

  simulated('close drains, then refuses', async ({ broker, kafka }) => {
    broker.createTopic('orders')
    const producer = kafka().producer({ lingerMs: 60_000 })
    const sent = producer.send(orders, { value: 'last' })
    await producer.close()
    expect((await sent).offset).toBe(0)
    expect((await failure(producer.send(orders, { value: 'too late' }))).code).toBe('CLOSED')
  })

  simulated('an aborted producer rejects what has no outcome', async ({ broker, kafka, until }) => {
    broker.createTopic('orders')
    broker.scripts.produce = () => 'silence'
    const controller = new AbortController()
    const producer = kafka().producer({ signal: controller.signal })
    const sent = failure(producer.send(orders, { value: 'cut off' }))
    await until(() => broker.requests.includes('produce'))
    controller.abort()
    expect((await sent).code).toBe('ABORTED')
    expect((await failure(producer.send(orders, { value: 'too late' }))).code).toBe('ABORTED')
  })
})

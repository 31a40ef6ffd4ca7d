import { KafkaError } from '@kafka-ts/protocol'
import { expect, test } from 'vitest'
import { string } from './codecs.ts'
import { Kafka } from './kafka.ts'
import { runSimulated, type World } from './testing-support/simulated-world.ts'
import { topic } from './topic.ts'

const orders = topic('orders', { key: string(), value: string() })

function simulated(name: string, body: (world: World) => Promise<void>): void {
  test(name, () => runSimulated(1, body))
}

simulated('closing drains producers, ends consumers, and refuses what comes later', async ({ broker, kafka, clock }) => {
  broker.createTopic('orders')
  const client = kafka()
  const sent = client.producer({ lingerMs: 60_000 }).send(orders, { value: 'last' })
  const loop = (async () => {
    for await (const record of client.consumer({ topics: [orders] })) throw new Error(`nobody wrote ${record.offset}`)
  })()
  await clock.sleep(500)
  const closed = client.close()
  expect(client.close()).toBe(closed)
  await closed
  expect((await sent).offset).toBe(0)
  await loop
  expect(() => client.producer()).toThrow(KafkaError)
  await expect(client.admin.listTopics()).rejects.toMatchObject({ code: 'CLOSED' })
})

simulated('aborting the client ends everything at once', async ({ broker, kafka, until }) => {
  broker.createTopic('orders')
  broker.scripts.produce = () => 'silence'
  const controller = new AbortController()
  const client = kafka({ signal: controller.signal })
  const sent = client.producer().send(orders, { value: 'cut off' })
  const next = client
    .consumer({ topics: [orders] })
    [Symbol.asyncIterator]()
    .next()
  const outcomes = Promise.allSettled([sent, next])
  await until(() => broker.requests.includes('produce') && broker.requests.includes('fetch'))
  controller.abort()
  expect((await outcomes).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'none'))).toEqual(['ABORTED', 'ABORTED'])
})

simulated('an admin call can be aborted, and ends with its time', async ({ broker, kafka, clock }) => {
  broker.scripts.metadata = () => 'silence'
  const { admin } = kafka({ requestTimeoutMs: 300 })
  await expect(admin.listTopics({ signal: AbortSignal.abort(new Error('no')) })).rejects.toMatchObject({ code: 'ABORTED' })
  const startMs = clock.monotonic()
  await expect(admin.listTopics({ timeoutMs: 2_000 })).rejects.toMatchObject({ retriable: true })
  expect(clock.monotonic() - startMs).toBeLessThan(3_000)
})

simulated('metadata that are old are asked for again, while the client is open', async ({ broker, kafka, clock }) => {
  broker.createTopic('orders')
  const client = kafka({ metadataMaxAgeMs: 1_000 })
  await client.producer().send(orders, { value: 'x' })
  const asked = (): number => broker.requests.filter((name) => name === 'metadata').length
  const before = asked()
  await clock.sleep(5_500)
  expect(asked() - before).toBe(5)
  await client.close()
  const after = asked()
  await clock.sleep(5_000)
  expect(asked()).toBe(after)
})

test('options that cannot be are refused', () => {
  expect(() => new Kafka({ brokers: [] })).toThrow('brokers is empty')
  expect(() => new Kafka({ brokers: ['a b'] })).toThrow('is not the address of a broker')
  expect(() => new Kafka({ brokers: ['a'], requestTimeoutMs: 0 })).toThrow('requestTimeoutMs')
  expect(() => new Kafka({ brokers: ['a'] }).producer({ acks: 2 as never })).toThrow('acks')
  expect(() => new Kafka({ brokers: ['a'] }).producer({ compression: 'brotli' as never })).toThrow('compression')
})

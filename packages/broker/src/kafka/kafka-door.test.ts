import { encodeRequest, kafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOfValues } from '../testing-support/batches.ts'
import { createKafkaTopic, kafkaFetch, kafkaListOffset, kafkaProduce, kafkaProduceRequest } from '../testing-support/kafka-requests.ts'
import type { RawKafkaClient } from '../testing-support/raw-kafka-client.ts'
import { simulate } from '../testing-support/simulated.ts'
import { TestBroker } from '../testing-support/test-broker.ts'
import { kafkaHandlers } from './kafka-handlers.ts'

const software = { clientSoftwareName: 'test', clientSoftwareVersion: '1.0' }

describe("Kafka's protocol on the port of the native one", () => {
  let test: TestBroker
  let client: RawKafkaClient

  beforeAll(async () => {
    test = await TestBroker.start()
    client = await test.connectKafka()
  })

  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  it('advertises every version of what it answers, and nothing else', async () => {
    const { errorCode: code, apiKeys } = await client.send('apiVersions', software)
    expect(code).toBe(0)
    const answered = Object.values(kafkaApis).filter(({ key }) => kafkaHandlers.has(key))
    expect(apiKeys).toEqual(answered.map(({ key, versions: { min, max } }) => ({ apiKey: key, minVersion: min, maxVersion: max })))
    // Old librdkafka compresses only where it sees version 0; topic ids in Fetch need those of Metadata.
    expect(apiKeys).toContainEqual({ apiKey: kafkaApis.produce.key, minVersion: 0, maxVersion: 11 })
    expect(apiKeys).toContainEqual({ apiKey: kafkaApis.fetch.key, minVersion: 4, maxVersion: 16 })
    expect(apiKeys).toContainEqual({ apiKey: kafkaApis.metadata.key, minVersion: 0, maxVersion: 12 })
  })

  it('answers ApiVersions of a version to come in the form of version 0, with the range of ApiVersions itself', async () => {
    const request = Buffer.concat(
      encodeRequest(kafkaApis.apiVersions, { version: 4, correlationId: 77, clientId: null, request: software }),
    )
    request.writeInt16BE(5, 6)
    const answer = client.nextApiVersions(77)
    client.write(request)
    expect(await answer).toMatchObject({
      errorCode: errorCode('UNSUPPORTED_VERSION'),
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
    })
    expect((await client.send('apiVersions', {}, 0)).errorCode).toBe(0)
  })

  it('refuses a client whose name is not well formed, and keeps the connection', async () => {
    const answer = await client.send('apiVersions', { ...software, clientSoftwareName: 'a b' }, 3)
    expect(answer).toMatchObject({ errorCode: errorCode('INVALID_REQUEST'), apiKeys: [] })
    expect((await client.send('apiVersions', {}, 2)).errorCode).toBe(0)
  })

  it('closes the connection that asks for an API that is not advertised', async () => {
    const curious = await test.connectKafka()
    const answer = curious.send('saslHandshake', { mechanism: 'PLAIN' })
    await expect(answer).rejects.toThrow('the connection was closed')
  })

  it('answers in the order of the requests, and a parked fetch holds up its own connection only', async () => {
    const topicId = await createKafkaTopic(client, 'ordered')
    const answered: string[] = []
    const note =
      (what: string) =>
      <T>(answer: T): T => {
        answered.push(what)
        return answer
      }
    const other = await test.connectKafka()
    const parked = kafkaFetch(client, { topicId, offset: 0, maxWaitMs: 60_000 }).then(note('fetch'))
    const behind = kafkaListOffset(client, 'ordered', -1).then(note('listOffsets'))
    const produced = kafkaProduce(client, { topic: 'ordered', records: batchOfValues('late') }).then(note('produce'))
    await kafkaProduce(other, { topic: 'ordered', records: batchOfValues('a', 'b') }).then(note('produce of another'))
    expect((await parked).highWatermark).toBe(2)
    expect((await behind).offset).toBe(2)
    expect((await produced).baseOffset).toBe(2)
    expect(answered).toEqual(['produce of another', 'fetch', 'listOffsets', 'produce'])
  })

  it('begins a request when those before it are answered, so that it finds what they did', async () => {
    const topic = { name: 'piped', numPartitions: 3, replicationFactor: 1, assignments: [], configs: [] }
    const [, { topics }, deleted, after] = await Promise.all([
      client.send('createTopics', { topics: [topic] }),
      client.send('metadata', { topics: [{ name: 'piped' }], allowAutoTopicCreation: false }),
      client.send('deleteTopics', { topics: [{ name: 'piped', topicId: new Uint8Array(16) }], timeoutMs: 5000 }),
      client.send('metadata', { topics: [{ name: 'piped' }], allowAutoTopicCreation: false }),
    ])
    expect(topics[0]?.partitions).toHaveLength(3)
    expect(deleted.responses[0]?.errorCode).toBe(0)
    expect(after.topics[0]?.errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
  })

  it('appends pipelined produces in their order, whatever becomes of each', async () => {
    await createKafkaTopic(client, 'pipelined')
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        kafkaProduce(client, { topic: index % 10 === 9 ? 'nowhere' : 'pipelined', records: batchOfValues(`${index}`) }),
      ),
    )
    const appended = outcomes.filter(({ errorCode: code }) => code === 0).map(({ baseOffset }) => baseOffset)
    expect(appended).toEqual(Array.from({ length: 90 }, (_, offset) => offset))
    expect(outcomes.filter(({ errorCode: code }) => code === errorCode('UNKNOWN_TOPIC_OR_PARTITION'))).toHaveLength(10)
  })

  it('gives no answer to acks=0', async () => {
    await createKafkaTopic(client, 'unanswered')
    client.sendUnanswered('produce', kafkaProduceRequest({ topic: 'unanswered', records: batchOfValues('a', 'b'), acks: 0 }))
    expect(await kafkaProduce(client, { topic: 'unanswered', records: batchOfValues('c') })).toMatchObject({ errorCode: 0, baseOffset: 2 })
  })

  it('closes the connection when a produce with acks=0 fails', async () => {
    const careless = await test.connectKafka()
    careless.sendUnanswered('produce', kafkaProduceRequest({ topic: 'nowhere', records: batchOfValues('a'), acks: 0 }))
    const next = careless.send('metadata', { topics: [], allowAutoTopicCreation: false })
    await expect(next).rejects.toThrow('the connection was closed')
    await careless.closed
  })

  it('sends the answers to good requests before a bad one closes the connection', async () => {
    await createKafkaTopic(client, 'before-the-end')
    const clumsy = await test.connectKafka()
    const produced = kafkaProduce(clumsy, { topic: 'before-the-end', records: batchOfValues('a') })
    clumsy.write(Uint8Array.of(0, 0, 0, 4, 0, 99, 0, 0))
    expect(await produced).toMatchObject({ errorCode: 0, baseOffset: 0 })
    await clumsy.closed
  })

  it('accepts a frame larger than the native limit', async () => {
    const { topics } = await client.send('metadata', {
      topics: Array.from({ length: 20_000 }, (_, index) => ({ name: `${index}-${'x'.repeat(1000)}` })),
      allowAutoTopicCreation: false,
    })
    expect(topics).toHaveLength(20_000)
  })
})

describe('back-pressure', () => {
  it('goes on with what piled up behind a parked fetch when that is answered', async () => {
    await simulate({}, async ({ test, client: doors }) => {
      const client = await test.connectKafka()
      const topicId = await createKafkaTopic(client, 'slow')
      const parked = kafkaFetch(client, { topicId, offset: 0, maxWaitMs: 10_000 })
      const before = doors.clock.monotonic()
      const behind = Array.from({ length: 50 }, () => kafkaListOffset(client, 'slow', -1))
      expect((await parked).errorCode).toBe(0)
      expect(doors.clock.monotonic() - before).toBeGreaterThanOrEqual(10_000)
      for (const answer of await Promise.all(behind)) expect(answer).toMatchObject({ errorCode: 0, offset: 0 })
      await client.close()
    })
  })

  it('stops reading a connection with eight requests unanswered', async () => {
    await simulate({}, async ({ test, sleep }) => {
      const client = await test.connectKafka()
      const topicId = await createKafkaTopic(client, 'slow')
      const parked = kafkaFetch(client, { topicId, offset: 0, maxWaitMs: 10_000 })
      const names = Array.from({ length: 20 }, () => ({ name: 'x'.repeat(1000) }))
      const behind = Array.from({ length: 30 }, () => client.send('metadata', { topics: names, allowAutoTopicCreation: false }))
      await sleep(5000)
      // Eight requests of 20 kB, what the connection has under way, and not the other 300 kB.
      expect(client.bufferedBytes).toBeGreaterThan(300_000)
      await parked
      await Promise.all(behind)
      expect(client.bufferedBytes).toBe(0)
    })
  })

  it('leaves nothing behind when a client goes while requests of it wait behind a parked fetch', async () => {
    // Room for one such client: what is not given back is missed after the second.
    await simulate({ 'queued.max.request.bytes': '50000' }, async ({ test, sleep }) => {
      const next = await test.connectKafka()
      const topicId = await createKafkaTopic(next, 'abandoned')
      for (let round = 0; round < 2; round++) {
        const client = await test.connectKafka()
        const lost = [
          kafkaFetch(client, { topicId, offset: 0, maxWaitMs: 60_000 }),
          ...Array.from({ length: 6 }, () => kafkaProduce(client, { topic: 'abandoned', records: batchOfValues('x'.repeat(5000)) })),
        ].map((answer) => expect(answer).rejects.toThrow('the connection was closed'))
        await sleep(100)
        await client.close()
        await Promise.all(lost)
      }
      // A broker without room still reads the first request of a connection.
      for (let round = 0; round < 2; round++) expect((await kafkaListOffset(next, 'abandoned', -1)).offset).toBe(0)
      await next.close()
    })
  })
})

import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { batchOfValues } from '../../testing-support/batches.ts'
import { createKafkaTopic, kafkaFetch, kafkaFetchRequest, kafkaProduce } from '../../testing-support/kafka-requests.ts'
import { simulate } from '../../testing-support/simulated.ts'

describe('fetch', () => {
  it('gives one whole batch, even if it is larger than what was asked for', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const topicId = await createKafkaTopic(client, 'orders')
      const batch = batchOfValues('x'.repeat(10_000))
      for (let index = 0; index < 3; index++) await kafkaProduce(client, { topic: 'orders', records: batch.slice() })
      const { records, highWatermark } = await kafkaFetch(client, { topicId, offset: 1, partitionMaxBytes: 1 })
      expect([records?.length, highWatermark]).toEqual([batch.length, 3])
    })
  })

  it('answers with every partition asked for in their order, with empty records where there are none', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const topicId = await createKafkaTopic(client, 'orders', { partitions: 3 })
      await kafkaProduce(client, { topic: 'orders', partition: 1, records: batchOfValues('a') })
      const request = kafkaFetchRequest({ topicId, offset: 0 })
      const partitions = [2, 1, 0, 5].map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 1000 }))
      const { responses, sessionId } = await client.send('fetch', { ...request, topics: [{ topicId, partitions }] })
      const found = responses[0]?.partitions.map((each) => [each.partitionIndex, each.errorCode, each.records?.length === 0])
      expect(found).toEqual([
        [2, 0, true],
        [1, 0, false],
        [0, 0, true],
        [5, errorCode('UNKNOWN_TOPIC_OR_PARTITION'), true],
      ])
      expect(sessionId).toBe(0)
    })
  })

  it('declines a session, and knows none that a client could go on with', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const topicId = await createKafkaTopic(client, 'orders')
      const request = kafkaFetchRequest({ topicId, offset: 0 })
      const opened = await client.send('fetch', { ...request, sessionId: 0, sessionEpoch: 0 })
      expect([opened.errorCode, opened.sessionId, opened.responses.length]).toEqual([0, 0, 1])
      const continued = await client.send('fetch', { ...request, sessionId: 7, sessionEpoch: 1 })
      expect([continued.errorCode, continued.responses.length]).toEqual([errorCode('FETCH_SESSION_ID_NOT_FOUND'), 0])
    })
  })

  it('waits for as many bytes as were asked for, and no longer than was asked for', async () => {
    await simulate({}, async ({ test, client: doors }) => {
      const client = await test.connectKafka()
      const writer = await test.connectKafka()
      const topicId = await createKafkaTopic(client, 'orders')
      const records = batchOfValues('a')
      const waiting = kafkaFetch(client, { topicId, offset: 0, minBytes: 2 * records.length, maxWaitMs: 60_000 })
      for (let index = 0; index < 2; index++) await kafkaProduce(writer, { topic: 'orders', records: records.slice() })
      expect((await waiting).records?.length).toBe(2 * records.length)
      const before = doors.clock.monotonic()
      expect((await kafkaFetch(client, { topicId, offset: 2, maxWaitMs: 700 })).records?.length).toBe(0)
      expect(doors.clock.monotonic() - before).toBeGreaterThanOrEqual(700)
      expect(doors.clock.monotonic() - before).toBeLessThan(800)
    })
  })

  it('does not give the records of a topic made again under an old name to those who ask by the old id', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const oldId = await createKafkaTopic(client, 'orders')
      await client.send('deleteTopics', { topics: [{ name: null, topicId: oldId }], timeoutMs: 5000 })
      const topicId = await createKafkaTopic(client, 'orders')
      await kafkaProduce(client, { topic: 'orders', records: batchOfValues('new') })
      expect((await kafkaFetch(client, { topicId: oldId, offset: 0 })).errorCode).toBe(errorCode('UNKNOWN_TOPIC_ID'))
      expect((await kafkaFetch(client, { topicId, offset: 0 })).errorCode).toBe(0)
      expect((await kafkaFetch(client, { topic: 'orders', offset: 0, version: 12 })).errorCode).toBe(0)
    })
  })
})

import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { createKafkaTopic } from '../../testing-support/kafka-requests.ts'
import { simulate } from '../../testing-support/simulated.ts'

const OLDEST_WITH_CHOICE = 4

describe('metadata', () => {
  it('tells of every topic for null, and in version 0 for an empty list', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      for (const name of ['a', 'b']) await createKafkaTopic(client, name)
      const names = async (topics: null | [], version: number) =>
        (await client.send('metadata', { topics }, version)).topics.map(({ name }) => name).sort()
      expect(await names([], 0)).toEqual(['a', 'b'])
      expect(await names([], 1)).toEqual([])
      expect(await names(null, 1)).toEqual(['a', 'b'])
      expect(await names(null, 12)).toEqual(['a', 'b'])
    })
  })

  it('makes a topic that is asked for, and tells of it at once', async () => {
    await simulate({ 'num.partitions': '3' }, async ({ test }) => {
      const client = await test.connectKafka()
      for (const version of [0, 1, OLDEST_WITH_CHOICE, 12]) {
        const { topics } = await client.send('metadata', { topics: [{ name: `made-${version}` }], allowAutoTopicCreation: true }, version)
        expect(topics[0]).toMatchObject({ errorCode: 0, name: `made-${version}` })
        expect(topics[0]?.partitions.map(({ leaderId }) => leaderId)).toEqual([1, 1, 1])
      }
    })
  })

  it('makes none where the client, or the broker, does not want it', async () => {
    const unknown = errorCode('UNKNOWN_TOPIC_OR_PARTITION')
    const ask = { topics: [{ name: 'absent' }] }
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const { topics } = await client.send('metadata', { ...ask, allowAutoTopicCreation: false }, OLDEST_WITH_CHOICE)
      expect(topics[0]?.errorCode).toBe(unknown)
    })
    await simulate({ 'auto.create.topics.enable': 'false' }, async ({ test }) => {
      const client = await test.connectKafka()
      expect((await client.send('metadata', ask, 0)).topics[0]?.errorCode).toBe(unknown)
      expect((await client.send('metadata', { ...ask, allowAutoTopicCreation: true })).topics[0]?.errorCode).toBe(unknown)
    })
  })

  it('says of a name that no topic can have what is wrong, and makes the others', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const names = ['..', 'a/b', 'nul\0', 'x'.repeat(250), '', 'fine']
      const { topics } = await client.send('metadata', { topics: names.map((name) => ({ name })), allowAutoTopicCreation: true })
      const invalid = errorCode('INVALID_TOPIC_EXCEPTION')
      expect(topics.map(({ errorCode: code }) => code)).toEqual([invalid, invalid, invalid, invalid, invalid, 0])
    })
  })

  it('finds topics by their ids from version 12 on, and gives back an id that it does not know', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const topicId = await createKafkaTopic(client, 'orders')
      const unknownId = new Uint8Array(16).fill(9)
      const topics = [
        { topicId, name: null },
        { topicId: unknownId, name: null },
      ]
      expect((await client.send('metadata', { topics })).topics).toMatchObject([
        { errorCode: 0, name: 'orders', topicId },
        { errorCode: errorCode('UNKNOWN_TOPIC_ID'), name: null, topicId: unknownId },
      ])
      const refused = { errorCode: errorCode('INVALID_REQUEST'), name: '' }
      expect((await client.send('metadata', { topics }, 11)).topics).toMatchObject([refused, refused])
    })
  })
})

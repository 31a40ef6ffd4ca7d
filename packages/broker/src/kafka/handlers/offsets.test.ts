import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { batchOf, batchOfValues } from '../../testing-support/batches.ts'
import { createKafkaTopic, kafkaListOffset, kafkaProduce } from '../../testing-support/kafka-requests.ts'
import { simulate } from '../../testing-support/simulated.ts'
import { TestBroker, temporaryDirectory } from '../../testing-support/test-broker.ts'

describe('offsets', () => {
  it('are found by time, at the start, at the end, and where the newest timestamp is', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      await createKafkaTopic(client, 'orders')
      const records = batchOf([100, 300, 200].map((timestampMs) => ({ value: 'a', timestampMs })))
      await kafkaProduce(client, { topic: 'orders', records })
      const find = async (timestamp: number, version?: number) => {
        const { errorCode: code, offset, timestamp: time } = await kafkaListOffset(client, 'orders', timestamp, version)
        return [code, offset, time]
      }
      expect(await find(-2)).toEqual([0, 0, -1])
      expect(await find(-1)).toEqual([0, 3, -1])
      expect(await find(150)).toEqual([0, 1, 300])
      expect(await find(0)).toEqual([0, 0, 100])
      expect(await find(301)).toEqual([0, -1, -1])
      expect(await find(Number.MAX_SAFE_INTEGER)).toEqual([0, -1, -1])
      expect(await find(-3)).toEqual([0, 1, 300])
      expect(await find(-4)).toEqual([0, 0, -1])
      expect(await find(-5)).toEqual([0, -1, -1])
    })
  })

  it('cannot be asked for in a way that the version does not have', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      await createKafkaTopic(client, 'orders')
      const unsupported = errorCode('UNSUPPORTED_VERSION')
      const codeOf = async (timestamp: number, version: number) => (await kafkaListOffset(client, 'orders', timestamp, version)).errorCode
      expect([await codeOf(-3, 6), await codeOf(-4, 7), await codeOf(-5, 8), await codeOf(-6, 9)]).toEqual(Array(4).fill(unsupported))
      expect([await codeOf(-3, 7), await codeOf(-4, 8), await codeOf(-5, 9)]).toEqual([0, 0, 0])
    })
  })

  it('at which leader epochs ended are known after a restart', async () => {
    const directory = temporaryDirectory()
    for (const end of [2, 3]) {
      const test = await TestBroker.start({ directory })
      const client = await test.connectKafka()
      if (end === 2) await createKafkaTopic(client, 'orders')
      await kafkaProduce(client, { topic: 'orders', records: end === 2 ? batchOfValues('a', 'b') : batchOfValues('c') })
      const wanted = [0, 1, 2].map((leaderEpoch) => ({ partition: 0, leaderEpoch }))
      const { topics } = await client.send('offsetForLeaderEpoch', { topics: [{ topic: 'orders', partitions: wanted }] })
      const ends = topics[0]?.partitions.map(({ leaderEpoch, endOffset }) => [leaderEpoch, endOffset])
      if (end === 2) expect(ends?.[0]).toEqual([0, 2])
      else
        expect(ends).toEqual([
          [0, 2],
          [1, 3],
          [1, 3],
        ])
      if (end === 2) await test.stop()
      else await test[Symbol.asyncDispose]()
    }
  })

  it('of epochs are told only to those who know the present one', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      await createKafkaTopic(client, 'orders')
      const partitions = [-1, 0, 1].map((currentLeaderEpoch) => ({ partition: 0, currentLeaderEpoch, leaderEpoch: 0 }))
      const { topics } = await client.send('offsetForLeaderEpoch', { topics: [{ topic: 'orders', partitions }] })
      expect(topics[0]?.partitions.map(({ errorCode: code }) => code)).toEqual([0, 0, errorCode('UNKNOWN_LEADER_EPOCH')])
    })
  })
})

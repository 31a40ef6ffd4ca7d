import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP, MAX_TIMESTAMP } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { batchOf, batchOfValues, readRecords } from './testing-support/batches.ts'
import { createTopic, fetchOne, listOffset, produce, TestBroker } from './testing-support/test-broker.ts'

describe('a broker', () => {
  it('says hello', async () => {
    await using test = await TestBroker.start()
    const client = await test.connect()
    const { response } = await client.send('hello', { clientName: 'test', clientVersion: '1', clientId: 'test' })
    expect(response).toMatchObject({
      brokerId: 1,
      clusterId: test.broker.clusterId,
      maxFrameBytes: 16 * 1024 * 1024,
      maxBatchBytes: 1_048_588,
    })
    expect(response.apis.map(({ key }) => key)).toContain(18)
  })

  it('gives back what was produced, over every acks', async () => {
    await using test = await TestBroker.start()
    const client = await test.connect()
    const topicId = await createTopic(client, 'orders')
    expect(await produce(client, { topicId, records: batchOfValues('a', 'b'), acks: -1 })).toMatchObject({
      errorCode: 0,
      baseOffset: 0,
      logStartOffset: 0,
      logAppendTimeMs: -1,
    })
    expect(await produce(client, { topicId, records: batchOfValues('c'), acks: 1 })).toMatchObject({ errorCode: 0, baseOffset: 2 })
    const fetched = await fetchOne(client, { topicId, offset: 0 })
    expect(fetched).toMatchObject({ errorCode: 0, highWatermark: 3, lastStableOffset: 3, logStartOffset: 0 })
    const records = await readRecords(fetched.records, test.doors.compression)
    expect(records.map(({ offset, value }) => [offset, value])).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
  })

  it('answers a fetch that waits as soon as there is something', async () => {
    await using test = await TestBroker.start()
    const [reader, writer] = [await test.connect(), await test.connect()]
    const topicId = await createTopic(writer, 'orders')
    const waiting = fetchOne(reader, { topicId, offset: 0, maxWaitMs: 20_000 })
    await produce(writer, { topicId, records: batchOfValues('x') })
    expect(await readRecords((await waiting).records, test.doors.compression)).toHaveLength(1)
  })

  it('finds offsets by time', async () => {
    await using test = await TestBroker.start({ settings: { 'log.message.timestamp.after.max.ms': String(2 ** 50) } })
    const client = await test.connect()
    const topicId = await createTopic(client, 'orders')
    const at = (value: string, timestampMs: number) => ({ value, timestampMs })
    await produce(client, { topicId, records: batchOf([at('a', 1000), at('b', 3000)]) })
    await produce(client, { topicId, records: batchOf([at('c', 2000)]) })
    expect(await listOffset(client, topicId, EARLIEST_TIMESTAMP)).toMatchObject({ errorCode: 0, offset: 0, timestamp: -1 })
    expect(await listOffset(client, topicId, LATEST_TIMESTAMP)).toMatchObject({ errorCode: 0, offset: 3, timestamp: -1 })
    expect(await listOffset(client, topicId, MAX_TIMESTAMP)).toMatchObject({ errorCode: 0, offset: 1, timestamp: 3000 })
    expect(await listOffset(client, topicId, 1500)).toMatchObject({ errorCode: 0, offset: 1, timestamp: 3000 })
    expect(await listOffset(client, topicId, 9000)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 })
  })

  it('keeps everything over a restart, in a new leader epoch', async () => {
    const first = await TestBroker.start()
    const client = await first.connect()
    const topicId = await createTopic(client, 'orders', { partitions: 3, configs: { 'retention.ms': '-1' } })
    await produce(client, { topicId, partition: 2, records: batchOfValues('a', 'b') })
    await first.stop()
    await using second = await TestBroker.start({ directory: first.directory })
    const again = await second.connect()
    const { response } = await again.send('metadata', { topics: [{ name: 'orders', topicId: null }], allowAutoCreate: false })
    expect(second.broker.clusterId).toBe(first.broker.clusterId)
    expect(response.topics[0]).toMatchObject({ errorCode: 0, name: 'orders', topicId })
    expect(response.topics[0]?.partitions.map(({ leaderId, leaderEpoch }) => [leaderId, leaderEpoch])).toEqual([1, 1, 1].map(() => [1, 1]))
    const fetched = await fetchOne(again, { topicId, partition: 2, offset: 0 })
    expect(await readRecords(fetched.records, second.doors.compression)).toHaveLength(2)
    expect(await produce(again, { topicId, partition: 2, records: batchOfValues('c') })).toMatchObject({ errorCode: 0, baseOffset: 2 })
  })

  it('closes twice as well as once, and frees its directory and its port', async () => {
    const first = await TestBroker.start()
    await Promise.all([first.broker.close(), first.broker.close()])
    await using second = await TestBroker.start({ directory: first.directory, settings: { listeners: `127.0.0.1:${first.address.port}` } })
    expect(second.address).toEqual(first.address)
  })
})

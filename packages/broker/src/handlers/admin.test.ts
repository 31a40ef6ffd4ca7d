import { ConfigSource, errorCode } from '@kafka-ts/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOfValues } from '../testing-support/batches.ts'
import type { RawClient } from '../testing-support/raw-client.ts'
import { createTopic, fetchOne, listOffset, produce, TestBroker } from '../testing-support/test-broker.ts'

const EARLIEST = -2

describe('the admin APIs', () => {
  let test: TestBroker
  let client: RawClient

  beforeAll(async () => {
    test = await TestBroker.start({ settings: { 'num.partitions': '2', 'log.retention.bytes': '123456' } })
    client = await test.connect()
  })

  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const topicRequest = (name: string, more: object = {}) => ({
    name,
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [],
    configs: [],
    ...more,
  })
  const create = async (...topics: ReturnType<typeof topicRequest>[]) =>
    (await client.send('createTopics', { topics, timeoutMs: 1000, validateOnly: false })).response.topics
  const metadataOf = async (name: string, allowAutoCreate = false) =>
    (await client.send('metadata', { topics: [{ name, topicId: null }], allowAutoCreate })).response.topics[0]

  it('create topics one by one, each with its own answer', async () => {
    const answers = await create(
      topicRequest('a-1'),
      topicRequest('a-2', { replicationFactor: 2 }),
      topicRequest('a-3'),
      topicRequest('a-3'),
    )
    expect(answers.map(({ name, errorCode: code }) => [name, code])).toEqual([
      ['a-1', 0],
      ['a-2', errorCode('INVALID_REPLICATION_FACTOR')],
      ['a-3', errorCode('INVALID_REQUEST')],
      ['a-3', errorCode('INVALID_REQUEST')],
    ])
    expect(answers[0]).toMatchObject({ numPartitions: 2, replicationFactor: 1 })
    expect(answers[0]?.configs.find(({ name }) => name === 'retention.bytes')).toMatchObject({
      value: '123456',
      source: ConfigSource.staticBroker,
    })
  })

  it('take assignments that name the one replica of each partition', async () => {
    const assignments = [0, 1, 2].map((partition) => ({ partition, replicas: [1] }))
    expect((await create(topicRequest('assigned', { assignments })))[0]).toMatchObject({ errorCode: 0, numPartitions: 3 })
    const wrong = [{ partition: 1, replicas: [1] }]
    expect((await create(topicRequest('gap', { assignments: wrong })))[0]?.errorCode).toBe(errorCode('INVALID_REPLICA_ASSIGNMENT'))
    const foreign = [{ partition: 0, replicas: [2] }]
    expect((await create(topicRequest('foreign', { assignments: foreign })))[0]?.errorCode).toBe(errorCode('INVALID_REPLICA_ASSIGNMENT'))
    expect((await create(topicRequest('both', { assignments, numPartitions: 3 })))[0]?.errorCode).toBe(errorCode('INVALID_REQUEST'))
  })

  it('change nothing when they only validate', async () => {
    const { response } = await client.send('createTopics', { topics: [topicRequest('imagined')], timeoutMs: 1000, validateOnly: true })
    expect(response.topics[0]?.errorCode).toBe(0)
    expect((await metadataOf('imagined'))?.errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
  })

  it('make a topic that metadata was asked for, if both sides allow it', async () => {
    expect((await metadataOf('on-demand'))?.errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(await metadataOf('on-demand', true)).toMatchObject({ errorCode: 0, name: 'on-demand' })
    await using strict = await TestBroker.start({ settings: { 'auto.create.topics.enable': 'false' } })
    const other = await strict.connect()
    const { response } = await other.send('metadata', { topics: [{ name: 'on-demand', topicId: null }], allowAutoCreate: true })
    expect(response.topics[0]?.errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
  })

  it('list every topic, and find one by its id', async () => {
    const topicId = await createTopic(client, 'by-id')
    const all = (await client.send('metadata', { topics: null, allowAutoCreate: false })).response
    expect(all.topics.map(({ name }) => name)).toContain('by-id')
    expect(all.brokers).toEqual([{ nodeId: 1, host: '127.0.0.1', port: test.address.port, rack: null }])
    const found = (
      await client.send('metadata', {
        topics: [
          { name: null, topicId },
          { name: null, topicId: new Uint8Array(16) },
        ],
        allowAutoCreate: false,
      })
    ).response
    expect(found.topics.map(({ name, errorCode: code }) => [name, code])).toEqual([
      ['by-id', 0],
      [null, errorCode('UNKNOWN_TOPIC_ID')],
    ])
  })

  it('delete a topic with its files, and give its name to another one that is empty', async () => {
    const topicId = await createTopic(client, 'fleeting')
    await produce(client, { topicId, records: batchOfValues('a', 'b') })
    const waiting = fetchOne(client, { topicId, offset: 2, maxWaitMs: 20_000 })
    const { response } = await client.send('deleteTopics', {
      topics: [
        { name: 'fleeting', topicId: null },
        { name: 'nothing', topicId: null },
      ],
      timeoutMs: 1000,
    })
    expect(response.topics.map(({ errorCode: code }) => code)).toEqual([0, errorCode('UNKNOWN_TOPIC_OR_PARTITION')])
    expect((await waiting).errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
    expect((await produce(client, { topicId, records: batchOfValues('c') })).errorCode).toBe(errorCode('UNKNOWN_TOPIC_ID'))
    const anew = await createTopic(client, 'fleeting')
    expect(await produce(client, { topicId: anew, records: batchOfValues('d') })).toMatchObject({ errorCode: 0, baseOffset: 0 })
    expect((await fetchOne(client, { topicId: anew, offset: 0 })).highWatermark).toBe(1)
  })

  it('add partitions', async () => {
    const topicId = await createTopic(client, 'growing', { partitions: 2 })
    await produce(client, { topicId, partition: 1, records: batchOfValues('kept') })
    const grow = async (totalCount: number) =>
      (
        await client.send('createPartitions', {
          topics: [{ name: 'growing', totalCount, assignments: null }],
          timeoutMs: 1000,
          validateOnly: false,
        })
      ).response.topics[0]
    expect(await grow(5)).toMatchObject({ errorCode: 0 })
    expect(await grow(5)).toMatchObject({ errorCode: errorCode('INVALID_PARTITIONS') })
    expect((await fetchOne(client, { topicId, partition: 1, offset: 0 })).highWatermark).toBe(1)
    expect((await produce(client, { topicId, partition: 4, records: batchOfValues('new') })).errorCode).toBe(0)
  })

  it('delete records below an offset, and say what is left', async () => {
    const topicId = await createTopic(client, 'trimmed')
    await produce(client, { topicId, records: batchOfValues('a', 'b', 'c') })
    await produce(client, { topicId, records: batchOfValues('d') })
    const trim = async (offset: number) =>
      (await client.send('deleteRecords', { topics: [{ name: 'trimmed', partitions: [{ partition: 0, offset }] }], timeoutMs: 1000 }))
        .response.topics[0]?.partitions[0]
    expect(await trim(2)).toMatchObject({ errorCode: 0, lowWatermark: 2 })
    expect((await listOffset(client, topicId, EARLIEST)).offset).toBe(2)
    expect((await fetchOne(client, { topicId, offset: 1 })).errorCode).toBe(errorCode('OFFSET_OUT_OF_RANGE'))
    expect(await trim(9)).toMatchObject({ errorCode: errorCode('OFFSET_OUT_OF_RANGE'), lowWatermark: -1 })
    expect(await trim(-1)).toMatchObject({ errorCode: 0, lowWatermark: 4 })
    expect((await fetchOne(client, { topicId, offset: 4 })).errorCode).toBe(0)
  })

  it('describe configs with where they come from, documented on demand', async () => {
    await createTopic(client, 'described', { configs: { 'segment.bytes': '4096' } })
    const describe = async (resourceType: number, resourceName: string, configNames: string[] | null) =>
      (await client.send('describeConfigs', { resources: [{ resourceType, resourceName, configNames }], includeDocumentation: true }))
        .response.resources[0]
    const topic = await describe(2, 'described', ['segment.bytes', 'retention.bytes', 'retention.ms', 'nonsense'])
    expect(topic?.configs.map(({ name, value, source }) => [name, value, source])).toEqual([
      ['retention.bytes', '123456', ConfigSource.staticBroker],
      ['retention.ms', '604800000', ConfigSource.default],
      ['segment.bytes', '4096', ConfigSource.dynamicTopic],
    ])
    expect(topic?.configs.every(({ documentation }) => documentation !== null)).toBe(true)
    const broker = await describe(4, '1', ['num.partitions'])
    expect(broker?.configs).toMatchObject([{ name: 'num.partitions', value: '2', isReadOnly: true, source: ConfigSource.staticBroker }])
    expect((await describe(4, '2', null))?.errorCode).toBe(errorCode('INVALID_REQUEST'))
    expect((await describe(2, 'nothing', null))?.errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
    expect((await describe(99, 'x', null))?.errorCode).toBe(errorCode('INVALID_REQUEST'))
  })

  it('alter the configs of topics, not those of brokers', async () => {
    await createTopic(client, 'altered')
    const alter = async (
      resourceType: number,
      resourceName: string,
      configs: { name: string; operation: number; value: string | null }[],
    ) =>
      (await client.send('incrementalAlterConfigs', { resources: [{ resourceType, resourceName, configs }], validateOnly: false })).response
        .resources[0]?.errorCode
    const set = { name: 'retention.ms', operation: 0, value: '5' }
    expect(await alter(2, 'altered', [set])).toBe(0)
    expect(await alter(2, 'altered', [set, set])).toBe(errorCode('INVALID_REQUEST'))
    expect(await alter(2, 'altered', [{ ...set, operation: 9 }])).toBe(errorCode('INVALID_REQUEST'))
    expect(await alter(2, 'altered', [{ ...set, name: 'min.insync.replicas' }])).toBe(errorCode('INVALID_CONFIG'))
    expect(await alter(2, 'nothing', [set])).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(await alter(4, '1', [{ name: 'num.partitions', operation: 0, value: '3' }])).toBe(errorCode('INVALID_REQUEST'))
  })

  it('describe the cluster and its data directories', async () => {
    const topicId = await createTopic(client, 'weighed')
    await produce(client, { topicId, records: batchOfValues('x'.repeat(5000)) })
    const { response: cluster } = await client.send('describeCluster', {})
    expect(cluster).toMatchObject({
      clusterId: test.broker.clusterId,
      controllerId: 1,
      brokers: [{ nodeId: 1, port: test.address.port, state: 'running' }],
    })
    const { response } = await client.send('describeLogDirs', { topics: [{ name: 'weighed', partitions: null }] })
    expect(response.logDirs).toMatchObject([
      { errorCode: 0, path: test.directory, topics: [{ name: 'weighed', partitions: [{ partition: 0, isFuture: false }] }] },
    ])
    expect(response.logDirs[0]?.topics[0]?.partitions[0]?.size).toBeGreaterThan(5000)
    expect(response.logDirs[0]?.usableBytes).toBeGreaterThan(0)
  })
})

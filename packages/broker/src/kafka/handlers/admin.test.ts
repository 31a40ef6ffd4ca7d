import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { batchOfValues } from '../../testing-support/batches.ts'
import { createKafkaTopic, kafkaListOffset, kafkaProduce } from '../../testing-support/kafka-requests.ts'
import type { RawKafkaClient } from '../../testing-support/raw-kafka-client.ts'
import { simulate } from '../../testing-support/simulated.ts'

const TOPIC = 2
const BROKER = 4
const TOPIC_SOURCE = 1

/** The configs somebody set on a topic. */
async function overridesOf(client: RawKafkaClient, topic: string): Promise<Record<string, string | null>> {
  const { results } = await client.send('describeConfigs', {
    resources: [{ resourceType: TOPIC, resourceName: topic, configurationKeys: null }],
  })
  const set = (results[0]?.configs ?? []).filter(({ configSource }) => configSource === TOPIC_SOURCE)
  return Object.fromEntries(set.map(({ name, value }) => [name, value]))
}

describe('configs', () => {
  it('are all replaced by AlterConfigs, which takes back what it does not name', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      await createKafkaTopic(client, 'orders', { configs: { 'retention.ms': '1000', 'segment.bytes': '2000000' } })
      const alter = async (configs: { name: string; value: string | null }[], validateOnly = false) => {
        const resources = [{ resourceType: TOPIC, resourceName: 'orders', configs }]
        return (await client.send('alterConfigs', { resources, validateOnly })).responses[0]?.errorCode
      }
      expect(await alter([{ name: 'retention.bytes', value: '5' }], true)).toBe(0)
      expect(await overridesOf(client, 'orders')).toEqual({ 'retention.ms': '1000', 'segment.bytes': '2000000' })
      expect(await alter([{ name: 'retention.bytes', value: '5' }])).toBe(0)
      expect(await overridesOf(client, 'orders')).toEqual({ 'retention.bytes': '5' })
      expect(await alter([{ name: 'no.such.config', value: '5' }])).toBe(errorCode('INVALID_CONFIG'))
      expect(await alter([{ name: 'retention.bytes', value: null }])).toBe(errorCode('INVALID_CONFIG'))
      expect(await overridesOf(client, 'orders')).toEqual({ 'retention.bytes': '5' })
      expect(await alter([])).toBe(0)
      expect(await overridesOf(client, 'orders')).toEqual({})
    })
  })

  it('are changed one by one by IncrementalAlterConfigs', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      await createKafkaTopic(client, 'orders', { configs: { 'retention.ms': '1000' } })
      const configs = [
        { name: 'retention.ms', configOperation: 1, value: null },
        { name: 'retention.bytes', configOperation: 0, value: '7' },
      ]
      const resources = [
        { resourceType: TOPIC, resourceName: 'orders', configs },
        { resourceType: TOPIC, resourceName: 'nowhere', configs },
        { resourceType: BROKER, resourceName: '1', configs },
      ]
      const { responses } = await client.send('incrementalAlterConfigs', { resources, validateOnly: false })
      expect(responses.map(({ errorCode: code }) => code)).toEqual([
        0,
        errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
        errorCode('INVALID_REQUEST'),
      ])
      expect(await overridesOf(client, 'orders')).toEqual({ 'retention.bytes': '7' })
    })
  })

  it('of the broker come with their sources', async () => {
    await simulate({ 'num.partitions': '4' }, async ({ test }) => {
      const client = await test.connectKafka()
      const request = (resourceName: string) => ({
        resources: [{ resourceType: BROKER, resourceName, configurationKeys: ['num.partitions', 'node.id'] }],
        includeSynonyms: true,
      })
      const { results } = await client.send('describeConfigs', request('1'))
      expect(results[0]?.configs.map(({ name, value, readOnly, configSource }) => [name, value, readOnly, configSource])).toEqual([
        ['node.id', '1', true, 5],
        ['num.partitions', '4', true, 4],
      ])
      expect((await client.send('describeConfigs', request('2'))).results[0]?.errorCode).toBe(errorCode('INVALID_REQUEST'))
    })
  })
})

describe('topics', () => {
  it('are made with assignments, or only checked', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const assignments = [0, 1].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] }))
      const topics = [
        { name: 'assigned', numPartitions: -1, replicationFactor: -1, assignments, configs: [] },
        { name: 'defaults', numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] },
        { name: 'too/bad', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] },
        { name: 'too-many-replicas', numPartitions: 1, replicationFactor: 3, assignments: [], configs: [] },
        { name: 'bad-config', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [{ name: 'x', value: 'y' }] },
      ]
      const codes = [0, 0, errorCode('INVALID_TOPIC_EXCEPTION'), errorCode('INVALID_REPLICATION_FACTOR'), errorCode('INVALID_CONFIG')]
      for (const validateOnly of [true, false]) {
        const answer = await client.send('createTopics', { topics, validateOnly })
        expect(answer.topics.map(({ errorCode: code }) => code)).toEqual(codes)
        const { topics: all } = await client.send('metadata', { topics: null })
        expect(all.map(({ name }) => name).sort()).toEqual(validateOnly ? [] : ['assigned', 'defaults'])
      }
    })
  })

  it('are deleted by name or by id, and not by both', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const topicId = await createKafkaTopic(client, 'a')
      await createKafkaTopic(client, 'b')
      const none = new Uint8Array(16)
      const topics = [
        { name: null, topicId },
        { name: 'b', topicId: none },
        { name: 'c', topicId: none },
        { name: 'd', topicId },
      ]
      const { responses } = await client.send('deleteTopics', { topics: topics.slice(0, 3), timeoutMs: 5000 })
      const unknown = errorCode('UNKNOWN_TOPIC_OR_PARTITION')
      expect(responses.map(({ name, errorCode: code }) => [name, code])).toEqual([
        ['a', 0],
        ['b', 0],
        ['c', unknown],
      ])
      const both = await client.send('deleteTopics', { topics: topics.slice(3), timeoutMs: 5000 })
      expect(both.responses[0]?.errorCode).toBe(errorCode('INVALID_REQUEST'))
    })
  })

  it('lose the records below an offset, and the log begins there', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      await createKafkaTopic(client, 'orders')
      for (let index = 0; index < 5; index++) await kafkaProduce(client, { topic: 'orders', records: batchOfValues('a') })
      const partitions = [
        { partitionIndex: 0, offset: 3 },
        { partitionIndex: 0, offset: 9 },
        { partitionIndex: 1, offset: 0 },
      ]
      const { topics } = await client.send('deleteRecords', { topics: [{ name: 'orders', partitions }], timeoutMs: 5000 })
      expect(topics[0]?.partitions.map((each) => [each.errorCode, each.lowWatermark])).toEqual([
        [0, 3],
        [errorCode('OFFSET_OUT_OF_RANGE'), -1],
        [errorCode('UNKNOWN_TOPIC_OR_PARTITION'), -1],
      ])
      expect((await kafkaListOffset(client, 'orders', -2)).offset).toBe(3)
    })
  })

  it('grow, with assignments or without', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      await createKafkaTopic(client, 'orders')
      const grow = async (count: number, assignments: { brokerIds: number[] }[] | null) => {
        const topics = [{ name: 'orders', count, assignments }]
        return (await client.send('createPartitions', { topics, timeoutMs: 5000, validateOnly: false })).results[0]?.errorCode
      }
      expect(await grow(3, [{ brokerIds: [1] }, { brokerIds: [1] }])).toBe(0)
      expect(await grow(4, [{ brokerIds: [2] }])).toBe(errorCode('INVALID_REPLICA_ASSIGNMENT'))
      expect(await grow(3, null)).toBe(errorCode('INVALID_PARTITIONS'))
    })
  })
})

describe('the cluster', () => {
  it('coordinates groups, whose topic it makes when first asked; transactions fail at once', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const codesOf = async (keyType: number, version: number) => {
        const answer = await client.send('findCoordinator', { key: 'a', coordinatorKeys: ['a', 'b'], keyType }, version)
        return version < 4 ? [answer.errorCode] : answer.coordinators.map(({ key, errorCode: code }) => [key, code])
      }
      const refused = errorCode('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
      expect(await codesOf(1, 3)).toEqual([refused])
      expect(await codesOf(1, 4)).toEqual([
        ['a', refused],
        ['b', refused],
      ])
      expect(await codesOf(0, 1)).toEqual([0])
      expect(await client.send('findCoordinator', { key: 'a', keyType: 0 }, 2)).toMatchObject({ nodeId: 1, ...test.address })
      const { topics } = await client.send('metadata', { topics: null, allowAutoTopicCreation: false })
      expect(topics.map(({ name, isInternal, partitions }) => [name, isInternal, partitions.length])).toEqual([
        ['__consumer_offsets', true, 16],
      ])
      expect(await codesOf(2, 6)).toEqual(['a', 'b'].map((key) => [key, errorCode('INVALID_REQUEST')]))
    })
  })

  it('is not described to those who ask for controllers', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connectKafka()
      const codeOf = async (endpointType: number) =>
        (await client.send('describeCluster', { includeClusterAuthorizedOperations: false, endpointType })).errorCode
      expect(await codeOf(1)).toBe(0)
      expect(await codeOf(2)).toBe(errorCode('MISMATCHED_ENDPOINT_TYPE'))
      expect(await codeOf(3)).toBe(errorCode('UNSUPPORTED_ENDPOINT_TYPE'))
    })
  })
})

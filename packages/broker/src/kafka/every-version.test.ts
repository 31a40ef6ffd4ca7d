import { type AnyApi, type KafkaApiName, kafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiExample, ApiExamples } from '../testing-support/api-example.ts'
import { batchOfValues } from '../testing-support/batches.ts'
import { groupExamples } from '../testing-support/group-examples.ts'
import { createKafkaTopic, kafkaFetchRequest, kafkaProduce, kafkaProduceRequest } from '../testing-support/kafka-requests.ts'
import type { RawKafkaClient } from '../testing-support/raw-kafka-client.ts'
import { TestBroker } from '../testing-support/test-broker.ts'
import { answeredApis } from './kafka-handlers.ts'

const TOPIC = 2
const SET = 0
const records = batchOfValues('a', 'b')
const topicConfig = { resourceType: TOPIC, resourceName: 'orders' }
const newTopic = (name: string) => ({ name, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] })

describe('every advertised version of every API', () => {
  let test: TestBroker
  let client: RawKafkaClient
  let topicId: Uint8Array

  beforeAll(async () => {
    test = await TestBroker.start()
    client = await test.connectKafka()
    topicId = await createKafkaTopic(client, 'orders')
    await kafkaProduce(client, { topic: 'orders', records })
  })

  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const examples: ApiExamples = {
    ...groupExamples(() => client),
    produce: (version) => ({
      request: kafkaProduceRequest({ topic: 'orders', records }),
      answer: ({ responses }) => responses[0]?.partitionResponses[0]?.errorCode,
      expected: version < 3 ? errorCode('UNSUPPORTED_VERSION') : 0,
    }),
    fetch: (version) => ({
      request: kafkaFetchRequest({ topic: 'orders', topicId, offset: 0, isolationLevel: version % 2 }),
      answer: ({ responses }) => {
        const { errorCode: code, records: batches, logStartOffset, abortedTransactions } = responses[0]?.partitions[0] ?? {}
        return [code, (batches?.length ?? 0) >= records.length, logStartOffset, abortedTransactions]
      },
      expected: [0, true, version < 5 ? -1 : 0, version % 2 === 1 ? [] : null],
    }),
    listOffsets: (version) => ({
      request: { replicaId: -1, topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -2 }] }] },
      answer: ({ topics }) => topics[0]?.partitions[0],
      expected: { partitionIndex: 0, errorCode: 0, offset: 0, timestamp: -1, leaderEpoch: version < 4 ? -1 : 0 },
    }),
    metadata: (version) => ({
      request: { topics: [{ name: 'orders' }], includeTopicAuthorizedOperations: true, includeClusterAuthorizedOperations: true },
      answer: ({ brokers, clusterId, topics: [topic], ...rest }) => [
        brokers,
        clusterId,
        topic?.topicId,
        topic?.partitions[0],
        topic?.topicAuthorizedOperations,
        rest.clusterAuthorizedOperations,
      ],
      expected: [
        [{ nodeId: 1, ...test.address, rack: null }],
        version < 2 ? null : test.broker.clusterId,
        version < 10 ? new Uint8Array(16) : topicId,
        {
          errorCode: 0,
          partitionIndex: 0,
          leaderId: 1,
          leaderEpoch: version < 7 ? -1 : 0,
          replicaNodes: [1],
          isrNodes: [1],
          offlineReplicas: [],
        },
        version < 8 ? -(2 ** 31) : 0b1101_1111_1000,
        version < 8 || version > 10 ? -(2 ** 31) : 0b1_1111_1010_0000,
      ],
    }),
    apiVersions: () => ({
      request: { clientSoftwareName: 'test', clientSoftwareVersion: '1' },
      answer: ({ errorCode: code, apiKeys }) => [code, apiKeys.length],
      expected: [0, answeredApis.length],
    }),
    createTopics: (version) => ({
      request: { topics: [newTopic(`made-${version}`)] },
      answer: ({ topics }) => [topics[0]?.errorCode, topics[0]?.numPartitions, topics[0]?.topicId.some((byte) => byte !== 0)],
      expected: [0, version < 5 ? -1 : 2, version >= 7],
    }),
    deleteTopics: async (version) => {
      const name = `deleted-${version}`
      await createKafkaTopic(client, name)
      return {
        request: { topics: [{ name, topicId: new Uint8Array(16) }], topicNames: [name], timeoutMs: 5000 },
        answer: ({ responses }) => [responses[0]?.name, responses[0]?.errorCode],
        expected: [name, 0],
      }
    },
    deleteRecords: () => ({
      request: { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: 0 }] }], timeoutMs: 5000 },
      answer: ({ topics }) => topics[0]?.partitions[0],
      expected: { partitionIndex: 0, lowWatermark: 0, errorCode: 0 },
    }),
    initProducerId: (version) => ({
      request: { transactionalId: null, transactionTimeoutMs: 60_000, ...(version < 3 ? {} : { producerId: 3, producerEpoch: 7 }) },
      answer: ({ errorCode: code, producerId, producerEpoch }) => [code, producerId, producerEpoch],
      // The first three versions have made the broker take the block of ids to which 3 belongs.
      expected: version < 3 ? [0, version, 0] : [0, 3, 8],
    }),
    offsetForLeaderEpoch: () => ({
      request: { topics: [{ topic: 'orders', partitions: [{ partition: 0, leaderEpoch: 0 }] }] },
      answer: ({ topics }) => {
        const { errorCode: code, leaderEpoch, endOffset } = topics[0]?.partitions[0] ?? {}
        return [code, leaderEpoch, (endOffset ?? 0) >= 2]
      },
      expected: [0, 0, true],
    }),
    describeConfigs: (version) => ({
      request: {
        resources: [{ ...topicConfig, configurationKeys: ['cleanup.policy'] }],
        includeSynonyms: true,
        includeDocumentation: true,
      },
      answer: ({ results }) => {
        const { errorCode: code, configs } = results[0] ?? {}
        const { name, value, synonyms, configType, documentation } = configs?.[0] ?? {}
        return [code, configs?.length, name, value, synonyms?.length, configType, (documentation?.length ?? 0) > 0]
      },
      expected: [0, 1, 'cleanup.policy', 'delete', version < 1 ? 0 : 1, version < 3 ? 0 : 7, version >= 3],
    }),
    alterConfigs: () => ({
      request: { resources: [{ ...topicConfig, configs: [{ name: 'retention.ms', value: '1000' }] }], validateOnly: false },
      answer: ({ responses }) => responses[0],
      expected: { errorCode: 0, errorMessage: null, ...topicConfig },
    }),
    incrementalAlterConfigs: () => ({
      request: {
        resources: [{ ...topicConfig, configs: [{ name: 'retention.ms', configOperation: SET, value: '2000' }] }],
        validateOnly: false,
      },
      answer: ({ responses }) => responses[0],
      expected: { errorCode: 0, errorMessage: null, ...topicConfig },
    }),
    describeLogDirs: (version) => ({
      request: { topics: null },
      answer: ({ results }) => {
        const { errorCode: code, logDir, topics, usableBytes } = results[0] ?? {}
        const partition = topics?.find(({ name }) => name === 'orders')?.partitions[0]
        return [code, logDir, (partition?.partitionSize ?? 0) >= records.length, partition?.offsetLag, (usableBytes ?? 0) > 0]
      },
      expected: [0, test.directory, true, 0, version >= 4],
    }),
    createPartitions: async (version) => {
      const name = `grown-${version}`
      await createKafkaTopic(client, name)
      return {
        request: { topics: [{ name, count: 3, assignments: null }], timeoutMs: 5000, validateOnly: false },
        answer: ({ results }) => results[0],
        expected: { name, errorCode: 0, errorMessage: null },
      }
    },
    describeCluster: (version) => ({
      request: { includeClusterAuthorizedOperations: true },
      answer: ({ errorCode: code, clusterId, controllerId, brokers, clusterAuthorizedOperations, endpointType }) => [
        [code, clusterId, controllerId, endpointType],
        brokers,
        clusterAuthorizedOperations,
        version,
      ],
      expected: [[0, test.broker.clusterId, 1, 1], [{ brokerId: 1, ...test.address, rack: null }], 0b1_1111_1010_0000, version],
    }),
  }

  const rows = answeredApis.flatMap((api) => {
    const name = (Object.keys(kafkaApis) as KafkaApiName[]).find((candidate) => (kafkaApis[candidate] as AnyApi) === api) as KafkaApiName
    return Array.from({ length: api.versions.max - api.versions.min + 1 }, (_, index): [KafkaApiName, number] => [
      name,
      api.versions.min + index,
    ])
  })

  it.each(rows)('%s, version %i', async (name, version) => {
    const exampleOf = examples[name] as ((version: number) => ApiExample<KafkaApiName>) | undefined
    if (exampleOf === undefined) throw new Error(`${name} has no example here`)
    const { request, answer, expected } = await exampleOf(version)
    expect(answer(await client.send(name, request, version))).toEqual(expected)
  })
})

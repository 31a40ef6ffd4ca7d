import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import type { AnyApi } from './api.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse, openRequest } from './envelope.ts'
import { kafkaApis } from './registry.ts'

// The bytes were made by kafka-python 3.0.12, those of ConsumerGroupHeartbeat (which it lacks) by franz-go's kmsg 1.15.0: each has a codec
// of its own. Requests are whole frames with the correlation id 7 and the client id "shop", responses are bodies.

const { produce, fetch, metadata, apiVersions, consumerGroupHeartbeat } = kafkaApis
const topicId = Uint8Array.from({ length: 16 }, (_, index) => index + 1)

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

interface Golden {
  readonly api: AnyApi
  readonly version: number
  readonly message: object
  readonly hex: string
}

function golden(api: AnyApi, version: number, message: object, hex: string): Golden {
  return { api, version, message, hex }
}

const produceRequest = {
  acks: -1,
  timeoutMs: 1500,
  topicData: [
    {
      name: 'orders',
      partitionData: [
        { index: 2, records: bytes(1, 2, 3) },
        { index: 3, records: null },
      ],
    },
  ],
}

function fetchRequest(topic: object, rest: object = {}): object {
  const partition = { partition: 4, currentLeaderEpoch: 6, fetchOffset: 2 ** 40 + 5, partitionMaxBytes: 65_536 }
  const topics = [{ ...topic, partitions: [partition] }]
  return { maxWaitMs: 500, minBytes: 1, maxBytes: 1_048_576, isolationLevel: 1, topics, rackId: 'r1', ...rest }
}

const requests = [
  golden(
    produce,
    3,
    produceRequest,
    '000000390000000300000007000473686f70ffffffff000005dc0000000100066f726465727300000002000000020000000301020300000003ffffffff',
  ),
  golden(
    produce,
    9,
    produceRequest,
    '000000300000000900000007000473686f700000ffff000005dc02076f7264657273030000000204010203000000000300000000',
  ),
  golden(
    fetch,
    4,
    fetchRequest({ topic: 'orders' }),
    '0000003f0001000400000007000473686f70ffffffff000001f40000000100100000010000000100066f72646572730000000100000004000001000000000500010000',
  ),
  golden(
    fetch,
    11,
    fetchRequest({ topic: 'orders' }),
    '0000005b0001000b00000007000473686f70ffffffff000001f400000001001000000100000000ffffffff0000000100066f72646572730000000100000004000000060000010000000005ffffffffffffffff000100000000000000027231',
  ),
  golden(
    fetch,
    12,
    fetchRequest({ topic: 'orders' }, { clusterId: 'abc' }),
    '0000005e0001000c00000007000473686f7000ffffffff000001f400000001001000000100000000ffffffff02076f72646572730200000004000000060000010000000005ffffffffffffffffffffffff0001000000000103723101000404616263',
  ),
  golden(
    fetch,
    15,
    fetchRequest({ topicId }),
    '0000005d0001000f00000007000473686f7000000001f400000001001000000100000000ffffffff020102030405060708090a0b0c0d0e0f100200000004000000060000010000000005ffffffffffffffffffffffff0001000000000103723100',
  ),
  golden(metadata, 0, { topics: [{ name: 'zähler' }] }, '0000001b0003000000000007000473686f700000000100077ac3a4686c6572'),
  golden(metadata, 9, { topics: [{ name: 'zähler' }] }, '0000001d0003000900000007000473686f700002087ac3a4686c65720001000000'),
  golden(
    metadata,
    12,
    { topics: [{ topicId, name: null }] },
    '000000250003000c00000007000473686f7000020102030405060708090a0b0c0d0e0f100000010000',
  ),
  golden(apiVersions, 0, {}, '0000000e0012000000000007000473686f70'),
  golden(
    apiVersions,
    3,
    { clientSoftwareName: 'kafka-ts', clientSoftwareVersion: '1.0' },
    '0000001d0012000300000007000473686f7000096b61666b612d747304312e3000',
  ),
  golden(
    consumerGroupHeartbeat,
    1,
    {
      groupId: 'g',
      memberId: 'm',
      memberEpoch: 0,
      rebalanceTimeoutMs: 45_000,
      subscribedTopicNames: ['orders'],
      subscribedTopicRegex: '^a.*',
      topicPartitions: [{ topicId, partitions: [0, 3] }],
    },
    '000000470044000100000007000473686f70000267026d0000000000000000afc802076f7264657273055e612e2a00020102030405060708090a0b0c0d0e0f100300000000000000030000',
  ),
]

function produceResponse(partition: object, rest: object = {}): object {
  const refused = { index: 2, errorCode: 6, baseOffset: -1, logStartOffset: 5, ...partition }
  return { responses: [{ name: 'orders', partitionResponses: [refused] }], throttleTimeMs: 11, ...rest }
}

function fetchResponse(topic: object, partition: object = {}, rest: object = {}): object {
  const served = {
    partitionIndex: 1,
    errorCode: 0,
    highWatermark: 2 ** 33,
    lastStableOffset: 2 ** 33 - 1,
    logStartOffset: 0,
    abortedTransactions: [{ producerId: 4000, firstOffset: 17 }],
    records: bytes(0xaa, 0xbb),
    ...partition,
  }
  return { throttleTimeMs: 0, responses: [{ ...topic, partitions: [served] }], ...rest }
}

const currentLeader = { leaderId: 3, leaderEpoch: 9 }

function metadataResponse(topic: object = {}): object {
  const partition = { errorCode: 0, partitionIndex: 0, leaderId: 1, leaderEpoch: 4, replicaNodes: [1], isrNodes: [1] }
  return {
    brokers: [{ nodeId: 1, host: '127.0.0.1', port: 9092 }],
    clusterId: 'cl',
    controllerId: 1,
    topics: [{ errorCode: 0, name: 'orders', partitions: [partition], ...topic }],
  }
}

const heartbeatResponse = { throttleTimeMs: 0, errorCode: 0, memberId: 'm', memberEpoch: 4, heartbeatIntervalMs: 5000 }

const responses = [
  golden(produce, 3, produceResponse({}), '0000000100066f726465727300000001000000020006ffffffffffffffffffffffffffffffff0000000b'),
  golden(
    produce,
    8,
    produceResponse({ errorMessage: 'no' }),
    '0000000100066f726465727300000001000000020006ffffffffffffffffffffffffffffffff00000000000000050000000000026e6f0000000b',
  ),
  golden(
    produce,
    10,
    produceResponse({ errorMessage: 'no', currentLeader }, { nodeEndpoints: [{ nodeId: 3, host: 'b3', port: 9094 }] }),
    '02076f726465727302000000020006ffffffffffffffffffffffffffffffff000000000000000501036e6f010009000000030000000900000000000b01000e0200000003036233000023860000',
  ),
  golden(
    fetch,
    4,
    fetchResponse({ topic: 'orders' }),
    '000000000000000100066f726465727300000001000000010000000000020000000000000001ffffffff000000010000000000000fa0000000000000001100000002aabb',
  ),
  golden(
    fetch,
    12,
    fetchResponse({ topic: 'orders' }, { currentLeader }),
    '0000000000000000000002076f726465727302000000010000000000020000000000000001ffffffff0000000000000000020000000000000fa0000000000000001100ffffffff03aabb0101090000000300000009000000',
  ),
  golden(
    fetch,
    16,
    fetchResponse({ topicId }, { currentLeader }, { nodeEndpoints: [{ nodeId: 3, host: 'b3', port: 9094, rack: 'a' }] }),
    '00000000000000000000020102030405060708090a0b0c0d0e0f1002000000010000000000020000000000000001ffffffff0000000000000000020000000000000fa0000000000000001100ffffffff03aabb0101090000000300000009000001000f020000000303623300002386026100',
  ),
  golden(
    metadata,
    1,
    metadataResponse(),
    '000000010000000100093132372e302e302e3100002384ffff0000000100000001000000066f726465727300000000010000000000000000000100000001000000010000000100000001',
  ),
  golden(
    metadata,
    7,
    metadataResponse(),
    '00000000000000010000000100093132372e302e302e3100002384ffff0002636c0000000100000001000000066f7264657273000000000100000000000000000001000000040000000100000001000000010000000100000000',
  ),
  golden(
    metadata,
    12,
    metadataResponse({ topicId }),
    '0000000002000000010a3132372e302e302e3100002384000003636c00000001020000076f72646572730102030405060708090a0b0c0d0e0f1000020000000000000000000100000004020000000102000000010100800000000000',
  ),
  golden(apiVersions, 0, { errorCode: 0, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] }, '000000000001001200000004'),
  golden(
    apiVersions,
    3,
    {
      errorCode: 0,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
      supportedFeatures: [{ name: 'kraft.version', minVersion: 0, maxVersion: 1 }],
      finalizedFeaturesEpoch: 3,
    },
    '0000020012000000040000000000020014020e6b726166742e76657273696f6e000000010001080000000000000003',
  ),
  golden(consumerGroupHeartbeat, 1, heartbeatResponse, '00000000000000026d0000000400001388ff00'),
  golden(
    consumerGroupHeartbeat,
    1,
    { ...heartbeatResponse, assignment: { topicPartitions: [{ topicId, partitions: [0, 3] }] } },
    '00000000000000026d000000040000138801020102030405060708090a0b0c0d0e0f10030000000000000003000000',
  ),
]

/** The response frame around a body: its header ends in no tagged fields from the flexible versions on, but for ApiVersions. */
function responseFrame({ api, version, hex }: Golden): Buffer {
  const header = api.headerVersions(version).response === 0 ? '00000007' : '0000000700'
  const size = Buffer.alloc(4)
  size.writeUInt32BE((header.length + hex.length) / 2)
  return Buffer.concat([size, Buffer.from(header + hex, 'hex')])
}

describe.each(requests)('$api.name v$version request', ({ api, version, message, hex }) => {
  const frame = Buffer.from(hex, 'hex')

  it('is encoded to the bytes of another implementation', () => {
    expect(Buffer.concat(encodeRequest(api, { version, correlationId: 7, clientId: 'shop', request: message })).toString('hex')).toBe(hex)
  })

  it('is decoded from the bytes of another implementation', () => {
    const received = openRequest(frame.subarray(4))
    expect(received).toMatchObject({ api, version, correlationId: 7, clientId: 'shop' })
    const request = decodeRequest(api, received)
    expect(Buffer.concat(encodeRequest(api, { version, correlationId: 7, clientId: 'shop', request })).toString('hex')).toBe(hex)
  })
})

describe.each(responses)('$api.name v$version response', (expected) => {
  const { api, version, message } = expected
  const frame = responseFrame(expected)

  it('is encoded to the bytes of another implementation', () => {
    expect(Buffer.concat(encodeResponse(api, { version, correlationId: 7, response: message })).toString('hex')).toBe(frame.toString('hex'))
  })

  it('is decoded from the bytes of another implementation', () => {
    const received = decodeResponse(api, version, frame.subarray(4))
    expect(received.correlationId).toBe(7)
    expect(Buffer.concat(encodeResponse(api, { version, ...received })).toString('hex')).toBe(frame.toString('hex'))
  })
})

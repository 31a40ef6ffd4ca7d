import { encodeRequest, kafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOfValues, compressedBatchOf } from '../testing-support/batches.ts'
import { hostileRecords } from '../testing-support/hostile-records.ts'
import { createKafkaTopic, kafkaFetch, kafkaFetchRequest, kafkaProduce, kafkaProduceRequest } from '../testing-support/kafka-requests.ts'
import type { RawKafkaClient } from '../testing-support/raw-kafka-client.ts'
import { TestBroker } from '../testing-support/test-broker.ts'

/** A frame around bytes; `size`: another length than theirs. */
function frameOf(body: Uint8Array, size = body.length): Uint8Array {
  const prefix = Buffer.alloc(4)
  prefix.writeInt32BE(size | 0, 0)
  return Buffer.concat([prefix, body])
}

/** Header and body of a request: key, version, correlation id 1, client id null; then, where there is one, the header's tagged fields. */
function requestOf(key: number, version: number, ...rest: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.alloc(10)
  header.writeInt16BE(key, 0)
  header.writeInt16BE(version, 2)
  header.writeInt32BE(1, 4)
  header.writeInt16BE(-1, 8)
  return Buffer.concat([header, ...rest])
}

const METADATA = kafkaApis.metadata.key
const FETCH = kafkaApis.fetch.key
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value, 0)
  return bytes
}
/** 20,000,000 as an unsigned varint. */
const TWENTY_MILLION = Uint8Array.of(0x80, 0xda, 0xc4, 0x09)
/** 2^32-1 as an unsigned varint: a compact length of 2^32-2. */
const HUGE_VARINT = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)
const NO_TAGS = Uint8Array.of(0)

const malformed: readonly (readonly [string, Uint8Array])[] = [
  ['a size below zero after a good request', Buffer.concat([frameOf(requestOf(18, 0)), int32(-1)])],
  ['a size over the limit after a good request', Buffer.concat([frameOf(requestOf(18, 0)), int32(101 * 2 ** 20)])],
  ['a size of nothing after a good request', Buffer.concat([frameOf(requestOf(18, 0)), int32(0)])],
  ['an API that does not exist', frameOf(requestOf(999, 0))],
  ['an API key below zero', frameOf(requestOf(-1, 0))],
  ['an API that brokers use among themselves', frameOf(requestOf(4, 0, int32(0)))],
  ['version -1', frameOf(requestOf(METADATA, -1, int32(-1)))],
  ['a version of Metadata to come', frameOf(requestOf(METADATA, 13, int32(-1)))],
  ['version -1 of ApiVersions', frameOf(requestOf(18, -1))],
  ['a header cut short', frameOf(requestOf(METADATA, 9).subarray(0, 9))],
  ['four bytes', frameOf(requestOf(METADATA, 9).subarray(0, 4))],
  ['a client id longer than the frame', frameOf(Uint8Array.of(0, 3, 0, 1, 0, 0, 0, 1, 0x7f, 0xff))],
  ['a body cut short', frameOf(requestOf(METADATA, 1, int32(1), Uint8Array.of(0, 5, 0x61)))],
  ['a header with 20 million tagged fields', frameOf(requestOf(METADATA, 9, TWENTY_MILLION, new Uint8Array(2 ** 20)))],
  ['a body with 20 million tagged fields', frameOf(requestOf(METADATA, 9, NO_TAGS, Uint8Array.of(1, 1, 0, 0), TWENTY_MILLION))],
  ['an array of 2^31-1', frameOf(requestOf(METADATA, 1, int32(2 ** 31 - 1)))],
  ['a compact array of 2^32-2', frameOf(requestOf(METADATA, 9, NO_TAGS, HUGE_VARINT))],
  ['a varint of six bytes', frameOf(requestOf(METADATA, 9, NO_TAGS, new Uint8Array(5).fill(0xff), Uint8Array.of(1)))],
  ['bad UTF-8', frameOf(requestOf(METADATA, 1, int32(1), Uint8Array.of(0, 2, 0xc3, 0x28)))],
  ['a fetch of 2^31-1 topics', frameOf(requestOf(FETCH, 4, new Uint8Array(17), int32(2 ** 31 - 1)))],
]

describe("hostile bytes at Kafka's door", () => {
  let test: TestBroker
  let bystander: RawKafkaClient

  beforeAll(async () => {
    test = await TestBroker.start({ settings: { 'connections.max.idle.ms': '600000' } })
    bystander = await test.connectKafka()
    await createKafkaTopic(bystander, 'orders')
  })

  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const expectServed = async () =>
    expect(await kafkaProduce(bystander, { topic: 'orders', records: batchOfValues('x') })).toMatchObject({ errorCode: 0 })

  it.each(malformed)('%s closes the connection, and only that', async (_what, bytes) => {
    const attacker = await test.connectKafka()
    // The answer to the good request in front of some of them.
    const answer = attacker.nextApiVersions(1).catch(() => undefined)
    attacker.write(bytes)
    await attacker.closed
    await answer
    await expectServed()
  })

  it('a declared size costs nothing until its bytes come', async () => {
    const before = process.memoryUsage().rss
    const attackers = await Promise.all(Array.from({ length: 100 }, () => test.connectKafka()))
    for (const attacker of attackers) attacker.write(frameOf(requestOf(METADATA, 1), 100 * 2 ** 20))
    await expectServed()
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20)
    await Promise.all(attackers.map((attacker) => attacker.close()))
  })

  it('a flood of them leaves no memory behind', async () => {
    const frames = malformed.map(([, bytes]) => bytes)
    const flood = async () => {
      const attackers = await Promise.all(frames.map(() => test.connectKafka()))
      for (const [index, attacker] of attackers.entries()) {
        attacker.nextApiVersions(1).catch(() => undefined)
        attacker.write(frames[index] as Uint8Array)
      }
      await Promise.all(attackers.map((attacker) => attacker.closed))
    }
    for (let round = 0; round < 5; round++) await flood()
    const before = process.memoryUsage().rss
    for (let round = 0; round < 40; round++) await flood()
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20)
    await expectServed()
  })

  it('bytes behind a request are ignored, as in Kafka', async () => {
    const rambler = await test.connectKafka()
    const { max: version } = kafkaApis.apiVersions.versions
    const software = { clientSoftwareName: 'rambler', clientSoftwareVersion: '1' }
    const request = encodeRequest(kafkaApis.apiVersions, { version, correlationId: 6, clientId: null, request: software })
    const answer = rambler.nextApiVersions(6)
    rambler.write(frameOf(Buffer.concat([Buffer.concat(request).subarray(4), new Uint8Array(3)])))
    expect((await answer).errorCode).toBe(0)
    await rambler.close()
  })

  it('a request in single bytes is understood', async () => {
    const slow = await test.connectKafka()
    const { max: version } = kafkaApis.apiVersions.versions
    const software = { clientSoftwareName: 'slow', clientSoftwareVersion: '1' }
    const request = encodeRequest(kafkaApis.apiVersions, { version, correlationId: 5, clientId: 'slow', request: software })
    const answer = slow.nextApiVersions(5)
    for (const byte of Buffer.concat(request)) slow.write(Uint8Array.of(byte))
    expect((await answer).errorCode).toBe(0)
    await slow.close()
  })

  it('a connection that says half a size is closed in time, as any that does not say what it speaks', async () => {
    await using lorisTest = await TestBroker.start({ settings: { 'connection.first.bytes.timeout.ms': '100' } })
    const loris = await lorisTest.connectKafka()
    const answer = loris.nextApiVersions(1)
    loris.write(Uint8Array.of(0, 0))
    await expect(answer).rejects.toThrow('the connection was closed')
    await loris.closed
  })
})

describe("hostile records at Kafka's door", () => {
  let test: TestBroker
  let client: RawKafkaClient

  beforeAll(async () => {
    test = await TestBroker.start({ settings: { 'max.decompressed.batch.bytes': '100000' } })
    client = await test.connectKafka()
    await createKafkaTopic(client, 'orders')
  })

  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const codeOf = async (records: Uint8Array | null, topic = 'orders') => (await kafkaProduce(client, { topic, records })).errorCode

  it('get the error that says what is wrong with them, and the connection is kept', async () => {
    for (const [what, records, error] of hostileRecords()) expect([what, await codeOf(records)]).toEqual([what, errorCode(error)])
    expect(await codeOf(null)).toBe(errorCode('INVALID_RECORD'))
    expect(await codeOf(batchOfValues('good'))).toBe(0)
  })

  it('are opened within bounds where they have to be opened', async () => {
    await createKafkaTopic(client, 'plain', { configs: { 'compression.type': 'uncompressed' } })
    const bomb = Array.from({ length: 100 }, () => ({ value: '0'.repeat(10_000) }))
    for (const codec of ['gzip', 'zstd', 'lz4', 'snappy'] as const) {
      const batch = await compressedBatchOf(bomb, codec, test.doors.compression)
      expect([codec, await codeOf(batch, 'plain')]).toEqual([codec, errorCode('MESSAGE_TOO_LARGE')])
    }
  })

  it('cannot be zstd in a version that does not know it', async () => {
    const zstd = await compressedBatchOf([{ value: 'a' }], 'zstd', test.doors.compression)
    expect((await kafkaProduce(client, { topic: 'orders', records: zstd, version: 6 })).errorCode).toBe(
      errorCode('UNSUPPORTED_COMPRESSION_TYPE'),
    )
    expect((await kafkaProduce(client, { topic: 'orders', records: zstd, version: 7 })).errorCode).toBe(0)
  })

  it('are refused in the versions that are only advertised', async () => {
    const answer = await kafkaProduce(client, { topic: 'orders', records: batchOfValues('a'), version: 2 })
    expect(answer).toMatchObject({ errorCode: errorCode('UNSUPPORTED_VERSION'), baseOffset: -1 })
  })

  it('with acks that do not exist are refused by partition', async () => {
    const answer = await kafkaProduce(client, { topic: 'orders', records: batchOfValues('a'), acks: 2 })
    expect(answer.errorCode).toBe(errorCode('INVALID_REQUIRED_ACKS'))
  })

  it('for partitions that are not there get an error of their own', async () => {
    const records = batchOfValues('a')
    const request = {
      ...kafkaProduceRequest({ topic: 'orders', records }),
      topicData: [
        { name: 'orders', partitionData: [0, 1, -1].map((index) => ({ index, records })) },
        { name: 'nowhere', partitionData: [{ index: 0, records }] },
      ],
    }
    const { responses } = await client.send('produce', request)
    const unknown = errorCode('UNKNOWN_TOPIC_OR_PARTITION')
    expect(responses.map(({ name, partitionResponses }) => [name, ...partitionResponses.map((each) => each.errorCode)])).toEqual([
      ['orders', 0, unknown, unknown],
      ['nowhere', unknown],
    ])
  })

  it('cannot be read as a replica', async () => {
    const request = kafkaFetchRequest({ topic: 'orders', offset: 0 })
    const refused = errorCode('TOPIC_AUTHORIZATION_FAILED')
    const before = await client.send('fetch', { ...request, replicaId: 2 }, 12)
    expect(before.responses[0]?.partitions[0]?.errorCode).toBe(refused)
    const now = await client.send('fetch', { ...request, replicaState: { replicaId: 2 } }, 16)
    expect(now.responses[0]?.partitions[0]?.errorCode).toBe(refused)
  })

  it('cannot be read with a stale epoch, or where there are none', async () => {
    const code = async (one: Partial<Parameters<typeof kafkaFetch>[1]>) =>
      (await kafkaFetch(client, { topic: 'orders', offset: 0, version: 12, ...one })).errorCode
    expect(await code({})).toBe(0)
    expect(await code({ currentLeaderEpoch: 1 })).toBe(errorCode('UNKNOWN_LEADER_EPOCH'))
    expect(await code({ currentLeaderEpoch: -2 })).toBe(errorCode('FENCED_LEADER_EPOCH'))
    expect(await code({ offset: 1_000_000 })).toBe(errorCode('OFFSET_OUT_OF_RANGE'))
    expect(await code({ offset: -1 })).toBe(errorCode('OFFSET_OUT_OF_RANGE'))
    expect(await code({ topic: 'nowhere' })).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(await code({ partition: 7 })).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(await code({ topicId: new Uint8Array(16).fill(1), version: 13 })).toBe(errorCode('UNKNOWN_TOPIC_ID'))
  })
})

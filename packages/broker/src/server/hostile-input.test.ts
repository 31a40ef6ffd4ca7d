import { apis, encodeRequest, errorCode, PREAMBLE } from '@kafka-ts/protocol'
import { sealBatch } from '@kafka-ts/protocol/records'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOfValues, compressedBatchOf } from '../testing-support/batches.ts'
import { hostileRecords } from '../testing-support/hostile-records.ts'
import type { RawClient } from '../testing-support/raw-client.ts'
import { createTopic, fetchOne, fetchRequest, produce, produceRequest, TestBroker } from '../testing-support/test-broker.ts'

/** A frame around a body, whatever the body is. */
function frameOf(body: Uint8Array, lengths: { frame?: number; body?: number } = {}): Uint8Array {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(lengths.frame ?? body.length + 4, 0)
  header.writeUInt32BE(lengths.body ?? body.length, 4)
  return Buffer.concat([header, body])
}

/** The body of a metadata request with other bytes in place of its fields: `[3, 0, 1, ...]`. */
function requestWith(fields: Uint8Array): Uint8Array {
  return frameOf(Buffer.concat([Uint8Array.of(0x94, 3, 0, 1), fields]))
}

const malformed: readonly (readonly [string, Uint8Array])[] = [
  ['a frame longer than the limit', frameOf(new Uint8Array(4), { frame: 2 ** 31 })],
  ['a body longer than its frame', frameOf(new Uint8Array(4), { body: 100 })],
  ['an empty body', frameOf(new Uint8Array(0))],
  ['a body that is no array', frameOf(Uint8Array.of(0x01))],
  ['a body that is cut short', frameOf(Uint8Array.of(0x94, 3, 0))],
  ['bytes behind the body', frameOf(Uint8Array.of(0x94, 3, 0, 1, 0xc0, 0xc0))],
  ['arrays 100,000 deep', requestWith(new Uint8Array(100_000).fill(0x91))],
  ['an array of 2^32-1', requestWith(Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff))],
  ['a string of 2^32-1 bytes', requestWith(Uint8Array.of(0xdb, 0xff, 0xff, 0xff, 0xff))],
  ['bytes of 2^32-1', requestWith(Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff))],
  ['a map of 2^32-1', requestWith(Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff))],
  ['an extension', requestWith(Uint8Array.of(0xd4, 1, 0))],
  ['a timestamp extension', requestWith(Uint8Array.of(0xd6, 0xff, 0, 0, 0, 0))],
  ['bad UTF-8', requestWith(Uint8Array.of(0x91, 0xa2, 0xc3, 0x28))],
  ['the tag that msgpack never uses', requestWith(Uint8Array.of(0xc1))],
]

const noProtocol: readonly (readonly [string, Uint8Array])[] = [
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['TLS', Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc)],
  ['a negative Kafka length', Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
  ['zeros', new Uint8Array(64)],
  ['another version of ours', Buffer.from('KTS2aaaaaaaa')],
]

describe('hostile bytes', () => {
  let test: TestBroker
  let bystander: RawClient
  let topicId: Uint8Array

  beforeAll(async () => {
    test = await TestBroker.start({ settings: { 'connections.max.idle.ms': '600000' } })
    bystander = await test.connect()
    topicId = await createTopic(bystander, 'orders')
  })

  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const expectServed = async () =>
    expect(await produce(bystander, { topicId, records: batchOfValues('x') })).toMatchObject({ errorCode: 0 })

  it.each(malformed)('%s closes the connection, and only that', async (_what, bytes) => {
    const attacker = await test.connect()
    attacker.write(bytes)
    await attacker.closed
    await expectServed()
  })

  it.each(noProtocol)('%s closes the connection', async (_what, bytes) => {
    const attacker = await test.connectSilently()
    attacker.write(bytes)
    await attacker.closed
    await expectServed()
  })

  it('an unknown API or version is answered, and the connection is kept', async () => {
    const client = await test.connect()
    const answers: unknown[] = []
    for (const [apiKey, version] of [
      [99, 0],
      [-1, 0],
      [3, 99],
      [3, -1],
    ] as const) {
      const api = { ...apis.hello, key: apiKey, minVersion: version, maxVersion: version }
      const [body] = encodeRequest(
        { ...api, requestCodec: () => apis.hello.requestCodec(0) },
        { version, correlationId: 77, request: { clientName: '', clientVersion: '', clientId: '' } },
      )
      answers.push(await client.sendRaw(77, body as Uint8Array).catch((error: { code?: string }) => error.code))
    }
    expect(answers).toEqual(Array(4).fill('UNSUPPORTED_VERSION'))
    expect((await client.send('metadata', { topics: null, allowAutoCreate: false })).response.topics).toHaveLength(1)
  })

  it('fields that do not fit their schema get INVALID_REQUEST, then the connection is closed', async () => {
    const client = await test.connect()
    const bytes = requestWith(Uint8Array.of(0x92, 0x05, 0xc3))
    await expect(client.sendRaw(1, bytes)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await client.closed
  })

  it('a request in single bytes is understood', async () => {
    const client = await test.connectSilently()
    const request = encodeRequest(apis.hello, {
      version: 0,
      correlationId: 5,
      request: { clientName: 'slow', clientVersion: '1', clientId: '' },
    })
    const answer = client.sendRaw(5)
    for (const byte of Buffer.concat([PREAMBLE, ...request])) client.write(Uint8Array.of(byte))
    expect((await answer).response).toMatchObject({ brokerId: 1, apis: expect.arrayContaining([expect.anything()]) })
  })

  it('a declared length costs nothing until its bytes come', async () => {
    const before = process.memoryUsage().rss
    const attackers = await Promise.all(Array.from({ length: 100 }, () => test.connect()))
    for (const attacker of attackers) attacker.write(frameOf(Uint8Array.of(0x94), { frame: 16 * 2 ** 20 - 4, body: 1 }))
    await expectServed()
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20)
    await Promise.all(attackers.map((attacker) => attacker.close()))
  })

  it('a flood of bad frames leaves no connection and no bytes behind', async () => {
    for (let round = 0; round < 20; round++) {
      const attackers = await Promise.all(Array.from({ length: 20 }, () => test.connect()))
      for (const attacker of attackers) attacker.write(frameOf(Uint8Array.of(0xc1)))
      await Promise.all(attackers.map((attacker) => attacker.closed))
    }
    await expectServed()
  })
})

describe('hostile requests', () => {
  let test: TestBroker
  let client: RawClient
  let topicId: Uint8Array

  beforeAll(async () => {
    test = await TestBroker.start({ settings: { 'max.decompressed.batch.bytes': '100000' } })
    client = await test.connect()
    topicId = await createTopic(client, 'orders')
  })

  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const codeOf = async (records: Uint8Array, topic = topicId) => (await produce(client, { topicId: topic, records })).errorCode

  it('a batch that is damaged or makes no sense gets the error that says so', async () => {
    for (const [what, records, error] of hostileRecords()) expect([what, await codeOf(records)]).toEqual([what, errorCode(error)])
    expect(await codeOf(batchOfValues('good'))).toBe(0)
  })

  it('a batch is opened within bounds where it has to be opened', async () => {
    const plain = await createTopic(client, 'plain', { configs: { 'compression.type': 'uncompressed' } })
    const { compression } = test.doors
    const bomb = Array.from({ length: 100 }, () => ({ value: '0'.repeat(10_000) }))
    for (const codec of ['gzip', 'zstd', 'lz4', 'snappy'] as const) {
      expect([codec, await codeOf(await compressedBatchOf(bomb, codec, compression), plain)]).toEqual([
        codec,
        errorCode('MESSAGE_TOO_LARGE'),
      ])
      expect([codec, await codeOf(await compressedBatchOf([{ value: 'fine' }], codec, compression), plain)]).toEqual([codec, 0])
    }
  })

  it('compressed bytes that are none are corrupt', async () => {
    const plain = await createTopic(client, 'plain-2', { configs: { 'compression.type': 'uncompressed' } })
    for (const codec of ['gzip', 'zstd', 'lz4', 'snappy'] as const) {
      const door = { ...test.doors.compression, gzip: noise, zstdCompress: noise, gunzip: noise, zstdDecompress: noise }
      const batch = await compressedBatchOf([{ value: 'a'.repeat(100) }], codec, door)
      const garbled = codec === 'lz4' || codec === 'snappy' ? garble(batch) : batch
      expect([codec, await codeOf(garbled, plain)]).toEqual([codec, errorCode('CORRUPT_MESSAGE')])
    }
  })

  it('acks that do not exist are refused, and the connection is kept', async () => {
    await expect(produce(client, { topicId, records: batchOfValues('a'), acks: 2 })).rejects.toMatchObject({
      code: 'INVALID_REQUIRED_ACKS',
    })
    expect(await codeOf(batchOfValues('a'))).toBe(0)
  })

  it('lengths that are not those of the attachments are refused, and the connection is kept', async () => {
    const request = produceRequest({ topicId, records: batchOfValues('a') })
    await expect(client.send('produce', request, [new Uint8Array(10)])).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await expect(client.send('produce', request, [])).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await expect(client.send('produce', request, [batchOfValues('a'), Uint8Array.of(0)])).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect(await codeOf(batchOfValues('a'))).toBe(0)
  })

  it('an error with acks=0 closes the connection, for there is no answer to tell it in', async () => {
    const careless = await test.connect()
    const records = batchOfValues('a')
    const unanswered = careless.send('produce', produceRequest({ topicId, records, acks: 0, partition: 9 }), [records])
    await expect(unanswered).rejects.toThrow('the connection was closed')
    await careless.closed
    expect(await codeOf(records)).toBe(0)
  })

  it('partitions that are not there are told from topics that are not there', async () => {
    const records = batchOfValues('a')
    expect((await produce(client, { topicId, partition: 1, records })).errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
    expect((await produce(client, { topicId, partition: -1, records })).errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(await codeOf(records, new Uint8Array(16))).toBe(errorCode('UNKNOWN_TOPIC_ID'))
    expect((await fetchOne(client, { topicId: new Uint8Array(16), offset: 0 })).errorCode).toBe(errorCode('UNKNOWN_TOPIC_ID'))
  })

  it('a leader epoch that is not the present one is fenced', async () => {
    const code = async (currentLeaderEpoch: number) => (await fetchOne(client, { topicId, offset: 0, currentLeaderEpoch })).errorCode
    expect(await code(0)).toBe(0)
    expect(await code(1)).toBe(errorCode('UNKNOWN_LEADER_EPOCH'))
    expect(await code(-2)).toBe(errorCode('FENCED_LEADER_EPOCH'))
  })

  it('offsets outside of the log are refused', async () => {
    expect((await fetchOne(client, { topicId, offset: 1_000_000 })).errorCode).toBe(errorCode('OFFSET_OUT_OF_RANGE'))
    expect((await fetchOne(client, { topicId, offset: -1 })).errorCode).toBe(errorCode('OFFSET_OUT_OF_RANGE'))
  })

  it('nobody fetches as a replica', async () => {
    const { response } = await client.send('fetch', { ...fetchRequest({ topicId, offset: 0 }), replicaId: 2 })
    expect(response.topics[0]?.partitions[0]?.errorCode).toBe(errorCode('TOPIC_AUTHORIZATION_FAILED'))
  })

  it.each(['..', 'a/b', 'nul\0', 'x'.repeat(250), ''])('the topic name %j is refused', async (name) => {
    await expect(createTopic(client, name)).rejects.toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
    const { response } = await client.send('metadata', { topics: [{ name, topicId: null }], allowAutoCreate: true })
    expect(response.topics[0]?.errorCode).toBe(errorCode('INVALID_TOPIC_EXCEPTION'))
  })

  it('config names that mean something to JavaScript mean nothing here', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      await expect(createTopic(client, 'proto', { configs: Object.fromEntries([[name, '1']]) })).rejects.toMatchObject({
        code: 'INVALID_CONFIG',
      })
    }
  })
})

async function noise(): Promise<Uint8Array> {
  return new Uint8Array(100).fill(0x5a)
}

/** Overwrites the records and mends the checksum, so that only opening the batch can tell. */
function garble(batch: Uint8Array): Uint8Array {
  const garbled = batch.slice()
  garbled.fill(0x5a, 61)
  sealBatch(garbled, 0)
  return garbled
}

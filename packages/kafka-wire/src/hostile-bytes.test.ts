import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import type { AnyApi } from './api.ts'
import { decodeRequest, encodeRequest, openRequest } from './envelope.ts'
import { kafkaApis } from './registry.ts'

const MEBIBYTE = 1024 * 1024

function requestOf(api: AnyApi, version: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(api.headerVersions(version).request === 2 ? 11 : 10)
  header.writeInt16BE(api.key, 0)
  header.writeInt16BE(version, 2)
  header.writeInt16BE(-1, 8)
  return Buffer.concat([header, body])
}

function refusal(api: AnyApi, version: number, body: Uint8Array | string): unknown {
  const frame = requestOf(api, version, typeof body === 'string' ? Buffer.from(body.replaceAll(' ', ''), 'hex') : body)
  try {
    decodeRequest(api, openRequest(frame))
  } catch (error) {
    return error
  }
  return undefined
}

function refused(path: string) {
  return expect.objectContaining({ name: 'KafkaError', code: 'PROTOCOL_ERROR', message: expect.stringContaining(path) })
}

const { metadata, produce, listOffsets, offsetCommit, heartbeat, describeConfigs, apiVersions } = kafkaApis

describe('a decoder', () => {
  it('refuses an array of 2^31-1 elements before it makes one', () => {
    expect(refusal(metadata, 1, '7fffffff')).toEqual(refused('MetadataRequest v1.topics cannot have 2147483647 elements'))
    expect(refusal(metadata, 9, 'ffffffff0f')).toEqual(refused('MetadataRequest v9.topics cannot have 4294967294 elements'))
  })

  it('refuses a negative count and a null where there is none', () => {
    expect(refusal(metadata, 1, 'fffffffe')).toEqual(refused('topics cannot have -2 elements'))
    expect(refusal(metadata, 0, 'ffffffff')).toEqual(refused('topics must not be null'))
    expect(refusal(heartbeat, 0, 'ffff')).toEqual(refused('groupId must not be null'))
    expect(refusal(heartbeat, 0, 'fffe')).toEqual(refused('groupId has the length -2'))
  })

  it('refuses lengths beyond the bytes that are there', () => {
    expect(refusal(heartbeat, 0, '0005 6162')).toEqual(refused('groupId needs 5 bytes where 2 are left'))
    expect(refusal(produce, 3, 'ffff 0001 00000000 00000001 0001 61 00000001 00000000 7fffffff 00')).toEqual(
      refused('records needs 2147483647 bytes'),
    )
  })

  it('refuses a varint over 32 bits', () => {
    expect(refusal(metadata, 9, 'ffffffff1f')).toEqual(refused('topics has a varint over 32 bits'))
    expect(refusal(metadata, 9, 'ffffffffff00')).toEqual(refused('topics has a varint over 32 bits'))
  })

  it('refuses text that is not UTF-8, and takes the replacement character where it is meant', () => {
    expect(refusal(metadata, 1, '00000001 0002 61ff')).toEqual(refused('topics[].name is not valid UTF-8'))
    expect(refusal(metadata, 1, '00000001 0003 eda080')).toEqual(refused('topics[].name is not valid UTF-8'))
    expect(refusal(metadata, 1, '00000001 0003 efbfbd')).toBeUndefined()
  })

  it('refuses strings over 32,767 bytes in the compact form too', () => {
    const body = (length: number) =>
      Buffer.concat([
        Buffer.from([0x02, ((length + 1) & 0x7f) | 0x80, (((length + 1) >> 7) & 0x7f) | 0x80, (length + 1) >> 14]),
        Buffer.alloc(length, 'a'),
        Buffer.from('0001000000', 'hex'),
      ])
    expect(refusal(metadata, 9, body(32_767))).toBeUndefined()
    expect(refusal(metadata, 9, body(32_768))).toEqual(refused('is a string of 32768 bytes'))
  })

  it('ignores bytes behind a request, as Kafka does: librdkafka sends three when it asks for all topics', () => {
    const captured = Buffer.from('0003 000c 00000003 0007 72646b61666b61 00 00000000 010000'.replaceAll(' ', ''), 'hex')
    const received = openRequest(captured)
    expect(received.clientId).toBe('rdkafka')
    expect(decodeRequest(metadata, received)).toEqual({
      topics: null,
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    })
    expect(refusal(apiVersions, 0, '00')).toBeUndefined()
  })
})

describe('an int64 over 53 bits', () => {
  const LARGEST = '7fffffffffffffff'

  it('is refused where it would be stored', () => {
    const body = `0001 61 00000000 0000 ffffffffffffffff 00000001 0001 74 00000001 00000000 ${LARGEST} 0000`
    expect(refusal(offsetCommit, 2, body)).toEqual(refused('committedOffset is not within 53 bits'))
  })

  it.each([
    [LARGEST, Number.MAX_SAFE_INTEGER],
    ['8000000000000000', Number.MIN_SAFE_INTEGER],
    ['001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['fffffffffffffffd', -3],
    ['0000018bcfe56800', 1_700_000_000_000],
  ])('%s is read as the nearest safe integer where it is only compared', (hex, timestamp) => {
    const body = Buffer.from(`ffffffff 00000001 0001 74 00000001 00000000 ${hex}`.replaceAll(' ', ''), 'hex')
    const received = openRequest(requestOf(listOffsets, 1, body))
    expect(decodeRequest(listOffsets, received).topics[0]?.partitions[0]?.timestamp).toBe(timestamp)
  })
})

describe('tagged fields', () => {
  // A metadata request v9 without topics, up to its tagged fields.
  const start = '01 01 00 00'

  it('that are not known are skipped', () => {
    expect(refusal(metadata, 9, `${start} 02 05 03 616263 7f 00`)).toBeUndefined()
  })

  it('are refused when one comes twice, when one is longer than the message, and when there are more than 64', () => {
    expect(refusal(metadata, 9, `${start} 02 05 00 05 00`)).toEqual(refused('has the tag 5 twice'))
    expect(refusal(metadata, 9, `${start} 01 05 04 616263`)).toEqual(refused('needs 4 bytes'))
    expect(refusal(metadata, 9, `${start} 41`)).toEqual(refused('has 65 tagged fields'))
    expect(refusal(metadata, 9, `${start} 80dac409`)).toEqual(refused('has 20000000 tagged fields'))
  })

  it('that are known must have the size they say', () => {
    // FetchRequest v12 with the tag 0, a cluster id of three characters, said to be `size` bytes long.
    const fetch = (size: string) =>
      refusal(kafkaApis.fetch, 12, `ffffffff 00000000 00000000 00000000 00 00000000 ffffffff 01 01 01 01 00 ${size} 04 616263`)
    expect(fetch('04')).toBeUndefined()
    expect(fetch('03')).toEqual(refused('clusterId does not take the 3 bytes'))
    expect(fetch('05')).toEqual(refused('clusterId needs 5 bytes'))
  })

  it('of a request header are skipped as those of a body', () => {
    const frame = Buffer.from('0003000900000007ffff 01 09 02 aaaa 01010000 00'.replaceAll(' ', ''), 'hex')
    expect(decodeRequest(metadata, openRequest(frame))).toMatchObject({ topics: [] })
  })
})

describe('the memory of a decoded message', () => {
  it('is bounded where a body of small elements would take many times its bytes', () => {
    const count = 8 * MEBIBYTE
    const body = Buffer.alloc(5 + 2 * count + 8)
    body.writeUInt8(((count + 1) & 0x7f) | 0x80, 0)
    body.writeUInt8((((count + 1) >> 7) & 0x7f) | 0x80, 1)
    body.writeUInt8((((count + 1) >> 14) & 0x7f) | 0x80, 2)
    body.writeUInt8((count + 1) >> 21, 3)
    expect(refusal(metadata, 9, body)).toEqual(refused('takes the message over'))
  })

  it('has room for a request of 100,000 partitions', () => {
    const partitions = Array.from({ length: 100_000 }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
    const request = { replicaId: -1, isolationLevel: 0, topics: [{ name: 't', partitions }] }
    const [frame] = encodeRequest(listOffsets, { version: 7, correlationId: 1, clientId: null, request })
    const decoded = decodeRequest(listOffsets, openRequest((frame as Uint8Array).subarray(4)))
    expect(decoded.topics[0]?.partitions).toHaveLength(100_000)
  })
})

describe('openRequest', () => {
  it.each([
    ['an API that is not there', '0063 0000 00000001 ffff'],
    ['a version that is not there', '0001 0011 00000001 ffff'],
    ['a version below the first', '0001 0003 00000001 ffff'],
  ])('refuses %s', (_what, hex) => {
    const frame = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    expect(() => openRequest(frame)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VERSION' }))
  })

  it('refuses a header that is cut short', () => {
    const frame = requestOf(describeConfigs, 4, new Uint8Array(0))
    for (let length = 0; length < frame.length; length++) {
      expect(() => openRequest(frame.subarray(0, length))).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }))
    }
  })
})

import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse, openRequest } from './envelope.ts'
import type { FetchResponse } from './messages/fetch.ts'
import type { ProduceRequest } from './messages/produce.ts'
import { kafkaApis } from './registry.ts'

const { fetch, metadata, produce, deleteTopics } = kafkaApis

function fetchResponse(records: readonly (Uint8Array | readonly Uint8Array[])[]): FetchResponse {
  const partitions = records.map((chunks, partitionIndex) => ({
    partitionIndex,
    errorCode: 0,
    highWatermark: 10,
    abortedTransactions: null,
    records: chunks,
  }))
  return { throttleTimeMs: 0, responses: [{ topic: 'orders', partitions }] }
}

describe('encodeResponse', () => {
  it('puts large records into the frame uncopied, in order, and counts them in the size', () => {
    const large = [Buffer.alloc(5_000, 1), Buffer.alloc(70_000, 2), Buffer.alloc(4_000, 3)] as const
    const response = fetchResponse([large[0], [large[1], large[2]], []])
    const chunks = encodeResponse(fetch, { version: 12, correlationId: 1, response })
    expect(chunks.filter((chunk) => large.some((records) => records === chunk))).toEqual([...large])
    const frame = Buffer.concat(chunks)
    expect(frame.readUInt32BE(0)).toBe(frame.length - 4)
    const decoded = decodeResponse(fetch, 12, frame.subarray(4)).response.responses[0]?.partitions
    expect(decoded?.map(({ records }) => records?.length)).toEqual([5_000, 74_000, 0])
  })

  it('copies small records, so that many partitions do not make many chunks', () => {
    const response = fetchResponse(Array.from({ length: 100 }, () => Buffer.alloc(500, 1)))
    expect(encodeResponse(fetch, { version: 12, correlationId: 1, response })).toHaveLength(1)
  })

  it('leaves the chunks before a growth of its buffer as they were', () => {
    const records = Array.from({ length: 300 }, (_, index) => Buffer.alloc(index % 3 === 0 ? 2_000 : 900, index))
    const frame = Buffer.concat(encodeResponse(fetch, { version: 16, correlationId: 1, response: fetchResponse(records) }))
    const decoded = decodeResponse(fetch, 16, frame.subarray(4)).response.responses[0]?.partitions ?? []
    expect(decoded.every((partition, index) => Buffer.compare(partition.records as Uint8Array, records[index] as Buffer) === 0)).toBe(true)
  })

  it('does not write what the version lacks', () => {
    const response = { throttleTimeMs: 5, responses: [], sessionId: 9, nodeEndpoints: [{ nodeId: 1, host: 'h', port: 1 }] }
    const frame = Buffer.concat(encodeResponse(fetch, { version: 4, correlationId: 1, response })).subarray(4)
    expect(decodeResponse(fetch, 4, frame).response).toEqual({
      throttleTimeMs: 5,
      errorCode: 0,
      sessionId: 0,
      responses: [],
      nodeEndpoints: [],
    })
  })

  it('writes tagged fields of more than 127 bytes', () => {
    const nodeEndpoints = Array.from({ length: 2_000 }, (_, nodeId) => ({ nodeId, host: 'broker.example', port: 9092, rack: 'b' }))
    const response = { throttleTimeMs: 0, responses: [], nodeEndpoints }
    const frame = Buffer.concat(encodeResponse(fetch, { version: 16, correlationId: 1, response })).subarray(4)
    expect(decodeResponse(fetch, 16, frame).response.nodeEndpoints).toEqual(nodeEndpoints)
  })

  it('names the field that does not fit', () => {
    const refused = (response: object) => () => encodeResponse(metadata, { version: 9, correlationId: 1, response: response as never })
    expect(refused({ brokers: [{ nodeId: 1, host: 'h', port: 2 ** 31 }], topics: [] })).toThrow(
      'MetadataResponse v9.brokers[].port must be an int32, it is 2147483648.',
    )
    expect(refused({ brokers: [{ nodeId: 1, host: null, port: 1 }], topics: [] })).toThrow('host must be a well-formed string, it is null.')
    expect(refused({ brokers: [{ nodeId: 1, host: 'a\ud800', port: 1 }], topics: [] })).toThrow('host must be a well-formed string')
    expect(refused({ brokers: [{ nodeId: 1, host: 'a'.repeat(32_768), port: 1 }], topics: [] })).toThrow('at most 32767 bytes')
    expect(refused({ brokers: [null], topics: [] })).toThrow('brokers[] must be an object')
    expect(refused({ brokers: 7, topics: [] })).toThrow('brokers must be an array')
    expect(refused({ brokers: [], topics: [{ errorCode: 0, name: null, partitions: [] }] })).toThrow(
      'topics[].name must be a well-formed string',
    )
  })
})

describe('decodeRequest', () => {
  it('gives records as views of the frame, and what outlives it as copies', () => {
    const request = { acks: 1, timeoutMs: 1, topicData: [{ name: 't', partitionData: [{ index: 0, records: new Uint8Array(3_000) }] }] }
    const frame = Buffer.concat(encodeRequest(produce, { version: 9, correlationId: 1, clientId: null, request })).subarray(4)
    const decoded: ProduceRequest = decodeRequest(produce, openRequest(frame))
    expect(decoded.topicData[0]?.partitionData[0]?.records?.buffer).toBe(frame.buffer)

    const topics = [{ name: null, topicId: new Uint8Array(16).fill(9) }]
    const byId = Buffer.concat(
      encodeRequest(deleteTopics, { version: 6, correlationId: 1, clientId: null, request: { topics, timeoutMs: 1 } }),
    )
    const topicId = decodeRequest(deleteTopics, openRequest(byId.subarray(4))).topics[0]?.topicId
    expect(topicId).toEqual(topics[0]?.topicId)
    expect(topicId?.buffer).not.toBe(byId.buffer)
  })

  it('gives a field that the version lacks its default', () => {
    const request = { topics: null }
    const frame = Buffer.concat(encodeRequest(metadata, { version: 1, correlationId: 1, clientId: 'c', request })).subarray(4)
    expect(decodeRequest(metadata, openRequest(frame))).toEqual({
      topics: null,
      allowAutoTopicCreation: true,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    })
  })
})

describe('the types of a message', () => {
  it('ask for what every version has, and allow the rest', () => {
    const complete: FetchResponse = { throttleTimeMs: 0, responses: [] }
    // @ts-expect-error: every version has `responses`
    const incomplete: FetchResponse = { throttleTimeMs: 0 }
    // @ts-expect-error: `records` may be null, `highWatermark` may not
    const misfit: FetchResponse['responses'][number]['partitions'][number]['highWatermark'] = null
    expect([complete, incomplete, misfit]).toHaveLength(3)
  })
})

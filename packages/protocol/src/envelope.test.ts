import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import {
  apiOf,
  decodeRequest,
  decodeResponse,
  encodeErrorResponse,
  encodeRequest,
  encodeResponse,
  openRequest,
  openResponse,
} from './envelope.ts'
import { FRAME_HEADER_BYTES, type Frame } from './frame.ts'
import { encodeMsgpack } from './msgpack.ts'
import { apis } from './registry.ts'

function frameOf(body: unknown): Frame {
  return { body: encodeMsgpack(body, 0), attachments: new Uint8Array(0) }
}

function openBuffers(buffers: readonly Uint8Array[]): Frame {
  return { body: Buffer.concat(buffers).subarray(FRAME_HEADER_BYTES), attachments: new Uint8Array(0) }
}

describe('requests', () => {
  it('are these bytes', () => {
    const [head, attachment] = encodeRequest(apis.produce, {
      version: 0,
      correlationId: 5,
      request: {
        acks: -1,
        timeoutMs: 1_000,
        topics: [{ topicId: new Uint8Array(16).fill(0xab), partitions: [{ partition: 3, bytes: 2 }] }],
      },
      attachments: [Uint8Array.of(1, 2)],
    })
    const hex = [
      '00000027 00000021', // lengths of the frame and of the body
      '94 00 00 05', // API key, version, correlation id
      '93 ff cd03e8', // acks, timeoutMs
      '91 92 c410 abababababababababababababababab', // one topic: its id
      '91 92 03 02', // one partition: its number, its bytes
    ]
    expect(Buffer.from(head as Uint8Array).toString('hex')).toBe(hex.join('').replaceAll(' ', ''))
    expect(attachment).toEqual(Uint8Array.of(1, 2))
  })

  it('hand over attachments uncopied', () => {
    const attachments = [new Uint8Array(10), new Uint8Array(20)]
    const request = { acks: 1, timeoutMs: 0, topics: [] }
    const buffers = encodeRequest(apis.produce, { version: 0, correlationId: 0, request, attachments })
    expect(buffers[1]).toBe(attachments[0])
    expect(buffers[2]).toBe(attachments[1])
  })

  it('keep what was encoded before intact', () => {
    const first = encodeRequest(apis.hello, {
      version: 0,
      correlationId: 1,
      request: { clientName: 'first', clientVersion: '1', clientId: '' },
    })
    const copy = Buffer.concat(first)
    for (let index = 0; index < 1_000; index++) {
      encodeRequest(apis.hello, {
        version: 0,
        correlationId: index,
        request: { clientName: 'x'.repeat(index), clientVersion: '2', clientId: '' },
      })
    }
    expect(Buffer.concat(first)).toEqual(copy)
  })

  it('that are no requests are refused whole', () => {
    const bodies = [null, 1, [], [3, 0, 1], ['3', 0, 1, []], [3, 0.5, 1, []], [3, 0, -1, []], [3, 0, 2 ** 32, []], [40_000, 0, 1, []]]
    for (const body of bodies) expect(() => openRequest(frameOf(body))).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }))
  })

  it('of an unknown API or version can be answered', () => {
    expect(() => apiOf(openRequest(frameOf([7_777, 0, 1, []])))).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VERSION' }))
    for (const version of [-1, 1]) {
      expect(() => apiOf(openRequest(frameOf([3, version, 1, []])))).toThrow('metadata has the versions 0 to 0')
    }
  })

  it('with wrong fields can be answered, and the answer names the field', () => {
    const request = openRequest(frameOf([3, 0, 1, [null, 'yes']]))
    expect(() => decodeRequest(apis.metadata, request)).toThrow(
      expect.objectContaining({ code: 'INVALID_REQUEST', message: 'metadata: allowAutoCreate must be a boolean, received was a string.' }),
    )
  })

  it('may be longer than known', () => {
    const request = openRequest(frameOf([3, 0, 1, [null, true, 'new', 9], 'later']))
    expect(decodeRequest(apis.metadata, request)).toEqual({ topics: null, allowAutoCreate: true })
  })
})

describe('responses', () => {
  it('carry an error of the whole request with its message', () => {
    const opened = openResponse(openBuffers(encodeErrorResponse(9, 35, 'not this version')))
    expect(opened).toMatchObject({ correlationId: 9, error: { code: 'UNSUPPORTED_VERSION', message: 'not this version' }, fields: null })
  })

  it('carry an error without a message, or with one that is no proper Unicode', () => {
    expect(openResponse(openBuffers(encodeErrorResponse(9, 7, null))).error).toMatchObject({ code: 'REQUEST_TIMED_OUT' })
    expect(openResponse(openBuffers(encodeErrorResponse(9, 7, 'x\ud800'))).error?.message).toBe('x\ufffd')
  })

  it('refuse to call success an error', () => {
    expect(() => encodeErrorResponse(1, 0, null)).toThrow(TypeError)
  })

  it('that are no responses are refused whole', () => {
    for (const body of [null, [], [1, 0], [-1, 0, []], [1, 'x', []], [1, 40_000, []]]) {
      expect(() => openResponse(frameOf(body))).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }))
    }
  })

  it('may be as dense as a metadata response of 100,000 partitions', () => {
    const partition = { errorCode: 0, leaderId: 1, leaderEpoch: 0, replicas: [1], isr: [1], offlineReplicas: [], offlineReason: null }
    const topics = Array.from({ length: 100 }, (_, topic) => ({
      errorCode: 0,
      name: `t${topic}`,
      topicId: new Uint8Array(16),
      isInternal: false,
      partitions: Array.from({ length: 1_000 }, (_, index) => ({ ...partition, partition: index })),
    }))
    const response = { brokers: [], clusterId: '', controllerId: 1, topics }
    const opened = openResponse(openBuffers(encodeResponse(apis.metadata, { version: 0, correlationId: 1, response })))
    const decoded = decodeResponse(apis.metadata, 0, opened.fields)
    expect(decoded.topics).toHaveLength(100)
    expect(decoded.topics[99]?.partitions[999]).toEqual({ ...partition, partition: 999 })
  })
})

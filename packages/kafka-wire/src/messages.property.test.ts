import { Buffer } from 'node:buffer'
import { KafkaError } from '@kafka-ts/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyApi } from './api.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse, openRequest } from './envelope.ts'
import { messageArbitrary } from './message-arbitraries.test-support.ts'
import { kafkaApis } from './registry.ts'

const SIZE_BYTES = 4

interface Exchange {
  readonly api: AnyApi
  readonly version: number
}

const exchanges = Object.values(kafkaApis).flatMap((api: AnyApi) =>
  Array.from({ length: api.versions.max - api.versions.min + 1 }, (_, index): Exchange => ({ api, version: api.versions.min + index })),
)

function frameOf(chunks: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(chunks)
  expect(bytes.readUInt32BE(0)).toBe(bytes.length - SIZE_BYTES)
  return bytes.subarray(SIZE_BYTES)
}

function requestFrame({ api, version }: Exchange, request: unknown): Buffer {
  return frameOf(encodeRequest(api, { version, correlationId: 7, clientId: 'me', request }))
}

function responseFrame({ api, version }: Exchange, response: unknown): Buffer {
  return frameOf(encodeResponse(api, { version, correlationId: 7, response }))
}

/** Decodes both ways: the outcome is a value or a KafkaError PROTOCOL_ERROR. */
function expectValueOrRefusal(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    expect(error).toBeInstanceOf(KafkaError)
    expect(['PROTOCOL_ERROR', 'UNSUPPORTED_VERSION']).toContain((error as KafkaError).code)
  }
}

function decodeRequestFrame(frame: Uint8Array): unknown {
  const received = openRequest(frame)
  return received.isSupported ? decodeRequest(received.api, received) : undefined
}

const damage = fc.record({
  cut: fc.double({ min: 0, max: 1, noNaN: true }),
  flips: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), bit: fc.integer({ min: 0, max: 7 }) }), { maxLength: 4 }),
})

function damaged(frame: Buffer, { cut, flips }: { cut: number; flips: readonly { at: number; bit: number }[] }): Buffer {
  const bytes = Buffer.from(frame)
  for (const { at, bit } of flips) {
    const index = Math.min(bytes.length - 1, Math.floor(at * bytes.length))
    bytes[index] = (bytes[index] as number) ^ (1 << bit)
  }
  return flips.length === 0 ? bytes.subarray(0, Math.floor(cut * bytes.length)) : bytes
}

describe.each(exchanges)('$api.name v$version', (exchange) => {
  const { api, version } = exchange

  it('gives back every request', () => {
    fc.assert(
      fc.property(messageArbitrary(api.request, version), (request) => {
        const received = openRequest(requestFrame(exchange, request))
        expect(received).toMatchObject({ version, correlationId: 7, clientId: 'me', isSupported: true })
        expect(decodeRequest(api, received)).toEqual(request)
      }),
      { numRuns: 25 },
    )
  })

  it('gives back every response', () => {
    fc.assert(
      fc.property(messageArbitrary(api.response, version), (response) => {
        expect(decodeResponse(api, version, responseFrame(exchange, response))).toEqual({ correlationId: 7, response })
      }),
      { numRuns: 25 },
    )
  })

  it('refuses every request and response that is cut short', () => {
    fc.assert(
      fc.property(messageArbitrary(api.request, version), messageArbitrary(api.response, version), (request, response) => {
        const requestBytes = requestFrame(exchange, request)
        const responseBytes = responseFrame(exchange, response)
        expect(() => decodeRequestFrame(requestBytes.subarray(0, -1))).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }))
        expect(() => decodeResponse(api, version, responseBytes.subarray(0, -1))).toThrow(
          expect.objectContaining({ code: 'PROTOCOL_ERROR' }),
        )
      }),
      { numRuns: 10 },
    )
  })

  it('reads damaged bytes as a value or refuses them', () => {
    fc.assert(
      fc.property(messageArbitrary(api.request, version), messageArbitrary(api.response, version), damage, (request, response, blow) => {
        expectValueOrRefusal(() => decodeRequestFrame(damaged(requestFrame(exchange, request), blow)))
        expectValueOrRefusal(() => decodeResponse(api, version, damaged(responseFrame(exchange, response), blow)))
      }),
      { numRuns: 25 },
    )
  })
})

it('reads any bytes behind a valid key and version as a value or refuses them', () => {
  const request = fc.record({ exchange: fc.constantFrom(...exchanges), rest: fc.uint8Array({ maxLength: 200 }) })
  fc.assert(
    fc.property(request, ({ exchange, rest }) => {
      const start = Buffer.alloc(4)
      start.writeInt16BE(exchange.api.key, 0)
      start.writeInt16BE(exchange.version, 2)
      expectValueOrRefusal(() => decodeRequestFrame(Buffer.concat([start, rest])))
      expectValueOrRefusal(() => decodeResponse(exchange.api, exchange.version, rest))
    }),
    { numRuns: 20_000 },
  )
})

it('reads any bytes as a request or refuses them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => expectValueOrRefusal(() => decodeRequestFrame(bytes))),
    { numRuns: 5_000 },
  )
})

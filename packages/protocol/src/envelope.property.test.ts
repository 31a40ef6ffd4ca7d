import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyApi } from './api.ts'
import { apiOf, decodeRequest, decodeResponse, encodeRequest, encodeResponse, openRequest, openResponse } from './envelope.ts'
import { KafkaError } from './errors.ts'
import { type Frame, FrameDecoder } from './frame.ts'
import { apis } from './registry.ts'
import { isSince, type Shape, type Type } from './schema.ts'

/** Longest list an arbitrary makes; the limits of the schemas are tested by themselves. */
const MAX_TEST_LENGTH = 4

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const leaves: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -32_768, max: 32_767 }),
  int32,
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  int64: fc.oneof(fc.maxSafeInteger(), int32),
  float64: fc.double(),
  boolean: fc.boolean(),
  string: fc.string({ unit: 'binary' }),
  bytes: fc.uint8Array(),
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }),
}

/** Values of a schema, as a message of `version` gives them back: fields that are newer have their fallback. */
function arbitraryOf(type: Type<unknown>, version: number): fc.Arbitrary<unknown> {
  const shape: Shape = type.shape
  switch (shape.kind) {
    case 'nullable':
      return fc.option(arbitraryOf(shape.type, version), { nil: null })
    case 'array':
      return fc.array(arbitraryOf(shape.element, version), { maxLength: MAX_TEST_LENGTH })
    case 'struct': {
      const fields = Object.entries(shape.fields).map(([name, field]): [string, fc.Arbitrary<unknown>] => {
        if (!isSince(field)) return [name, arbitraryOf(field, version)]
        return [name, field.since <= version ? arbitraryOf(field.type, version) : fc.constant(field.fallback)]
      })
      return fc.record(Object.fromEntries(fields))
    }
    default:
      return leaves[shape.kind] as fc.Arbitrary<unknown>
  }
}

const versions = Object.values<AnyApi>(apis).flatMap((api) =>
  Array.from({ length: api.maxVersion - api.minVersion + 1 }, (_, index) => ({ api, version: api.minVersion + index })),
)
/** What a peer that knows msgpack but not the schema might send. */
const { value: wireValues } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 7 },
    fc.constantFrom(null, 0, 1, -1, true, ''),
    fc.maxSafeInteger(),
    fc.string({ maxLength: 3 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    { weight: 6, arbitrary: fc.array(tie('value'), { maxLength: 8 }) },
  ),
}))

const correlationIds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const attachmentLists = fc.array(fc.uint8Array(), { maxLength: 3 })

function received(buffers: readonly Uint8Array[]): Frame {
  const frames: Frame[] = []
  new FrameDecoder().push(Buffer.concat(buffers), (frame) => frames.push(frame))
  expect(frames).toHaveLength(1)
  return frames[0] as Frame
}

function expectTyped(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
  }
}

describe.each(versions)('$api.name, version $version', ({ api, version }) => {
  it('gives back every request', () => {
    fc.assert(
      fc.property(arbitraryOf(api.request, version), correlationIds, attachmentLists, (request, correlationId, attachments) => {
        const frame = received(encodeRequest(api, { version, correlationId, request, attachments }))
        const opened = openRequest(frame)
        expect(opened).toMatchObject({ apiKey: api.key, version, correlationId })
        expect(apiOf(opened)).toBe(api)
        expect(decodeRequest(api, opened)).toEqual(request)
        expect(Buffer.from(frame.attachments)).toEqual(Buffer.concat(attachments))
      }),
    )
  })

  it('gives back every response', () => {
    fc.assert(
      fc.property(arbitraryOf(api.response, version), correlationIds, attachmentLists, (response, correlationId, attachments) => {
        const frame = received(encodeResponse(api, { version, correlationId, response, attachments }))
        const opened = openResponse(frame)
        expect(opened).toMatchObject({ correlationId, error: undefined })
        expect(decodeResponse(api, version, opened.fields)).toEqual(response)
        expect(Buffer.from(frame.attachments)).toEqual(Buffer.concat(attachments))
      }),
    )
  })

  it('answers a cut or flipped body with a KafkaError or with a message of the schema', () => {
    const damage = fc.record({ at: fc.nat(), mask: fc.integer({ min: 1, max: 255 }), shouldCut: fc.boolean() })
    fc.assert(
      fc.property(
        arbitraryOf(api.request, version),
        arbitraryOf(api.response, version),
        damage,
        (request, response, { at, mask, shouldCut }) => {
          const bodies = [
            received(encodeRequest(api, { version, correlationId: 1, request })).body,
            received(encodeResponse(api, { version, correlationId: 1, response })).body,
          ]
          for (const body of bodies) {
            const position = at % body.length
            if (!shouldCut) body[position] = (body[position] as number) ^ mask
            const frame: Frame = { body: shouldCut ? body.subarray(0, position) : body, attachments: new Uint8Array(0) }
            expectTyped(() => decodeRequest(api, { ...openRequest(frame), version }))
            expectTyped(() => decodeResponse(api, version, openResponse(frame).fields))
            if (shouldCut) expect(() => openRequest(frame)).toThrow(KafkaError)
          }
        },
      ),
    )
  })

  it('takes from a stranger only what it could have sent itself', () => {
    for (const codec of [api.requestCodec(version), api.responseCodec(version)]) {
      fc.assert(
        fc.property(wireValues, (wire) => {
          expectTyped(() => {
            const value = codec.decode(wire)
            expect(codec.decode(codec.encode(value))).toEqual(value)
          })
        }),
        { numRuns: 500 },
      )
    }
  })
})

import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KafkaError } from './errors.ts'
import { decodeMsgpack, encodeMsgpack } from './msgpack.ts'

const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.array(tie('value'), { maxLength: 20 }),
  ),
}))

/** Bytes that look like msgpack more often than random ones do. */
const tags = fc.constantFrom(
  0x90,
  0x91,
  0x93,
  0x9f,
  0xa1,
  0xa5,
  0xc0,
  0xc4,
  0xc6,
  0xca,
  0xcb,
  0xcf,
  0xd3,
  0xd6,
  0xd9,
  0xdb,
  0xdc,
  0xdd,
  0xde,
)
const hostile = fc.array(fc.oneof(tags, fc.constantFrom(0, 1, 2, 3), fc.integer({ min: 0, max: 255 })), { maxLength: 200 })

it('gives back every value of the protocol', () => {
  fc.assert(
    fc.property(values, (value) => {
      // -0 is written as 0.
      expect(decodeMsgpack(encodeMsgpack([value], 0))).toEqual([withoutMinusZero(value)])
    }),
  )
})

function withoutMinusZero(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMinusZero)
  return value === 0 ? 0 : value
}

it('answers any bytes with a value or with a KafkaError', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), hostile.map(Buffer.from)), (bytes) => {
      try {
        decodeMsgpack(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(KafkaError)
      }
    }),
    { numRuns: 20_000 },
  )
})

it('refuses every proper prefix of a value', () => {
  fc.assert(
    fc.property(values, fc.nat(), (value, at) => {
      const bytes = encodeMsgpack([value, 0], 0)
      expect(() => decodeMsgpack(bytes.subarray(0, at % bytes.length))).toThrow(KafkaError)
    }),
  )
})

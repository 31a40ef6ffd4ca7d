import type { StandardSchemaV1 } from '@standard-schema/spec'
import { expect, expectTypeOf, test } from 'vitest'
import { bytes, type Codec, json, nullable, schema, string } from './codecs.ts'
import type { RecordOf } from './record.ts'
import { type KeyOf, topic, type ValueOf } from './topic.ts'

function roundTrip<T>(codec: Codec<T>, value: T): T {
  const encoded = codec.encode(value)
  const source = Buffer.concat([Buffer.from('before'), Buffer.from(encoded as string), Buffer.from('behind')])
  return codec.decode(source, 6, source.length - 6)
}

/** A schema by hand: what is not an object with an `id` is refused; a missing `count` becomes 0. */
const order: StandardSchemaV1<{ id: string; count?: number }, { id: string; count: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const { id, count = 0 } = value as { id?: unknown; count?: number }
      if (typeof id !== 'string') return { issues: [{ message: 'must be text', path: ['id'] }] }
      return { value: { id, count } }
    },
  },
}

test('text, JSON and bytes come back as they were', () => {
  for (const text of ['', 'plain', 'Grüße 🎉', 'x'.repeat(10_000)]) expect(roundTrip(string(), text)).toBe(text)
  for (const value of [null, 1.5, 'ü', [1, { a: true }]]) expect(roundTrip(json<unknown>(), value)).toEqual(value)
  expect(roundTrip(bytes(), Uint8Array.of(0, 255, 7))).toEqual(Buffer.from([0, 255, 7]))
})

test('bytes that are no Buffer are decoded too', () => {
  expect(string().decode(Uint8Array.of(0x61, 0xc3, 0xbc, 0x62), 1, 3)).toBe('ü')
})

test('what JSON has no form for is refused', () => {
  expect(() => json<unknown>().encode(undefined)).toThrow('undefined has no JSON form')
})

test('a schema checks what is written and what is read, and shapes what is read', () => {
  const codec = schema(order)
  expect(codec.decode(Buffer.from('{"id":"a"}'), 0, 10)).toEqual({ id: 'a', count: 0 })
  expect(() => codec.encode({ count: 1 } as never)).toThrow('id: must be text')
  expect(() => codec.decode(Buffer.from('{}'), 0, 2)).toThrow('id: must be text')
})

test('a schema that validates asynchronously is refused', () => {
  const later: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'slow', validate: async (value) => ({ value }) } }
  expect(() => schema(later).encode(1)).toThrow('validates asynchronously')
})

test('null is for nullable codecs', () => {
  expect(nullable(string()).encode(null)).toBeNull()
  expect(nullable(string()).isNullable).toBe(true)
  expect(string().isNullable).toBe(false)
})

test('types follow from the topic', () => {
  const orders = topic('orders', { key: string(), value: schema(order) })
  const refunds = topic('refunds', { key: bytes(), value: nullable(json<number>()) })
  expectTypeOf<KeyOf<typeof orders>>().toEqualTypeOf<string | null>()
  expectTypeOf<ValueOf<typeof orders>>().toEqualTypeOf<{ id: string; count: number }>()
  expectTypeOf<ValueOf<'plain'>>().toEqualTypeOf<string | Uint8Array | null>()
  type Either = RecordOf<typeof orders | typeof refunds>
  expectTypeOf<Extract<Either, { topic: 'refunds' }>['value']>().toEqualTypeOf<number | null>()
  expectTypeOf<RecordOf<'plain'>['value']>().toEqualTypeOf<Uint8Array | null>()
  expect([orders.name, refunds.name]).toEqual(['orders', 'refunds'])
})

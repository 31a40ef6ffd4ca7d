import { describe, expect, expectTypeOf, it } from 'vitest'
import type { RequestOf, ResponseOf } from './api.ts'
import type { apis } from './registry.ts'
import * as s from './schema.ts'

function refusal(run: () => unknown): { readonly code: string; readonly message: string } {
  try {
    run()
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('nothing was thrown')
}

const message = s.struct({
  name: s.string,
  partitions: s.array(s.struct({ partition: s.int32, rack: s.nullable(s.string) }), 3),
})
const codec = s.compile(message, 0)

describe('checks of a schema', () => {
  it('names the path of the field that does not fit, in both directions', () => {
    const bad = { name: 'a', partitions: [{ partition: 1.5, rack: null }] }
    expect(refusal(() => codec.encode(bad))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'partitions[].partition must be an int32, it is 1.5.',
    })
    expect(refusal(() => codec.decode(['a', [[0, 7]]]))).toMatchObject({
      code: 'PROTOCOL_ERROR',
      message: 'partitions[].rack must be a well-formed string, received was 7.',
    })
  })

  it('bounds arrays', () => {
    const partition = { partition: 0, rack: null }
    expect(refusal(() => codec.encode({ name: 'a', partitions: [partition, partition, partition, partition] })).code).toBe(
      'INVALID_ARGUMENT',
    )
    expect(refusal(() => codec.decode(['a', [[], [], [], []]])).message).toContain('at most 3')
  })

  it('refuses a message that is no array, or that lacks a field', () => {
    for (const wire of [null, {}, 'text', 3, []]) expect(refusal(() => codec.decode(wire)).code).toBe('PROTOCOL_ERROR')
    expect(refusal(() => codec.decode(['a']))).toMatchObject({
      message: 'the message must be an array of at least 2 fields, received was an array of 1.',
    })
    expect(refusal(() => codec.encode(null as never)).code).toBe('INVALID_ARGUMENT')
    expect(refusal(() => codec.encode({ name: 'a' } as never)).message).toContain('it is undefined')
  })

  const outside: [string, s.Type<unknown>, readonly unknown[]][] = [
    ['int8', s.int8, [128, -129, 0.5, NaN, '1', null, true]],
    ['int16', s.int16, [32_768, -32_769, Infinity, undefined]],
    ['int32', s.int32, [2 ** 31, -(2 ** 31) - 1, 1e300]],
    ['uint32', s.uint32, [-1, 2 ** 32]],
    ['int64', s.int64, [2 ** 53, -(2 ** 53), 0.1, 5n]],
    ['float64', s.float64, ['0', null]],
    ['boolean', s.boolean, [0, 'true', null]],
    ['string', s.string, [null, 1, '\ud800', 'a\udc00']],
    ['bytes', s.bytes, ['abc', [1], new Uint16Array(1)]],
    ['uuid', s.uuid, [new Uint8Array(15), new Uint8Array(17), 'AAAAAAAAAAAAAAAAAAAAAA']],
  ]
  it.each(outside)('%s refuses what is outside of it', (_name, type, values) => {
    const { encode, decode } = s.compile(type, 0)
    for (const value of values) {
      expect(refusal(() => encode(value)).code).toBe('INVALID_ARGUMENT')
      expect(refusal(() => decode(value)).code).toBe('PROTOCOL_ERROR')
    }
  })

  const inside: [string, s.Type<unknown>, readonly unknown[]][] = [
    ['int8', s.int8, [127, -128]],
    ['int16', s.int16, [32_767, -32_768]],
    ['int32', s.int32, [2 ** 31 - 1, -(2 ** 31)]],
    ['uint32', s.uint32, [0, 2 ** 32 - 1]],
    ['int64', s.int64, [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]],
    ['string', s.string, ['', '\u{1f600}', '\0']],
  ]
  it.each(inside)('%s takes its limits', (_name, type, values) => {
    const { encode, decode } = s.compile(type, 0)
    for (const value of values) expect(decode(encode(value))).toBe(value)
  })

  it('gives a copy of a uuid and a view of bytes', () => {
    const buffer = new Uint8Array(32).fill(7)
    const id = s.compile(s.uuid, 0).decode(buffer.subarray(0, 16))
    const view = s.compile(s.bytes, 0).decode(buffer.subarray(16))
    expect(id.buffer).not.toBe(buffer.buffer)
    expect(view.buffer).toBe(buffer.buffer)
  })
})

describe('fields that are appended', () => {
  const grown = s.struct({
    id: s.int32,
    nested: s.struct({ a: s.int8, b: s.since(1, s.string, 'none') }),
    rack: s.since(1, s.nullable(s.string), null),
    tags: s.since(2, s.array(s.string, 9), []),
  })
  const value = { id: 1, nested: { a: 2, b: 'x' }, rack: 'r', tags: ['t'] }

  it('travel from their version on, and read as their fallback before', () => {
    expect(s.compile(grown, 0).encode(value)).toEqual([1, [2]])
    expect(s.compile(grown, 1).encode(value)).toEqual([1, [2, 'x'], 'r'])
    expect(s.compile(grown, 2).encode(value)).toEqual([1, [2, 'x'], 'r', ['t']])
    expect(s.compile(grown, 0).decode([1, [2]])).toEqual({ id: 1, nested: { a: 2, b: 'none' }, rack: null, tags: [] })
    expect(s.compile(grown, 2).decode([1, [2, 'x'], 'r', ['t']])).toEqual(value)
  })

  it('are skipped by a reader that does not know them', () => {
    const wire = s.compile(grown, 2).encode(value)
    const older = s.struct({ id: s.int32, nested: s.struct({ a: s.int8 }) })
    expect(s.compile(older, 0).decode(wire)).toEqual({ id: 1, nested: { a: 2 } })
    expect(s.compile(grown, 0).decode(wire)).toEqual({ id: 1, nested: { a: 2, b: 'none' }, rack: null, tags: [] })
  })

  it('are required of a peer of their version', () => {
    expect(refusal(() => s.compile(grown, 1).decode([1, [2, 'x']])).message).toContain('at least 3 fields')
    expect(refusal(() => s.compile(grown, 1).decode([1, [2], 'r'])).message).toContain('nested must be an array of at least 2')
  })

  it('come in the same order of properties at every version', () => {
    const keys = [0, 1, 2].map((version) => Object.keys(s.compile(grown, version).decode([1, [2, 'x'], 'r', ['t']])))
    expect(new Set(keys.map(String)).size).toBe(1)
  })

  it('may not stand before older ones', () => {
    const wrong = s.struct({ a: s.since(2, s.int8, 0), b: s.since(1, s.int8, 0) })
    expect(() => s.compile(wrong, 0)).toThrow(TypeError)
  })
})

describe('types of a schema', () => {
  it('follow from the declaration', () => {
    type Message = s.Infer<typeof message>
    expectTypeOf<Message>().toEqualTypeOf<{
      readonly name: string
      readonly partitions: readonly { readonly partition: number; readonly rack: string | null }[]
    }>()
    expectTypeOf<RequestOf<typeof apis.metadata>['topics']>().toEqualTypeOf<
      readonly { readonly name: string | null; readonly topicId: Uint8Array | null }[] | null
    >()
    expectTypeOf<ResponseOf<typeof apis.fetch>['topics'][number]['partitions'][number]['highWatermark']>().toEqualTypeOf<number>()
  })
})

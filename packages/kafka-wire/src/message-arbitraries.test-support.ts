// biome-ignore lint/correctness/noUndeclaredDependencies: fast-check is the repository's own, for tests only
import fc from 'fast-check'
import { type AnyType, asField, type Shape } from './schema.ts'
import { hasVersion } from './version-range.ts'

const records = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: 1_000, max: 3_000 }).map((length) => new Uint8Array(length).fill(7)),
)

/** Any message of a table as decoding gives it in `version`: what the version lacks has its default. */
export function messageArbitrary(type: AnyType, version: number): fc.Arbitrary<unknown> {
  return arbitraryOf(type.shape, version)
}

function arbitraryOf(shape: Shape, version: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'boolean':
      return fc.boolean()
    case 'int8':
      return fc.integer({ min: -128, max: 127 })
    case 'int16':
      return fc.integer({ min: -32_768, max: 32_767 })
    case 'int32':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    case 'int64':
      return fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2, max: 1_000 }))
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 })
    case 'string':
    case 'legacyString':
      return fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 70 }))
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 })
    case 'records':
      return records
    case 'nullable': {
      const value = arbitraryOf(shape.type.shape, version)
      return hasVersion(shape.versions, version) ? fc.option(value, { nil: null, freq: 4 }) : value
    }
    case 'array':
      return fc.array(arbitraryOf(shape.element.shape, version), { maxLength: 3 })
    case 'struct':
      return structArbitrary(shape.fields, version)
  }
}

function structArbitrary(fields: Extract<Shape, { kind: 'struct' }>['fields'], version: number): fc.Arbitrary<unknown> {
  const members = Object.entries(fields).map(([name, declared]): [string, fc.Arbitrary<unknown>] => {
    const field = asField(declared)
    return [name, hasVersion(field.versions, version) ? arbitraryOf(field.type.shape, version) : fc.constant(field.initial)]
  })
  return fc.record(Object.fromEntries(members), { noNullPrototype: true })
}

import { KafkaError } from './errors.ts'
import { UUID_BYTES } from './uuid.ts'

/**
 * Field types: one declaration of a message gives its TypeScript type (`Infer`), its checks and its codec.
 *
 * A struct travels as an array, its fields by position. Fields are only ever appended, each with `since(version, type, fallback)`;
 * a reader skips what it does not know. Schemas are compiled to closures once a version (`compile`), with the path of each field
 * worked out then, so that a check costs nothing but itself.
 */

/** The two directions of a type at one version. Both throw `KafkaError`: INVALID_ARGUMENT for a value, PROTOCOL_ERROR for bytes. */
export interface Codec<T> {
  /** Turns a value into what msgpack writes. */
  encode(value: T): unknown
  /** Checks what msgpack read and turns it into a value. `bytes` are views of the message, everything else is copied. */
  decode(wire: unknown): T
  /** Both directions only check, and give back what they were given. */
  readonly isCheckOnly?: true
}

/** Where a codec is compiled: the version of the message, and the path of the field from its root. */
export interface Scope {
  readonly version: number
  readonly path: string
}

/** What a type is made of, for tools and tests that walk over a schema. */
export type Shape =
  | { readonly kind: 'int8' | 'int16' | 'int32' | 'int64' | 'uint32' | 'float64' | 'boolean' | 'string' | 'bytes' | 'uuid' }
  | { readonly kind: 'nullable'; readonly type: Type<unknown> }
  | { readonly kind: 'array'; readonly element: Type<unknown>; readonly maxLength: number }
  | { readonly kind: 'struct'; readonly fields: Readonly<Record<string, AnyField>> }

/** A type of field; `T` is its TypeScript type. */
export interface Type<T> {
  readonly shape: Shape
  compile(scope: Scope): Codec<T>
}

/** A field that exists from a version on. An older peer does not send it: then it reads as `fallback`. */
export interface SinceField<T> {
  readonly since: number
  readonly type: Type<T>
  readonly fallback: T
}

type Field<T> = Type<T> | SinceField<T>
// `any`: a struct holds fields of every type, and only `any` lets each keep its own through inference.
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyField = Field<any>

/** The readonly TypeScript type of a schema. */
export type Infer<F> = F extends Type<infer T> ? T : F extends SinceField<infer T> ? T : never

type StructValue<Fields extends Readonly<Record<string, AnyField>>> = { readonly [Name in keyof Fields]: Infer<Fields[Name]> }

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'number') return `${value}`
  if (Array.isArray(value)) return `an array of ${value.length}`
  return value instanceof Uint8Array ? `${value.length} bytes` : `a ${typeof value}`
}

function invalid(path: string, expected: string, value: unknown): KafkaError {
  return new KafkaError('INVALID_ARGUMENT', `${path} must be ${expected}, it is ${describe(value)}.`)
}

function malformed(path: string, expected: string, wire: unknown): KafkaError {
  return new KafkaError('PROTOCOL_ERROR', `${path} must be ${expected}, received was ${describe(wire)}.`)
}

/** A type that travels as it is and needs only a check. */
function checked<T>(shape: Shape, expected: string, accepts: (value: unknown) => value is T): Type<T> {
  return {
    shape,
    compile: ({ path }) => ({
      encode(value) {
        if (!accepts(value)) throw invalid(path, expected, value)
        return value
      },
      decode(wire) {
        if (!accepts(wire)) throw malformed(path, expected, wire)
        return wire
      },
      isCheckOnly: true,
    }),
  }
}

export const int8: Type<number> = checked({ kind: 'int8' }, 'an int8', (v): v is number => typeof v === 'number' && (v << 24) >> 24 === v)
export const int16: Type<number> = checked(
  { kind: 'int16' },
  'an int16',
  (v): v is number => typeof v === 'number' && (v << 16) >> 16 === v,
)
export const int32: Type<number> = checked({ kind: 'int32' }, 'an int32', (v): v is number => typeof v === 'number' && (v | 0) === v)
export const uint32: Type<number> = checked({ kind: 'uint32' }, 'a uint32', (v): v is number => typeof v === 'number' && v >>> 0 === v)
/** An int64 within the safe integers; msgpack may carry it as an integer or as a float64. */
export const int64: Type<number> = checked({ kind: 'int64' }, 'a safe integer', (v): v is number => Number.isSafeInteger(v))
export const float64: Type<number> = checked({ kind: 'float64' }, 'a number', (v): v is number => typeof v === 'number')
export const boolean: Type<boolean> = checked({ kind: 'boolean' }, 'a boolean', (v): v is boolean => typeof v === 'boolean')
/** Unicode text; a lone surrogate, which UTF-8 cannot carry, is refused. */
export const string: Type<string> = checked(
  { kind: 'string' },
  'a well-formed string',
  (v): v is string => typeof v === 'string' && v.isWellFormed(),
)
/** Bytes inside the message. Decoded: a view, which keeps the whole message alive as long as it is held. */
export const bytes: Type<Uint8Array> = checked({ kind: 'bytes' }, 'bytes', (v): v is Uint8Array => v instanceof Uint8Array)

/** A 16-byte id. Decoded: a copy, since ids outlive their message. */
export const uuid: Type<Uint8Array> = {
  shape: { kind: 'uuid' },
  compile: ({ path }) => ({
    encode(value) {
      if (!(value instanceof Uint8Array) || value.length !== UUID_BYTES) throw invalid(path, 'a uuid of 16 bytes', value)
      return value
    },
    decode(wire) {
      if (!(wire instanceof Uint8Array) || wire.length !== UUID_BYTES) throw malformed(path, 'a uuid of 16 bytes', wire)
      return new Uint8Array(wire)
    },
  }),
}

/** A value or null. */
export function nullable<T>(type: Type<T>): Type<T | null> {
  return {
    shape: { kind: 'nullable', type },
    compile(scope) {
      const { encode, decode } = type.compile(scope)
      return {
        encode: (value) => (value === null ? null : encode(value)),
        decode: (wire) => (wire === null ? null : decode(wire)),
      }
    },
  }
}

/** A list of at most `maxLength` elements. */
export function array<T>(element: Type<T>, maxLength: number): Type<readonly T[]> {
  const expected = `an array of at most ${maxLength}`
  return {
    shape: { kind: 'array', element, maxLength },
    compile({ version, path }) {
      const { encode, decode, isCheckOnly } = element.compile({ version, path: `${path}[]` })
      const encodeAll = isCheckOnly ? (value: readonly T[]) => checkEach(value, encode) : (value: readonly T[]) => mapEach(value, encode)
      const decodeAll = isCheckOnly ? (wire: T[]) => checkEach(wire, decode) : (wire: unknown[]) => mapEach(wire, decode)
      return {
        encode(value) {
          if (!Array.isArray(value) || value.length > maxLength) throw invalid(path, expected, value)
          return encodeAll(value)
        },
        decode(wire) {
          if (!Array.isArray(wire) || wire.length > maxLength) throw malformed(path, expected, wire)
          return decodeAll(wire)
        },
      }
    },
  }
}

/** The list itself: neither the caller's, which is only read, nor msgpack's, which nobody else holds, needs a copy. */
function checkEach<T>(list: readonly T[], check: (element: T) => unknown): readonly T[] {
  for (let index = 0; index < list.length; index++) check(list[index] as T)
  return list
}

function mapEach<From, To>(list: readonly From[], convert: (element: From) => To): To[] {
  const converted: To[] = new Array(list.length)
  for (let index = 0; index < list.length; index++) converted[index] = convert(list[index] as From)
  return converted
}

/** Marks an appended field: it travels from `version` on; from an older peer it reads as `fallback`, to an older one it is left out. */
export function since<T>(version: number, type: Type<T>, fallback: T): SinceField<T> {
  return { since: version, type, fallback }
}

/** Whether a field was appended by `since`. */
export function isSince<T>(field: Field<T>): field is SinceField<T> {
  return 'since' in field
}

interface CompiledField {
  readonly name: string
  readonly codec: Codec<unknown>
}

/** Fields in the order of their bytes. Throws when a field stands before one that is older: fields are append-only. */
function compileFields(fields: Readonly<Record<string, AnyField>>, scope: Scope) {
  const present: CompiledField[] = []
  const blank: Record<string, unknown> = {}
  let newest = 0
  for (const [name, field] of Object.entries(fields)) {
    const path = scope.path === '' ? name : `${scope.path}.${name}`
    const from = isSince(field) ? field.since : 0
    if (from < newest) throw new TypeError(`${path} is of version ${from} but stands behind a field of version ${newest}.`)
    newest = from
    // Every value of a struct starts as a copy of `blank`, so that all have one hidden class whatever their version.
    blank[name] = isSince(field) ? field.fallback : undefined
    if (from <= scope.version) present.push({ name, codec: (isSince(field) ? field.type : field).compile({ ...scope, path }) })
  }
  return { present, blank }
}

/** Named fields. The order of the declaration is the order of the bytes. */
export function struct<const Fields extends Readonly<Record<string, AnyField>>>(fields: Fields): Type<StructValue<Fields>> {
  return {
    shape: { kind: 'struct', fields },
    compile(scope) {
      const { present, blank } = compileFields(fields, scope)
      const count = present.length
      const path = scope.path === '' ? 'the message' : scope.path
      const names = present.map((field) => field.name)
      const encoders = present.map((field) => field.codec.encode)
      const decoders = present.map((field) => field.codec.decode)
      return {
        encode(value) {
          if (typeof value !== 'object' || value === null) throw invalid(path, 'an object', value)
          const wire: unknown[] = new Array(count)
          for (let index = 0; index < count; index++) {
            wire[index] = (encoders[index] as Codec<unknown>['encode'])((value as Record<string, unknown>)[names[index] as string])
          }
          return wire
        },
        decode(wire) {
          if (!Array.isArray(wire) || wire.length < count) throw malformed(path, `an array of at least ${count} fields`, wire)
          const value: Record<string, unknown> = { ...blank }
          for (let index = 0; index < count; index++) {
            value[names[index] as string] = (decoders[index] as Codec<unknown>['decode'])(wire[index])
          }
          return value as StructValue<Fields>
        },
      }
    },
  }
}

/** Compiles a schema for one version of a message; do it once, the result is for hot paths. */
export function compile<T>(type: Type<T>, version: number): Codec<T> {
  return type.compile({ version, path: '' })
}

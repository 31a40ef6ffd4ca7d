import { KafkaError } from '@kafka-ts/protocol'
import { parseVersions, type VersionRange, type Versions } from './version-range.ts'
import type { WireReader } from './wire-reader.ts'
import type { WireWriter } from './wire-writer.ts'

/**
 * The types of the message tables: one declaration of a message gives its TypeScript types, its checks and its codec in every version.
 *
 * `Infer` is what decoding gives: every field is there, one that the version lacks has its default. `Draft` is what encoding takes:
 * a field that some version lacks, or that has a default, may be left out. A field that the version lacks is not written.
 */

/** The two directions of a type in one version. Both throw `KafkaError`: PROTOCOL_ERROR for bytes, INVALID_ARGUMENT for a value. */
export interface Codec<T, D> {
  read(reader: WireReader): T
  write(writer: WireWriter, value: D): void
  /** The fewest bytes that a value takes: what bounds the count of an array. */
  readonly minBytes: number
  /** About the memory that a decoded value takes, without what its length adds. */
  readonly heapBytes: number
}

/** Where a codec is compiled. */
export interface Scope {
  readonly version: number
  /** Lengths in the compact form, and tagged fields behind every struct (KIP-482). */
  readonly isFlexible: boolean
  readonly isNullable: boolean
  /** Of the field, from the name of its message on. */
  readonly path: string
}

/** What a type is made of, for tests that walk over the tables. */
export type Shape =
  | { readonly kind: 'boolean' | 'int8' | 'int16' | 'int32' | 'int64' | 'uuid' | 'string' | 'legacyString' | 'bytes' | 'records' }
  | { readonly kind: 'nullable'; readonly type: AnyType; readonly versions: Versions }
  | { readonly kind: 'array'; readonly element: AnyType }
  | { readonly kind: 'struct'; readonly fields: Fields }

/** A type of field: `T` is what decoding gives, `D` what encoding takes. */
export interface Type<T, D = T> {
  readonly shape: Shape
  /** What a field of this type is unless its declaration says otherwise: Kafka's zero, empty text, empty list. */
  readonly initial: T
  /** Whether a draft is a default: a tagged field that is its default is not written. */
  equals(draft: D, initial: T): boolean
  compile(scope: Scope): Codec<T, D>
}

/** A field that only some versions have, that has a default of its own, or a tag. */
export interface Field<T, D = T> {
  readonly type: Type<T, D>
  readonly versions: Versions
  readonly initial: T
  /** Its number among the tagged fields of its struct: those go last, and only when they differ from their default. */
  readonly tag: number | undefined
}

// `any`: a struct holds fields of every type, and only `any` lets each keep its own through inference.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyType = Type<any, any>
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyField = Field<any, any>
export type Fields = Readonly<Record<string, AnyType | AnyField>>

/** What decoding gives. */
export type Infer<F> = F extends Type<infer T, infer _D> ? T : F extends Field<infer T, infer _D> ? T : never
/** What encoding takes. */
export type Draft<F> = F extends Type<infer _T, infer D> ? D : F extends Field<infer _T, infer D> ? D : never

/** What `field` is told. */
export interface FieldOptions<T> {
  /** Those that have it; all, when it is not said. */
  readonly versions?: VersionRange
  readonly default?: T
  readonly tag?: number
}

/** Declares a field of which more is to be said than its type. */
export function field<T, D>(type: Type<T, D>, options: FieldOptions<NoInfer<T>>): Field<T, D> {
  return {
    type,
    versions: parseVersions(options.versions ?? '0+'),
    initial: options.default === undefined ? type.initial : options.default,
    tag: options.tag,
  }
}

/** A declaration in its full form. */
export function asField(declared: AnyType | AnyField): AnyField {
  return 'shape' in declared ? field(declared, {}) : declared
}

/** A value that does not fit its field. */
export function invalid(path: string, expected: string, value: unknown): KafkaError {
  return new KafkaError('INVALID_ARGUMENT', `${path} must be ${expected}, it is ${describe(value)}.`)
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'number') return `${value}`
  if (Array.isArray(value)) return `an array of ${value.length}`
  return value instanceof Uint8Array ? `${value.length} bytes` : `a ${typeof value}`
}

import {
  type AnyField,
  type AnyType,
  asField,
  type Codec,
  type Draft,
  type Fields,
  type Infer,
  invalid,
  type Scope,
  type Type,
} from './schema.ts'
import { compileTags, MIN_TAGS_BYTES, type TaggedField } from './tagged-fields.ts'
import { hasVersion } from './version-range.ts'

/** Memory of an object, without its properties. */
const OBJECT_HEAP_BYTES = 24
const SLOT_BYTES = 8
/** What stands before a struct that may be null. */
const NULL_MARKER = -1
const PRESENT_MARKER = 1

/** Fields that must be given to encode: those that every version has, without a default of their own. */
type GivenNames<F extends Fields> = { [Name in keyof F]: F[Name] extends AnyType ? Name : never }[keyof F]

type StructValue<F extends Fields> = { readonly [Name in keyof F]: Infer<F[Name]> }
type StructDraft<F extends Fields> = { readonly [Name in GivenNames<F>]: Draft<F[Name]> } & {
  readonly [Name in Exclude<keyof F, GivenNames<F>>]?: Draft<F[Name]> | undefined
}

type Values = Record<string, unknown>

/** Named fields. The order of the declaration is the order of the bytes; tagged fields go last, by their tags. */
export function struct<const F extends Fields>(fields: F): Type<StructValue<F>, StructDraft<F>> {
  const declared = Object.entries(fields).map(([name, declaration]): [string, AnyField] => [name, asField(declaration)])
  // Every value starts as a copy of the defaults, so that all have one hidden class whatever their version.
  const initial = Object.freeze(Object.fromEntries(declared.map(([name, { initial }]) => [name, initial])))
  return {
    shape: { kind: 'struct', fields },
    initial: initial as StructValue<F>,
    equals: (draft) => declared.every(([name, field]) => isInitial(field, (draft as Values)[name])),
    compile(scope) {
      const codec = compileStruct(declared, initial, scope)
      return (scope.isNullable ? nullableStruct(codec, scope.path) : codec) as Codec<StructValue<F>, StructDraft<F>>
    },
  }
}

function isInitial({ type, initial }: AnyField, draft: unknown): boolean {
  return draft === undefined || type.equals(draft, initial)
}

function compileStruct(declared: readonly (readonly [string, AnyField])[], initial: Values, scope: Scope): Codec<Values, Values> {
  const { version, isFlexible, path } = scope
  const names: string[] = []
  const initials: unknown[] = []
  const codecs: Codec<unknown, unknown>[] = []
  const tagged: TaggedField[] = []
  for (const [name, field] of declared) {
    if (!hasVersion(field.versions, version)) continue
    const codec = field.type.compile({ version, isFlexible, isNullable: false, path: `${path}.${name}` })
    if (field.tag !== undefined) {
      tagged.push({ tag: field.tag, name, codec, path: `${path}.${name}`, isInitial: (draft) => isInitial(field, draft) })
      continue
    }
    names.push(name)
    initials.push(field.initial)
    codecs.push(codec)
  }
  const tags = isFlexible ? compileTags(tagged, path) : undefined
  const heapBytes = codecs.reduce((sum, codec) => sum + codec.heapBytes, OBJECT_HEAP_BYTES + SLOT_BYTES * declared.length)
  const minBytes = codecs.reduce((sum, codec) => sum + codec.minBytes, isFlexible ? MIN_TAGS_BYTES : 0)
  const count = codecs.length
  return {
    read(reader) {
      const value: Values = { ...initial }
      for (let index = 0; index < count; index++) value[names[index]!] = codecs[index]!.read(reader)
      tags?.read(reader, value)
      return value
    },
    write(writer, value) {
      if (typeof value !== 'object' || value === null) throw invalid(path, 'an object', value)
      for (let index = 0; index < count; index++) {
        const given = value[names[index]!]
        codecs[index]!.write(writer, given === undefined ? initials[index] : given)
      }
      tags?.write(writer, value)
    },
    minBytes,
    heapBytes,
  }
}

function nullableStruct(codec: Codec<Values, Values>, path: string): Codec<Values | null, Values | null> {
  return {
    read: (reader) => (reader.int8(path) < 0 ? null : codec.read(reader)),
    write(writer, value) {
      writer.int8(value === null ? NULL_MARKER : PRESENT_MARKER)
      if (value !== null) codec.write(writer, value)
    },
    minBytes: 1,
    heapBytes: codec.heapBytes,
  }
}

import { describe, expect, it } from 'vitest'
import { requestHeader, responseHeader } from './headers.ts'
import { REFERENCE_PATH, type ReferenceField, type ReferenceMessage, referenceMessages } from './reference-tables.test-support.ts'
import { kafkaApis } from './registry.ts'
import { type AnyType, asField, type Shape } from './schema.ts'
import { parseVersions, type VersionRange, type Versions } from './version-range.ts'

// Both tables are brought into one form, a list of rows, within the versions that we have. The rows then must be equal.

interface Row {
  readonly path: string
  readonly type: string
  readonly versions: string
  readonly nullable: string
  readonly tag: number | undefined
  readonly initial: unknown
}

const NONE = 'none'

function within(range: Versions, bounds: Versions): Versions | undefined {
  const min = Math.max(range.min, bounds.min)
  const max = Math.min(range.max, bounds.max)
  return min <= max ? { min, max } : undefined
}

function text(range: Versions | undefined): string {
  return range === undefined ? NONE : `${range.min}-${range.max}`
}

function parsed(range: string | undefined): Versions | undefined {
  return range === undefined || range === NONE ? undefined : parseVersions(range as VersionRange)
}

const scalarNames: Partial<Record<Shape['kind'], string>> = { boolean: 'bool', legacyString: 'string' }

function unwrap(type: AnyType): { readonly shape: Shape; readonly nullable: Versions | undefined } {
  return type.shape.kind === 'nullable'
    ? { shape: type.shape.type.shape, nullable: type.shape.versions }
    : { shape: type.shape, nullable: undefined }
}

function ourRows(type: AnyType, bounds: Versions, path = ''): Row[] {
  const { shape } = unwrap(type)
  if (shape.kind === 'array') return ourRows(shape.element, bounds, path)
  if (shape.kind !== 'struct') return []
  return Object.entries(shape.fields).flatMap(([name, declared]) => {
    const field = asField(declared)
    const versions = within(field.versions, bounds) as Versions
    const { shape: inner, nullable } = unwrap(field.type)
    const isArray = inner.kind === 'array'
    const element = isArray ? unwrap(inner.element).shape : inner
    const kind = element.kind === 'struct' ? 'struct' : (scalarNames[element.kind] ?? element.kind)
    const row: Row = {
      path: `${path}.${name}`,
      type: isArray ? `[]${kind}` : kind,
      versions: text(versions),
      nullable: text(nullable && within(nullable, versions)),
      tag: field.tag,
      initial: isArray || ['struct', 'uuid', 'bytes', 'records'].includes(kind) ? field.initial === null : field.initial,
    }
    return [row, ...ourRows(field.type, versions, row.path)]
  })
}

function initialOf({ type, default: given }: ReferenceField): unknown {
  const isObject = !/^(string|bool|u?int\d+)$/.test(type)
  if (isObject) return given === 'null'
  if (type === 'bool') return given === 'true'
  if (type === 'string') return given === 'null' ? null : (given ?? '')
  return given === undefined ? 0 : Number(given)
}

function referenceRows(fields: readonly ReferenceField[], message: ReferenceMessage, bounds: Versions, path = ''): Row[] {
  return fields.flatMap((field) => {
    const versions = within(parseVersions(field.versions as VersionRange), bounds)
    if (versions === undefined) return []
    expect([undefined, field.versions]).toContain(field.taggedVersions)
    const element = field.type.replace('[]', '')
    const isStruct = /^[A-Z]/.test(element)
    const nullable = parsed(field.nullableVersions)
    const row: Row = {
      path: `${path}.${field.name[0]?.toLowerCase()}${field.name.slice(1)}`,
      type: isStruct ? field.type.replace(element, 'struct') : field.type,
      versions: text(versions),
      nullable: text(nullable && within(nullable, versions)),
      tag: field.tag,
      initial: initialOf(field),
    }
    const common = message.commonStructs?.find((struct) => struct.name === element)
    return [row, ...(isStruct ? referenceRows(field.fields ?? common?.fields ?? [], message, versions, row.path) : [])]
  })
}

const reference = referenceMessages()
const title = reference === undefined ? `skipped, ${REFERENCE_PATH} is not there` : `as in ${REFERENCE_PATH}`

describe.skipIf(reference === undefined)(`the tables (${title})`, () => {
  const find = (name: string) => reference?.find((message) => message.name === name) as ReferenceMessage

  describe.each(Object.values(kafkaApis))('$name', ({ key, name, versions, flexibleFrom, request, response }) => {
    it.each([
      ['Request', request],
      ['Response', response],
    ] as const)('has every field of the %s as Kafka has it', (kind, table) => {
      const message = find(`${name}${kind}`)
      const valid = parseVersions(message.validVersions as VersionRange)
      expect(message.apiKey).toBe(key)
      expect(within(versions, valid)).toEqual(versions)
      expect(flexibleFrom).toBe(parsed(message.flexibleVersions)?.min)
      expect(ourRows(table, versions)).toEqual(referenceRows(message.fields, message, versions))
    })
  })

  it.each([
    ['RequestHeader', requestHeader, { min: 0, max: 2 }],
    ['ResponseHeader', responseHeader, { min: 0, max: 1 }],
  ] as const)('has %s as Kafka has it', (name, table, versions) => {
    const message = find(name)
    expect(message.validVersions).toBe(`${versions.min}-${versions.max}`)
    expect(ourRows(table, versions)).toEqual(referenceRows(message.fields, message, versions))
  })
})

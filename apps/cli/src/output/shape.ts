/** A JSON Schema (2020-12), as far as shapes need it. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly format?: string
  readonly pattern?: string
  readonly const?: string
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | false
  readonly required?: readonly string[]
}

/** One declaration of what a result looks like: gives its TypeScript type, its JSON and its schema. */
export interface Shape<T> {
  readonly schema: JsonSchema
  readonly isOptional?: boolean
  toJson(value: T): unknown
}

/** The TypeScript type of a shape. */
export type ShapeOf<S> = S extends Shape<infer T> ? T : never

/** Text. */
export function text(description?: string): Shape<string> {
  return { schema: described({ type: 'string' }, description), toJson: (value) => value }
}

/** A count, an id: a number that stays far below 2^53. */
export function integer(description?: string): Shape<number> {
  return { schema: described({ type: 'integer' }, description), toJson: (value) => value }
}

/** A share, a rate, a duration in milliseconds: any number. */
export function decimal(description?: string): Shape<number> {
  return { schema: described({ type: 'number' }, description), toJson: (value) => value }
}

/** Offsets and sizes: 64 bits wide in Kafka, so they leave as strings, whole for every reader. */
export function int64(description?: string): Shape<number> {
  return { schema: described({ type: 'string', pattern: '^-?[0-9]+$' }, description), toJson: (value) => String(value) }
}

/** Yes or no. */
export function flag(description?: string): Shape<boolean> {
  return { schema: described({ type: 'boolean' }, description), toJson: (value) => value }
}

/** Milliseconds since 1970, written as ISO-8601 in UTC. */
export function time(description?: string): Shape<number> {
  return { schema: described({ type: 'string', format: 'date-time' }, description), toJson: isoTime }
}

const LATEST_DATE_MS = 8.64e15

/** A time as ISO-8601; a number that no date has stays a number, as text. */
export function isoTime(ms: number): string {
  return Math.abs(ms) <= LATEST_DATE_MS ? new Date(ms).toISOString() : String(ms)
}

/** null is allowed: it is not there. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  const { type } = shape.schema
  const types = type === undefined ? undefined : [...(typeof type === 'string' ? [type] : type), 'null']
  return {
    schema: types === undefined ? shape.schema : { ...shape.schema, type: types },
    toJson: (value) => (value === null ? null : shape.toJson(value)),
  }
}

/** null where it is nothing, and where it is not known. */
export function unknownable<T>(shape: Shape<T>): Shape<T | null | undefined> {
  const { schema, toJson } = nullable(shape)
  return { schema, toJson: (value) => toJson(value ?? null) }
}

/** Left out when it was not asked for. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return { schema: shape.schema, isOptional: true, toJson: (value) => (value === undefined ? undefined : shape.toJson(value)) }
}

/** Any number of one shape. */
export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return { schema: { type: 'array', items: shape.schema }, toJson: (values) => values.map((value) => shape.toJson(value)) }
}

/** Text by text. */
export function textMap(description?: string): Shape<Readonly<Record<string, string>>> {
  return {
    schema: described({ type: 'object', additionalProperties: { type: 'string' } }, description),
    toJson: (value) => ({ ...value }),
  }
}

/** Any JSON value, as it is. */
export function anyJson(description?: string): Shape<unknown> {
  return { schema: described({}, description), toJson: (value) => value }
}

// biome-ignore lint/suspicious/noExplicitAny: any field type; toJson makes shapes invariant
type AnyShape = Shape<any>

/** An object with these fields, in this order. */
export function object<Fields extends Readonly<Record<string, AnyShape>>>(
  fields: Fields,
): Shape<{ readonly [Name in keyof Fields]: ShapeOf<Fields[Name]> }> {
  const entries = Object.entries(fields)
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(entries.map(([name, shape]) => [name, shape.schema])),
      required: entries.filter(([, shape]) => !shape.isOptional).map(([name]) => name),
      additionalProperties: false,
    },
    toJson: (value) => {
      const json: Record<string, unknown> = {}
      for (const [name, shape] of entries) {
        const field = shape.toJson((value as Readonly<Record<string, unknown>>)[name])
        if (field !== undefined) json[name] = field
      }
      return json
    },
  }
}

function described(schema: JsonSchema, description: string | undefined): JsonSchema {
  return description === undefined ? schema : { ...schema, description }
}

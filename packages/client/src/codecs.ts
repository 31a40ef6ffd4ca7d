import type { StandardSchemaV1 } from '@standard-schema/spec'

/**
 * How a key or a value becomes bytes and comes back. `encode` may answer a string: it is then written as UTF-8 straight
 * into the batch, without a buffer of its own. Both directions throw when the input does not fit; the SDK reports that as
 * a `KafkaError` with code `SERIALIZATION_FAILED`.
 */
export interface Codec<T> {
  /** For messages: `string`, `json`, ... */
  readonly name: string
  /** null (a record without this part) is encoded only when `isNullable`. */
  encode(value: T): string | Uint8Array | null
  /** Reads `source[start, end)`. A result that refers to `source` keeps the whole fetched batch in memory. */
  decode(source: Uint8Array, start: number, end: number): T
  /**
   * As `decode`, from the text that the bytes are in UTF-8, and asked instead of it where there is one: the text of several records together takes a third of
   * the time. A result that refers to the text may keep 1 KiB of the batch in memory.
   */
  readonly decodeText?: ((text: string) => T) | undefined
  /** A nullable codec takes and gives null (a tombstone, when it is the value); for any other codec a null is an error. */
  readonly isNullable: boolean
}

/** A Buffer with the method behind `toString`, which Node does not declare; it saves that a third of its time. */
interface SliceableBuffer extends Buffer {
  utf8Slice(start: number, end: number): string
}

/** Decodes a range. Fetched batches are Buffers, which need no view of it. */
function decodeUtf8(source: Uint8Array, start: number, end: number): string {
  const buffer = source instanceof Buffer ? source : Buffer.from(source.buffer, source.byteOffset, source.byteLength)
  return (buffer as SliceableBuffer).utf8Slice(start, end)
}

const stringCodec: Codec<string> = {
  name: 'string',
  isNullable: false,
  encode: (value) => value,
  decode: decodeUtf8,
  decodeText: (text) => text,
}

const bytesCodec: Codec<Uint8Array> = {
  name: 'bytes',
  isNullable: false,
  encode: (value) => value,
  decode: (source, start, end) => source.subarray(start, end),
}

/** Text as UTF-8. Bytes that are not UTF-8 read as U+FFFD, as everywhere in Node. */
export function string(): Codec<string> {
  return stringCodec
}

/** Bytes as they are. What is read is a view: copy it to keep it longer than its batch. */
export function bytes(): Codec<Uint8Array> {
  return bytesCodec
}

/** JSON text. `T` is a promise of the writer, not a check: use `schema()` to have it checked. */
export function json<T = unknown>(): Codec<T> {
  return {
    name: 'json',
    isNullable: false,
    encode: (value) => {
      const text = JSON.stringify(value) as string | undefined
      if (text === undefined) throw new TypeError(`${typeof value} has no JSON form`)
      return text
    },
    decode: (source, start, end) => JSON.parse(decodeUtf8(source, start, end)) as T,
    decodeText: (text) => JSON.parse(text) as T,
  }
}

/**
 * JSON text checked by any Standard Schema (Zod, Valibot, ArkType, ...), when it is written and again when it is read. What is
 * written is what the application passed; the schema's transformations and defaults apply on reading. Only schemas that validate
 * synchronously can be used.
 */
export function schema<S extends StandardSchemaV1>(standardSchema: S): Codec<StandardSchemaV1.InferOutput<S>> {
  const { validate, vendor } = standardSchema['~standard']
  const check = (value: unknown): StandardSchemaV1.InferOutput<S> => {
    const result = validate(value)
    if (result instanceof Promise) throw new TypeError(`the ${vendor} schema validates asynchronously, which a codec cannot wait for`)
    if (result.issues !== undefined) throw new TypeError(describeIssues(result.issues))
    return result.value as StandardSchemaV1.InferOutput<S>
  }
  return {
    name: `schema (${vendor})`,
    isNullable: false,
    encode: (value) => {
      check(value)
      return JSON.stringify(value)
    },
    decode: (source, start, end) => check(JSON.parse(decodeUtf8(source, start, end))),
    decodeText: (text) => check(JSON.parse(text)),
  }
}

/** The same codec, with null allowed: as a value it writes and reads tombstones, as a key records without one. */
export function nullable<T>(codec: Codec<T>): Codec<T | null> {
  return {
    name: `nullable ${codec.name}`,
    isNullable: true,
    encode: (value) => (value === null ? null : codec.encode(value)),
    decode: (source, start, end) => codec.decode(source, start, end),
    decodeText: codec.decodeText?.bind(codec),
  }
}

const ISSUES_NAMED = 3

function describeIssues(issues: readonly StandardSchemaV1.Issue[]): string {
  const named = issues.slice(0, ISSUES_NAMED).map((issue) => {
    const path = issue.path?.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
    return path === undefined || path === '' ? issue.message : `${path}: ${issue.message}`
  })
  const rest = issues.length - named.length
  return `${named.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
}

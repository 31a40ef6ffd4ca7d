import { BadInput, type InputRecord, type RecordReader } from './input-record.ts'
import { LineSplitter } from './line-splitter.ts'

/** How a line becomes a record. The value is the line as it is, unless a separator takes the key off it. */
export interface LineOptions {
  /** The key of every record. */
  readonly key?: string | undefined
  /** The key is what stands before the first of these. */
  readonly keySeparator?: Buffer | undefined
  /** The key is this field of the JSON object in the line. */
  readonly keyField?: string | undefined
  /** The timestamp is this field of the JSON object in the line: milliseconds since 1970, or ISO-8601. */
  readonly timestampField?: string | undefined
  /** A key or value that reads like this is null. */
  readonly nullAs?: string | undefined
  /** A line is a key; its value is null. */
  readonly isTombstone?: boolean
}

/** Reads records from lines: the bytes of a value are never decoded. */
export class LineReader implements RecordReader {
  readonly #splitter = new LineSplitter()
  readonly #options: LineOptions
  readonly #separator: Buffer | undefined
  readonly #nullAs: Buffer | undefined
  readonly #readsJson: boolean
  #lineNumber = 0

  constructor(options: LineOptions) {
    this.#options = options
    this.#separator = options.keySeparator
    this.#nullAs = options.nullAs === undefined ? undefined : Buffer.from(options.nullAs)
    this.#readsJson = options.keyField !== undefined || options.timestampField !== undefined
  }

  *push(chunk: Uint8Array): Generator<InputRecord | BadInput> {
    for (const line of this.#splitter.push(chunk)) yield this.#read(line)
  }

  *end(): Generator<InputRecord | BadInput> {
    for (const line of this.#splitter.end()) yield this.#read(line)
  }

  #read(line: Uint8Array): InputRecord | BadInput {
    this.#lineNumber++
    if (this.#options.isTombstone) return { key: this.#options.key ?? line, value: null }
    if (this.#readsJson) return this.#readJson(line)
    if (this.#separator !== undefined) return this.#readSeparated(line, this.#separator)
    return { key: this.#options.key ?? null, value: this.#orNull(line) }
  }

  #readSeparated(line: Uint8Array, separator: Buffer): InputRecord | BadInput {
    const at = Buffer.from(line.buffer, line.byteOffset, line.byteLength).indexOf(separator)
    if (at === -1) return this.#bad(`there is no ${JSON.stringify(separator.toString())} between key and value`)
    return { key: this.#orNull(line.subarray(0, at)), value: this.#orNull(line.subarray(at + separator.length)) }
  }

  #readJson(line: Uint8Array): InputRecord | BadInput {
    const { keyField, timestampField } = this.#options
    let document: unknown
    try {
      document = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString())
    } catch (error) {
      return this.#bad(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`)
    }
    const key = keyField === undefined ? (this.#options.key ?? null) : keyText(fieldOf(document, keyField))
    if (key === undefined) return this.#bad(`it has no field ${keyField}`)
    if (timestampField === undefined) return { key, value: line }
    const timestamp = timestampOf(fieldOf(document, timestampField))
    return timestamp === undefined ? this.#bad(`its field ${timestampField} is not a time`) : { key, value: line, timestamp }
  }

  #orNull(bytes: Uint8Array): Uint8Array | null {
    return this.#nullAs?.equals(bytes) ? null : bytes
  }

  #bad(reason: string): BadInput {
    return new BadInput(`line ${this.#lineNumber}`, reason)
  }
}

/** A field by its name, or by a path of names with dots; undefined when it is not there. */
export function fieldOf(document: unknown, path: string): unknown {
  if (typeof document !== 'object' || document === null) return undefined
  if (Object.hasOwn(document, path)) return (document as Readonly<Record<string, unknown>>)[path]
  let current: unknown = document
  for (const name of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined
    current = (current as Readonly<Record<string, unknown>>)[name]
  }
  return current
}

/** Text stays text, null is no key, anything else is its JSON; undefined stays undefined. */
function keyText(field: unknown): string | null | undefined {
  return field === undefined || field === null || typeof field === 'string' ? field : JSON.stringify(field)
}

/** Milliseconds since 1970 from a number, its digits, or ISO-8601; undefined for anything else. */
export function timestampOf(field: unknown): number | undefined {
  if (typeof field === 'number') return Number.isSafeInteger(Math.trunc(field)) ? Math.trunc(field) : undefined
  if (typeof field !== 'string') return undefined
  const ms = /^-?\d+$/.test(field) ? Number(field) : Date.parse(field)
  return Number.isSafeInteger(ms) ? ms : undefined
}

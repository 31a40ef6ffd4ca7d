import { usageError } from '../errors/cli-error.ts'
import { BadInput, type InputRecord, MAX_INPUT_RECORD_BYTES, type RecordReader } from './input-record.ts'
import { timestampOf } from './line-reader.ts'
import { LineSplitter } from './line-splitter.ts'

/** Reads records from `{key, value, headers, partition, timestamp}` objects, one a line, as `consume -o ndjson` writes them. */
export class NdjsonReader implements RecordReader {
  readonly #splitter = new LineSplitter()
  #lineNumber = 0;

  *push(chunk: Uint8Array): Generator<InputRecord | BadInput> {
    for (const line of this.#splitter.push(chunk)) yield this.#read(line)
  }

  *end(): Generator<InputRecord | BadInput> {
    for (const line of this.#splitter.end()) yield this.#read(line)
  }

  #read(line: Uint8Array): InputRecord | BadInput {
    this.#lineNumber++
    return parseRecord(Buffer.from(line).toString(), `line ${this.#lineNumber}`)
  }
}

/** Reads one JSON document: an array of such objects, or what `consume -o json` writes. */
export class JsonReader implements RecordReader {
  readonly #collector = new WholeCollector()

  push(chunk: Uint8Array): Iterable<InputRecord | BadInput> {
    this.#collector.add(chunk)
    return []
  }

  *end(): Generator<InputRecord | BadInput> {
    const text = this.#collector.bytes().toString()
    let document: unknown
    try {
      document = JSON.parse(text)
    } catch (error) {
      throw usageError(
        `The input is not JSON: ${error instanceof Error ? error.message : String(error)}`,
        '--input ndjson reads one object a line',
      )
    }
    const items = isObject(document) ? document['items'] : document
    if (!Array.isArray(items)) throw usageError('The input is neither an array of records nor what consume -o json writes.')
    for (const [index, item] of items.entries()) yield recordOf(item, `record ${index + 1}`)
  }
}

/** The whole input is the value of one record. */
export class RawReader implements RecordReader {
  readonly #collector = new WholeCollector()
  readonly #key: string | null

  constructor(key: string | undefined) {
    this.#key = key ?? null
  }

  push(chunk: Uint8Array): Iterable<InputRecord> {
    this.#collector.add(chunk)
    return []
  }

  *end(): Generator<InputRecord> {
    yield { key: this.#key, value: this.#collector.bytes() }
  }
}

/** Gathers an input that is needed as a whole, up to a limit. */
class WholeCollector {
  readonly #chunks: Uint8Array[] = []
  #byteLength = 0

  add(chunk: Uint8Array): void {
    this.#byteLength += chunk.length
    if (this.#byteLength > MAX_INPUT_RECORD_BYTES)
      throw usageError(
        `The input is longer than ${MAX_INPUT_RECORD_BYTES} bytes, and --input json and raw need all of it.`,
        '--input ndjson reads one record a line',
      )
    this.#chunks.push(chunk)
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}

function parseRecord(text: string, where: string): InputRecord | BadInput {
  try {
    return recordOf(JSON.parse(text), where)
  } catch (error) {
    return new BadInput(where, `it is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

type JsonObject = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object as `consume` writes it as a record again. Offset and topic are ignored: the record gets new ones. */
function recordOf(item: unknown, where: string): InputRecord | BadInput {
  if (!isObject(item)) return new BadInput(where, 'it is not an object')
  if (!('value' in item)) return new BadInput(where, 'it has no value (null is a tombstone)')
  const key = partOf(item['key'] ?? null, item['keyEncoding'])
  const value = partOf(item['value'], item['valueEncoding'])
  const headers = headersOf(item['headers'])
  const { partition } = item
  const timestamp = item['timestamp'] === undefined ? undefined : timestampOf(item['timestamp'])
  if (key === undefined || value === undefined) return new BadInput(where, 'its key or value does not fit its encoding')
  if (headers === undefined) return new BadInput(where, 'its headers are neither an object nor a list of key and value')
  if (item['timestamp'] !== undefined && timestamp === undefined) return new BadInput(where, 'its timestamp is not a time')
  if (partition !== undefined && !(Number.isSafeInteger(partition) && (partition as number) >= 0))
    return new BadInput(where, 'its partition is not a whole number from 0')
  return {
    key,
    value,
    ...(headers.length === 0 ? {} : { headers }),
    ...(partition === undefined ? {} : { partition: partition as number }),
    ...(timestamp === undefined ? {} : { timestamp }),
  }
}

/** A key or value by its encoding; text without one. What is no text is written as JSON. */
function partOf(part: unknown, encoding: unknown): string | Uint8Array | null | undefined {
  if (part === null) return null
  if (encoding === 'json' || typeof part !== 'string') return JSON.stringify(part)
  if (encoding === undefined) return part
  if (encoding === 'hex') return /^(?:[0-9a-f]{2})*$/i.test(part) ? Buffer.from(part, 'hex') : undefined
  if (encoding === 'base64') return /^[A-Za-z0-9+/]*={0,2}$/.test(part) ? Buffer.from(part, 'base64') : undefined
  return undefined
}

type Headers = NonNullable<InputRecord['headers']>

function headersOf(value: unknown): Headers | undefined {
  if (value === undefined || value === null) return []
  const entries = Array.isArray(value)
    ? value.map((entry: unknown) =>
        isObject(entry) ? ([entry['key'], entry['value'], entry['valueEncoding']] as const) : ([undefined, undefined, undefined] as const),
      )
    : isObject(value)
      ? Object.entries(value).map(([key, part]) => [key, part, undefined] as const)
      : undefined
  if (entries === undefined) return undefined
  const headers: { key: string; value: string | Uint8Array | null }[] = []
  for (const [key, part, encoding] of entries) {
    const bytes = part === undefined ? undefined : partOf(part, encoding)
    if (typeof key !== 'string' || bytes === undefined) return undefined
    headers.push({ key, value: bytes })
  }
  return headers
}

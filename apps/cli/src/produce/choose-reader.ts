import { usageError } from '../errors/cli-error.ts'
import { parseEscapes } from '../flags/escapes.ts'
import { FormatReader } from './format-reader.ts'
import type { RecordReader } from './input-record.ts'
import { JsonReader, NdjsonReader, RawReader } from './json-reader.ts'
import { LineReader } from './line-reader.ts'

/** How input may be split into records. */
export const inputKinds = ['lines', 'json', 'ndjson', 'raw'] as const
export type InputKind = (typeof inputKinds)[number]

/** The flags that say what a record of the input is. */
export interface InputFlags {
  readonly input: InputKind
  readonly format?: string | undefined
  readonly key?: string | undefined
  readonly 'key-sep'?: string | undefined
  readonly 'key-field'?: string | undefined
  readonly 'timestamp-field'?: string | undefined
  readonly 'null-as'?: string | undefined
  readonly tombstone: boolean
}

/** The reader the flags ask for. Flags that it would ignore are refused. */
export function chooseReader(flags: InputFlags): RecordReader {
  const only = (...allowed: (keyof InputFlags)[]) => {
    const names = ['format', 'key', 'key-sep', 'key-field', 'timestamp-field', 'null-as'] as const
    const extra =
      names.find((name) => flags[name] !== undefined && !allowed.includes(name)) ??
      (flags.tombstone && !allowed.includes('tombstone') ? 'tombstone' : undefined)
    const what = flags.format === undefined ? `--input ${flags.input}` : '--format'
    if (extra !== undefined) throw usageError(`--${extra} has no meaning with ${what}.`)
  }
  if (flags.format !== undefined) {
    only('format', 'null-as')
    if (flags.input !== 'lines') throw usageError('--format says how records are split, so --input cannot.')
    return new FormatReader(flags.format, flags['null-as'])
  }
  switch (flags.input) {
    case 'json':
      only()
      return new JsonReader()
    case 'ndjson':
      only()
      return new NdjsonReader()
    case 'raw':
      only('key')
      return new RawReader(flags.key)
    case 'lines':
      return lineReader(flags)
  }
}

function lineReader(flags: InputFlags): LineReader {
  const keys = (['key', 'key-sep', 'key-field'] as const).filter((name) => flags[name] !== undefined)
  if (keys.length > 1) throw usageError(`--${keys[0]} and --${keys[1]} both say what the key is.`)
  const separator = flags['key-sep']
  if (separator !== undefined && flags['timestamp-field'] !== undefined)
    throw usageError('--key-sep and --timestamp-field cannot both read the line.')
  if (
    flags.tombstone &&
    (separator !== undefined ||
      flags['key-field'] !== undefined ||
      flags['timestamp-field'] !== undefined ||
      flags['null-as'] !== undefined)
  )
    throw usageError('With --tombstone every line is a key.', 'send one tombstone with --tombstone --key KEY')
  if (separator === '') throw usageError('--key-sep is empty.')
  return new LineReader({
    key: flags.key,
    keySeparator: separator === undefined ? undefined : parseEscapes(separator, '--key-sep'),
    keyField: flags['key-field'],
    timestampField: flags['timestamp-field'],
    nullAs: flags['null-as'],
    isTombstone: flags.tombstone,
  })
}

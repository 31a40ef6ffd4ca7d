import { describe, expect, it } from 'vitest'
import { FormatReader } from './format-reader.ts'
import { BadInput, type InputRecord, type RecordReader } from './input-record.ts'
import { JsonReader, NdjsonReader, RawReader } from './json-reader.ts'
import { LineReader } from './line-reader.ts'

function text(part: string | Uint8Array | null): string | null {
  return part === null ? null : typeof part === 'string' ? part : Buffer.from(part).toString('latin1')
}

/** What a reader makes of bytes, fed whole and then one byte at a time: both must be the same. */
function read(make: () => RecordReader, input: string | Buffer) {
  const bytes = typeof input === 'string' ? Buffer.from(input, 'latin1') : input
  const show = (record: InputRecord | BadInput) =>
    record instanceof BadInput ? `${record.where}: ${record.reason}` : { ...record, key: text(record.key), value: text(record.value) }
  const feed = (chunks: readonly Buffer[]) => {
    const reader = make()
    return [...chunks.flatMap((chunk) => [...reader.push(chunk)]), ...reader.end()].map(show)
  }
  const whole = feed([bytes])
  expect(feed([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole)
  return whole
}

describe('lines', () => {
  it('splits at line feeds only, keeps every other byte, and counts empty and unended lines', () => {
    expect(read(() => new LineReader({}), 'a\r\n\n\xff\0b\u0085\nend')).toEqual([
      { key: null, value: 'a\r' },
      { key: null, value: '' },
      { key: null, value: '\xff\0b\u0085' },
      { key: null, value: 'end' },
    ])
  })

  it('makes no record of an empty input, nor of the end after a last line feed', () => {
    expect(read(() => new LineReader({}), '')).toEqual([])
    expect(read(() => new LineReader({}), 'a\n')).toHaveLength(1)
  })

  it('takes the key off at the first separator and tells lines without one', () => {
    expect(read(() => new LineReader({ keySeparator: Buffer.from('::') }), 'k::v::w\nplain\n')).toEqual([
      { key: 'k', value: 'v::w' },
      'line 2: there is no "::" between key and value',
    ])
  })

  it('takes key and timestamp from the JSON and leaves the line as it is', () => {
    const line = '{ "file" : "a.ts",  "at":1312242084000, "n": {"deep": 7} }'
    expect(read(() => new LineReader({ keyField: 'file', timestampField: 'at' }), `${line}\n`)).toEqual([
      { key: 'a.ts', value: line, timestamp: 1_312_242_084_000 },
    ])
    expect(read(() => new LineReader({ keyField: 'n.deep' }), line)).toEqual([{ key: '7', value: line }])
  })

  it('tells lines that are no JSON or lack the field, and reads the others', () => {
    const records = read(() => new LineReader({ keyField: 'file' }), '{"file":"a"}\nnope\n{"other":1}\n{"file":null}\n')
    expect(records[0]).toEqual({ key: 'a', value: '{"file":"a"}' })
    expect(records[1]).toMatch(/^line 2: it is not JSON/)
    expect(records[2]).toBe('line 3: it has no field file')
    expect(records[3]).toEqual({ key: null, value: '{"file":null}' })
  })

  it('reads a chosen text as null, and lines as keys of tombstones', () => {
    expect(read(() => new LineReader({ nullAs: 'NULL' }), 'NULL\n\n')).toEqual([
      { key: null, value: null },
      { key: null, value: '' },
    ])
    expect(read(() => new LineReader({ isTombstone: true }), 'a\n')).toEqual([{ key: 'a', value: null }])
  })
})

describe('formats', () => {
  it('reads what consume -f writes', () => {
    expect(read(() => new FormatReader('%k\\t%v\\n', undefined), 'a\tb\tc\n\td\ne\tlast')).toEqual([
      { key: 'a', value: 'b\tc' },
      { key: '', value: 'd' },
      { key: 'e', value: 'last' },
    ])
  })

  it('reads partitions, timestamps and separators of any bytes', () => {
    expect(read(() => new FormatReader('%p|%T|%v\\x00', undefined), '3|1000|x\ny\0')).toEqual([
      { key: null, value: 'x\ny', partition: 3, timestamp: 1000 },
    ])
  })

  it('refuses formats that cannot be read back', () => {
    expect(() => new FormatReader('%k%v\\n', undefined)).toThrow('nothing separates %k from %v')
    expect(() => new FormatReader('%v', undefined)).toThrow('must end with what separates records')
    expect(() => new FormatReader('%k\\n', undefined)).toThrow('there is no %v')
    expect(() => new FormatReader('%v%x\\n', undefined)).toThrow('%x is not one of')
  })
})

describe('JSON', () => {
  const line =
    '{"key":"k","value":"AP8=","valueEncoding":"base64","headers":[{"key":"h","value":"1"}],"partition":2,"timestamp":"2026-11-22T15:00:00.000Z"}'

  it('reads records as consume writes them', () => {
    const expected = { key: 'k', value: '\0\xff', headers: [{ key: 'h', value: '1' }], partition: 2, timestamp: Date.UTC(2026, 10, 22, 15) }
    expect(read(() => new NdjsonReader(), `${line}\n`)).toEqual([expected])
    expect(read(() => new JsonReader(), `[${line}]`)).toEqual([expected])
    expect(read(() => new JsonReader(), `{"kind":"RecordList","items":[${line}],"warnings":[]}`)).toEqual([expected])
  })

  it('writes values that are no text as JSON, and takes headers as an object', () => {
    expect(read(() => new NdjsonReader(), '{"value":{"a":1},"headers":{"h":"1"}}')).toEqual([
      { key: null, value: '{"a":1}', headers: [{ key: 'h', value: '1' }] },
    ])
  })

  it('tells what is no record', () => {
    expect(read(() => new NdjsonReader(), '{"key":"k"}\n3\n{"value":"zz","valueEncoding":"hex"}')).toEqual([
      'line 1: it has no value (null is a tombstone)',
      'line 2: it is not an object',
      'line 3: its key or value does not fit its encoding',
    ])
  })
})

it('takes the whole input as one value with --input raw', () => {
  expect(read(() => new RawReader('k'), 'a\nb\n')).toEqual([{ key: 'k', value: 'a\nb\n' }])
})

import { parseFormat } from '../flags/escapes.ts'
import type { OutputFormat } from '../output/format.ts'
import { isoTime } from '../output/shape.ts'
import { printable } from '../output/table.ts'
import type { ByteWriter } from './byte-writer.ts'
import { asBuffer, writePart } from './encoding.ts'
import { type RawRecord, type RecordView, recordJson } from './record-shape.ts'

/** Writes records in one format. */
export interface RecordWriter {
  begin(): void
  write(record: RawRecord): void
  /** What closes the output, after the last record. */
  end(): void
}

/** What a writer works with. */
export interface WriterParts {
  readonly out: ByteWriter
  readonly view: RecordView
  /** All that will be read from. */
  readonly topics: readonly string[]
}

/** The writer for an output format. */
export function recordWriter(format: OutputFormat, { out, view, topics }: WriterParts): RecordWriter {
  switch (format) {
    case 'json':
      return jsonWriter(out, view)
    case 'yaml':
      return yamlWriter(out, view)
    case 'ndjson':
      return lineWriter((record) => out.text(`${recordJson(record, view)}\n`))
    case 'name':
      return lineWriter((record) => out.text(`${record.topic}/${record.partition}/${record.offset}\n`))
    default:
      return tableWriter(out, view, topics)
  }
}

const VERBS = 'tpokvTh'

/** Writes by a format: `%t %p %o %k %v %T %h`. Nothing is added, and bytes of keys and values go through as they are. */
export function formatWriter(format: string, out: ByteWriter, view: RecordView): RecordWriter {
  const steps = parseFormat(format, '--format', VERBS).map((part): ((record: RawRecord) => void) => {
    if ('literal' in part) return () => out.bytes(part.literal)
    switch (part.verb) {
      case 't':
        return (record) => out.text(record.topic)
      case 'p':
        return (record) => out.text(String(record.partition))
      case 'o':
        return (record) => out.text(String(record.offset))
      case 'T':
        return (record) => out.text(String(record.timestamp))
      case 'k':
        return (record) => writePart(out, record.key, view.keyAs, view.nullAs)
      case 'h':
        return (record) => writeHeaders(out, record)
      default:
        return (record) => writePart(out, record.value, view.valueAs, view.nullAs)
    }
  })
  return lineWriter((record) => {
    for (const step of steps) step(record)
  })
}

/** `name=value`, separated by commas. */
function writeHeaders(out: ByteWriter, record: RawRecord): void {
  record.headers.forEach((header, index) => {
    out.text(`${index > 0 ? ',' : ''}${header.key}=`)
    if (header.value !== null) out.bytes(header.value)
  })
}

function lineWriter(write: (record: RawRecord) => void): RecordWriter {
  return { begin: () => undefined, write, end: () => undefined }
}

/** One document, written as the records come: a stream of any length takes no memory. */
function jsonWriter(out: ByteWriter, view: RecordView): RecordWriter {
  let count = 0
  return {
    begin: () => out.text('{\n  "kind": "RecordList",\n  "items": ['),
    write: (record) => out.text(`${count++ === 0 ? '' : ','}\n    ${recordJson(record, view)}`),
    end: () => out.text(`${count === 0 ? '' : '\n  '}],\n  "warnings": []\n}\n`),
  }
}

/** As JSON: YAML takes flow mappings, so every record stays one line. */
function yamlWriter(out: ByteWriter, view: RecordView): RecordWriter {
  let count = 0
  return {
    begin: () => out.text('kind: RecordList\nitems:'),
    write: (record) => {
      count++
      out.text(`\n  - ${recordJson(record, view)}`)
    },
    end: () => out.text(`${count === 0 ? ' []' : ''}\nwarnings: []\n`),
  }
}

const TIMESTAMP_WIDTH = '2026-11-22T15:00:00.000Z'.length
const OFFSET_WIDTH = 10
const KEY_WIDTH = 20

/** Columns of fixed width, since what is still to come is not known. */
function tableWriter(out: ByteWriter, view: RecordView, topics: readonly string[]): RecordWriter {
  const topicWidth = Math.max('TOPIC'.length, ...topics.map((topic) => topic.length))
  const part = (bytes: Uint8Array | null, encoding: RecordView['keyAs']) => {
    if (bytes === null) return view.nullAs === '' ? '-' : view.nullAs
    return printable(asBuffer(bytes).toString(encoding === 'json' ? 'utf8' : encoding))
  }
  const row = (cells: readonly [topic: string, partition: string, offset: string, timestamp: string, key: string, value: string]) => {
    const [topic, partition, offset, timestamp, key, value] = cells
    const line = ` ${topic.padEnd(topicWidth)} ${partition.padStart(4)} ${offset.padStart(OFFSET_WIDTH)} ${timestamp.padEnd(TIMESTAMP_WIDTH)} ${key.padEnd(KEY_WIDTH)} ${value}`
    out.text(`${line.trimEnd()}\n`)
  }
  return {
    begin: () => row(['TOPIC', 'PART', 'OFFSET', 'TIMESTAMP', 'KEY', view.isMetaOnly ? 'BYTES' : 'VALUE']),
    write: (record) => {
      const value = view.isMetaOnly ? String(record.value?.length ?? '-') : part(record.value, view.valueAs)
      row([record.topic, String(record.partition), String(record.offset), isoTime(record.timestamp), part(record.key, view.keyAs), value])
    },
    end: () => undefined,
  }
}

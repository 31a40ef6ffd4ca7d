import { jsonPart } from '../consume/encoding.ts'
import type { RawRecord } from '../consume/record-shape.ts'
import type { Listing } from '../output/listing.ts'
import { anyJson, int64, integer, isoTime, nullable, object, optional, type ShapeOf, text, time } from '../output/shape.ts'

const shape = object({
  topic: text(),
  partition: integer(),
  offset: int64(),
  position: text('done (before the committed offset), next (at it) or waiting'),
  timestamp: time(),
  key: nullable(anyJson('text, or as keyEncoding says')),
  keyEncoding: optional(text('base64; text without it')),
  value: nullable(anyJson('text, or as valueEncoding says')),
  valueEncoding: optional(text('base64; text without it')),
})
type PeekItem = ShapeOf<typeof shape>

/** A record and where it is to the group. */
export function peekItem(record: RawRecord, committed: number): PeekItem {
  const key = jsonPart(record.key, 'utf8')
  const value = jsonPart(record.value, 'utf8')
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    position: record.offset < committed ? 'done' : record.offset === committed ? 'next' : 'waiting',
    timestamp: record.timestamp,
    key: key.value,
    keyEncoding: key.encoding,
    value: value.value,
    valueEncoding: value.encoding,
  }
}

/** Records around a committed offset, one a line. */
export const peekListing: Listing<PeekItem> = {
  kind: 'GroupPeekList',
  item: shape,
  name: (item) => `${item.topic}/${item.partition}/${item.offset}`,
  columns: [
    { header: 'POSITION', value: (item) => (item.position === 'next' ? '> next' : `  ${item.position}`) },
    { header: 'OFFSET', value: (item) => item.offset, number: 'count' },
    { header: 'TIME', value: (item) => isoTime(item.timestamp) },
    { header: 'KEY', value: (item) => (item.key === null ? null : String(item.key)) },
    { header: 'VALUE', value: (item) => (item.value === null ? null : String(item.value)), isName: true },
  ],
}

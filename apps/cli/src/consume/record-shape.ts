import type { ConsumerRecord } from '@kafka-ts/client'
import type { Listing } from '../output/listing.ts'
import { anyJson, int64, integer, isoTime, list, nullable, object, optional, type ShapeOf, text, time } from '../output/shape.ts'
import { type Encoding, jsonPart } from './encoding.ts'

/** A record as the client gives it for a topic by its plain name. */
export type RawRecord = ConsumerRecord<string, Uint8Array, Uint8Array | null>

const partEncoding = optional(text('json, hex or base64; text without it'))

const shape = object({
  topic: text(),
  partition: integer(),
  offset: int64(),
  timestamp: time(),
  key: nullable(anyJson('text, or as keyEncoding says')),
  keyEncoding: partEncoding,
  value: optional(nullable(anyJson('text, or as valueEncoding says; not with --meta-only'))),
  valueEncoding: partEncoding,
  valueBytes: optional(nullable(integer('with --meta-only; null for a tombstone'))),
  headers: list(object({ key: text(), value: nullable(text()), valueEncoding: partEncoding })),
})

/** A record in JSON output. */
export type RecordItem = ShapeOf<typeof shape>

/** How records are shown. */
export interface RecordView {
  readonly keyAs: Encoding
  readonly valueAs: Encoding
  /** Instead of a null key or value, in text. */
  readonly nullAs: string
  readonly isMetaOnly: boolean
}

/** The shape of records, for `-o schema`; they are written one by one, not as a list. */
export const recordListing: Listing<RecordItem> = {
  kind: 'RecordList',
  item: shape,
  name: (item) => `${item.topic}/${item.partition}/${item.offset}`,
  columns: [],
}

/** The JSON text of a record, in one line. */
export function recordJson(record: RawRecord, view: RecordView): string {
  const key = jsonPart(record.key, view.keyAs)
  const value = view.isMetaOnly ? undefined : jsonPart(record.value, view.valueAs)
  return JSON.stringify({
    topic: record.topic,
    partition: record.partition,
    offset: String(record.offset),
    timestamp: isoTime(record.timestamp),
    key: key.value,
    keyEncoding: key.encoding,
    value: value?.value,
    valueEncoding: value?.encoding,
    valueBytes: view.isMetaOnly ? (record.value?.length ?? null) : undefined,
    headers: record.headers.map((header) => {
      const part = jsonPart(header.value, 'utf8')
      return { key: header.key, value: part.value, valueEncoding: part.encoding }
    }),
  })
}

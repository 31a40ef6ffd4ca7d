import type { Entry, RevisionBatch, WatchEvent } from '../metadata-store.ts'
import { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'

/**
 * What a frame says. A file begins with a snapshot (`snapshotStart`, `entries`..., `snapshotEnd`), after which come
 * `revisions`, and a `closed` where a process ended orderly.
 */
export type Payload =
  | { readonly kind: 'snapshotStart'; readonly revision: number }
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | { readonly kind: 'snapshotEnd'; readonly entryCount: number }
  | { readonly kind: 'revisions'; readonly batches: readonly RevisionBatch[] }
  | { readonly kind: 'closed' }

const KIND_CODES = { snapshotStart: 1, entries: 2, snapshotEnd: 3, revisions: 4, closed: 5 } as const
const EVENT_DELETE = 0
const EVENT_PUT = 1

export function writePayload(writer: ByteWriter, payload: Payload): void {
  writer.uint8(KIND_CODES[payload.kind])
  switch (payload.kind) {
    case 'snapshotStart':
      writer.uint64(payload.revision)
      break
    case 'entries':
      writeList(writer, payload.entries, writeEntry)
      break
    case 'snapshotEnd':
      writer.uint64(payload.entryCount)
      break
    case 'revisions':
      writeList(writer, payload.batches, writeBatch)
      break
    case 'closed':
      break
  }
}

/** Throws `RangeError` for what `writePayload` did not write. */
export function readPayload(bytes: Uint8Array): Payload {
  const reader = new ByteReader(bytes)
  const payload = readKnownPayload(reader)
  if (!reader.isAtEnd) throw new RangeError('bytes are left over')
  return payload
}

function readKnownPayload(reader: ByteReader): Payload {
  const code = reader.uint8()
  switch (code) {
    case KIND_CODES.snapshotStart:
      return { kind: 'snapshotStart', revision: reader.uint64() }
    case KIND_CODES.entries:
      return { kind: 'entries', entries: readList(reader, readEntry) }
    case KIND_CODES.snapshotEnd:
      return { kind: 'snapshotEnd', entryCount: reader.uint64() }
    case KIND_CODES.revisions:
      return { kind: 'revisions', batches: readList(reader, readBatch) }
    case KIND_CODES.closed:
      return { kind: 'closed' }
    default:
      throw new RangeError(`unknown frame kind ${code}`)
  }
}

function writeBatch(writer: ByteWriter, batch: RevisionBatch): void {
  writer.uint64(batch.revision)
  writeList(writer, batch.events, writeEvent)
}

function readBatch(reader: ByteReader): RevisionBatch {
  return { revision: reader.uint64(), events: readList(reader, readEvent) }
}

function writeEvent(writer: ByteWriter, event: WatchEvent): void {
  if (event.type === 'put') {
    writer.uint8(EVENT_PUT)
    writeEntry(writer, event.entry)
  } else {
    writer.uint8(EVENT_DELETE)
    writer.string(event.key)
  }
}

function readEvent(reader: ByteReader): WatchEvent {
  const code = reader.uint8()
  if (code === EVENT_PUT) return { type: 'put', entry: readEntry(reader) }
  if (code === EVENT_DELETE) return { type: 'delete', key: reader.string() }
  throw new RangeError(`unknown event ${code}`)
}

function writeEntry(writer: ByteWriter, entry: Entry): void {
  writer.string(entry.key)
  writer.uint64(entry.createRevision)
  writer.uint64(entry.modRevision)
  writer.uint64(entry.version)
  writer.uint64(entry.leaseId)
  writer.bytes(entry.value)
}

function readEntry(reader: ByteReader): Entry {
  return {
    key: reader.string(),
    createRevision: reader.uint64(),
    modRevision: reader.uint64(),
    version: reader.uint64(),
    leaseId: reader.uint64(),
    value: reader.bytes(),
  }
}

function writeList<T>(writer: ByteWriter, list: readonly T[], write: (writer: ByteWriter, item: T) => void): void {
  writer.uint32(list.length)
  for (const item of list) write(writer, item)
}

function readList<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
  const list: T[] = []
  for (let left = reader.uint32(); left > 0; left--) list.push(read(reader))
  return list
}

/**
 * The bytes of a journal file, all integers big-endian. It opens with a header:
 *
 * ```
 *  at size field
 *   0    4 magic "KTSJ"
 *   4    4 format version
 *   8    8 sequence: rises with each use of a file, over all files
 *  16    8 nonce: random, tells the entries of this use from what an earlier use left behind
 *  24    4 CRC-32C of bytes 0 to 24
 * ```
 *
 * Entries follow from byte 64, one after the other:
 *
 * ```
 *   0    4 CRC-32C of bytes 4 to 48 and the topic, then of the header checksum (u32) of each batch
 *   4    4 payload length
 *   8    8 nonce of the file
 *  16    1 kind: 1 append, 2 truncate, 3 remove, 4 end of the file (the next file continues)
 *  17    1 length of the topic
 *  18    2 zero
 *  20    4 partition
 *  24    8 offset: the base offset of the payload, or where to truncate
 *  32   16 topic id
 *  48      topic (ASCII), then the payload: whole batches, whose own CRCs cover the rest of them
 * ```
 */
import { Buffer } from 'node:buffer'
import { crc32c, readInt64, readUint32, writeInt32, writeInt64 } from '@kafka-ts/protocol/records'
import type { StoredBatch } from './stored-batch.ts'
import type { TopicPartitionId } from './topic-partition-id.ts'

export const JOURNAL_HEADER_BYTES = 64
export const ENTRY_HEADER_BYTES = 48
export const NONCE_BYTES = 8

const MAGIC = 0x4b54534a
const FORMAT = 1
const HEADER_CRC_AT = 24
const PAYLOAD_BYTES_AT = 4
const NONCE_AT = 8
const KIND_AT = 16
const TOPIC_BYTES_AT = 17
const PARTITION_AT = 20
const OFFSET_AT = 24
const TOPIC_ID_AT = 32

export type JournalEntryKind = 'append' | 'truncate' | 'remove' | 'end'

const KIND_NUMBERS: Readonly<Record<JournalEntryKind, number>> = { append: 1, truncate: 2, remove: 3, end: 4 }
const KINDS: readonly (JournalEntryKind | undefined)[] = [undefined, 'append', 'truncate', 'remove', 'end']

/** What identifies one use of a journal file. */
export interface JournalFileHeader {
  readonly sequence: number
  readonly nonce: Uint8Array
}

export interface JournalEntryHeader {
  readonly kind: JournalEntryKind
  readonly id: TopicPartitionId
  readonly offset: number
  readonly payloadBytes: number
  /** Header and topic: where the payload begins. */
  readonly headerBytes: number
  readonly crc: number
}

export function encodeFileHeader(header: JournalFileHeader): Uint8Array {
  const bytes = new Uint8Array(JOURNAL_HEADER_BYTES)
  writeInt32(bytes, 0, MAGIC)
  writeInt32(bytes, 4, FORMAT)
  writeInt64(bytes, 8, header.sequence)
  bytes.set(header.nonce, 16)
  writeInt32(bytes, HEADER_CRC_AT, crc32c(bytes, 0, HEADER_CRC_AT))
  return bytes
}

/** undefined when the file is not in use: never, or not any more. */
export function decodeFileHeader(bytes: Uint8Array): JournalFileHeader | undefined {
  if (bytes.length < JOURNAL_HEADER_BYTES || readUint32(bytes, 0) !== MAGIC || readUint32(bytes, 4) !== FORMAT) return undefined
  if (readUint32(bytes, HEADER_CRC_AT) !== crc32c(bytes, 0, HEADER_CRC_AT)) return undefined
  return { sequence: readInt64(bytes, 8), nonce: bytes.slice(16, 16 + NONCE_BYTES) }
}

/** The header of entries of one log, all but the fields that differ from entry to entry. */
export function entryTemplate(id: TopicPartitionId): Uint8Array {
  const topic = Buffer.from(id.topic)
  const bytes = new Uint8Array(ENTRY_HEADER_BYTES + topic.length)
  bytes[TOPIC_BYTES_AT] = topic.length
  writeInt32(bytes, PARTITION_AT, id.partition)
  bytes.set(id.topicId, TOPIC_ID_AT)
  bytes.set(topic, ENTRY_HEADER_BYTES)
  return bytes
}

export interface EntryFields {
  readonly kind: JournalEntryKind
  readonly nonce: Uint8Array
  readonly offset: number
  readonly payloadBytes: number
}

/** Writes an entry header from its template to `at`, for the batches given; returns its bytes. */
export function encodeEntryHeader(
  target: Uint8Array,
  at: number,
  entry: { readonly template: Uint8Array; readonly fields: EntryFields; readonly batches: readonly StoredBatch[] },
): number {
  const { template, fields, batches } = entry
  target.set(template, at)
  writeInt32(target, at + PAYLOAD_BYTES_AT, fields.payloadBytes)
  target.set(fields.nonce, at + NONCE_AT)
  target[at + KIND_AT] = KIND_NUMBERS[fields.kind]
  writeInt64(target, at + OFFSET_AT, fields.offset)
  let crc = crc32c(target, at + PAYLOAD_BYTES_AT, at + template.length)
  for (const batch of batches) crc = addChecksum(crc, batch.headerChecksum)
  writeInt32(target, at, crc)
  return template.length
}

/** The header of one entry of a log, topic included: what goes before the bytes of its batches. */
export function encodeJournalEntry(id: TopicPartitionId, fields: EntryFields, batches: readonly StoredBatch[]): Uint8Array {
  const template = entryTemplate(id)
  const bytes = new Uint8Array(template.length)
  encodeEntryHeader(bytes, 0, { template, fields, batches })
  return bytes
}

/** Reads an entry header at `at` of a file's content; undefined when there is none of this use of the file. */
export function decodeEntryHeader(content: Uint8Array, at: number, nonce: Uint8Array): JournalEntryHeader | undefined {
  if (at + ENTRY_HEADER_BYTES > content.length) return undefined
  for (let index = 0; index < NONCE_BYTES; index++) if (content[at + NONCE_AT + index] !== nonce[index]) return undefined
  const kind = KINDS[content[at + KIND_AT]!]
  const headerBytes = ENTRY_HEADER_BYTES + content[at + TOPIC_BYTES_AT]!
  const payloadBytes = readUint32(content, at + PAYLOAD_BYTES_AT)
  if (kind === undefined || at + headerBytes + payloadBytes > content.length) return undefined
  const topic = Buffer.from(content.buffer, content.byteOffset + at + ENTRY_HEADER_BYTES, headerBytes - ENTRY_HEADER_BYTES).toString(
    'latin1',
  )
  return {
    kind,
    id: { topic, topicId: content.slice(at + TOPIC_ID_AT, at + TOPIC_ID_AT + 16), partition: readUint32(content, at + PARTITION_AT) },
    offset: readInt64(content, at + OFFSET_AT),
    payloadBytes,
    headerBytes,
    crc: readUint32(content, at),
  }
}

/** The CRC that an entry at `at` should carry, given the header checksums of its batches. */
export function entryCrc(content: Uint8Array, at: number, headerBytes: number, batches: readonly StoredBatch[]): number {
  let crc = crc32c(content, at + PAYLOAD_BYTES_AT, at + headerBytes)
  for (const batch of batches) crc = addChecksum(crc, batch.headerChecksum)
  return crc
}

const checksumBytes = new Uint8Array(4)

function addChecksum(crc: number, checksum: number): number {
  writeInt32(checksumBytes, 0, checksum)
  return crc32c(checksumBytes, 0, checksumBytes.length, crc)
}

import { basename } from 'node:path'
import type { Compression, Disk } from '@kafka-ts/io'
import { type BatchHeader, codecOf, openBatch, readBatchHeader, readInt64, readUint32 } from '@kafka-ts/protocol/records'
import { readFileSync, readTextFileSync } from '../atomic-file.ts'
import { MAX_BATCH_BYTES } from '../batch-scanner.ts'
import { parseCheckpoint } from '../checkpoint-file.ts'
import { HEADER_CHECKSUM_ENTRY_BYTES } from '../header-checksums.ts'
import { OFFSET_INDEX_ENTRY_BYTES } from '../offset-index.ts'
import { decodeProducerSnapshot } from '../producer-snapshot.ts'
import { StorageError } from '../storage-error.ts'
import { TIME_INDEX_ENTRY_BYTES } from '../time-index.ts'
import { walkLog } from './walk-log.ts'

/** One thing that a file holds, in the order in which it does. */
export type DumpedItem =
  | ({ readonly kind: 'batch'; readonly position: number; readonly codec: string } & BatchHeader)
  | {
      readonly kind: 'record'
      readonly offset: number
      readonly timestamp: number
      readonly key: Uint8Array | null
      readonly value: Uint8Array | null
      readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[]
    }
  | { readonly kind: 'damage'; readonly position: number; readonly end: number; readonly problem: string }
  | { readonly kind: 'offset index entry'; readonly offset: number; readonly position: number }
  | { readonly kind: 'time index entry'; readonly timestamp: number; readonly offset: number }
  | { readonly kind: 'header checksum'; readonly position: number; readonly checksum: number }
  | { readonly kind: 'producer'; readonly producerId: number; readonly idleMs: number; readonly runs: readonly object[] }
  | { readonly kind: 'checkpoint row'; readonly fields: readonly string[] }

export interface DumpFileOptions {
  readonly disk: Disk
  readonly compression: Compression
  readonly path: string
  /** Also the records of each batch. */
  readonly withRecords: boolean
}

/**
 * What a file of a data directory holds, told by its name: `.log`, `.index`, `.timeindex`, `.headers`, `.snapshot` or `...-checkpoint`. Rejects with
 * `StorageError` `CORRUPT` for a file that is none of these, or a snapshot or checkpoint that is damaged, and with `DiskError`.
 */
export async function* dumpFile(options: DumpFileOptions): AsyncGenerator<DumpedItem> {
  const { disk, path } = options
  const name = basename(path)
  const baseOffset = Number(name.slice(0, name.indexOf('.')))
  if (name.endsWith('.log')) yield* dumpLog(options)
  else if (name.endsWith('-checkpoint')) yield* dumpCheckpoint(disk, path)
  else if (name.endsWith('.snapshot')) yield* dumpSnapshot(disk, path)
  else if (name.endsWith('.timeindex')) yield* dumpTimeIndex(readFileSync(disk, path), baseOffset)
  else if (name.endsWith('.index')) yield* dumpOffsetIndex(readFileSync(disk, path), baseOffset)
  else if (name.endsWith('.headers')) yield* dumpHeaderChecksums(readFileSync(disk, path))
  else throw new StorageError('CORRUPT', `${path} is no .log, .index, .timeindex, .headers, .snapshot or checkpoint file.`)
}

async function* dumpLog({ disk, compression, path, withRecords }: DumpFileOptions): AsyncGenerator<DumpedItem> {
  const file = disk.openSync(path, 'read')
  try {
    for await (const stretch of walkLog(file)) {
      const { position } = stretch
      if (stretch.kind === 'damage') {
        yield { kind: 'damage', position, end: stretch.end, problem: stretch.problem }
        continue
      }
      const { bytes } = stretch.batch
      const header = readBatchHeader(bytes, 0)
      yield { kind: 'batch', position, codec: codecOf(header.attributes), ...header }
      if (withRecords) yield* dumpRecords(Uint8Array.from(bytes), compression)
    }
  } finally {
    file.closeSync()
  }
}

async function* dumpRecords(batch: Uint8Array, compression: Compression): AsyncGenerator<DumpedItem> {
  const reader = await openBatch(batch, 0, { door: compression, maxOutputBytes: MAX_BATCH_BYTES })
  while (reader.next()) {
    const { offset, timestamp } = reader
    yield { kind: 'record', offset, timestamp, key: reader.keyBytes(), value: reader.valueBytes(), headers: reader.headers() }
  }
}

function* dumpOffsetIndex(bytes: Uint8Array, baseOffset: number): Generator<DumpedItem> {
  for (let at = 0; at + OFFSET_INDEX_ENTRY_BYTES <= bytes.length; at += OFFSET_INDEX_ENTRY_BYTES) {
    yield { kind: 'offset index entry', offset: baseOffset + readUint32(bytes, at), position: readUint32(bytes, at + 4) }
  }
}

function* dumpTimeIndex(bytes: Uint8Array, baseOffset: number): Generator<DumpedItem> {
  for (let at = 0; at + TIME_INDEX_ENTRY_BYTES <= bytes.length; at += TIME_INDEX_ENTRY_BYTES) {
    yield { kind: 'time index entry', timestamp: readInt64(bytes, at), offset: baseOffset + readUint32(bytes, at + 8) }
  }
}

function* dumpHeaderChecksums(bytes: Uint8Array): Generator<DumpedItem> {
  for (let at = 0; at + HEADER_CHECKSUM_ENTRY_BYTES <= bytes.length; at += HEADER_CHECKSUM_ENTRY_BYTES) {
    yield { kind: 'header checksum', position: readUint32(bytes, at), checksum: readUint32(bytes, at + 4) }
  }
}

function* dumpSnapshot(disk: Disk, path: string): Generator<DumpedItem> {
  const snapshot = decodeProducerSnapshot(readFileSync(disk, path))
  if (snapshot === undefined) throw new StorageError('CORRUPT', `${path} does not pass its CRC.`)
  for (const { producerId, idleMs, runs } of snapshot.producers) yield { kind: 'producer', producerId, idleMs, runs }
}

function* dumpCheckpoint(disk: Disk, path: string): Generator<DumpedItem> {
  const rows = parseCheckpoint(readTextFileSync(disk, path) ?? '')
  if (rows === undefined) throw new StorageError('CORRUPT', `${path} is no checkpoint file, or damaged.`)
  for (const fields of rows) yield { kind: 'checkpoint row', fields }
}

import type { Disk, DiskFile } from '@kafka-ts/io'
import { FIRST_REVISION, KeySpace } from '../key-space.ts'
import { MetadataError } from '../metadata-error.ts'
import type { Entry } from '../metadata-store.ts'
import { encodeFrame, findFrameAfter, readFrame } from './frame.ts'
import { type Payload, readPayload, writePayload } from './payload.ts'

/** The file starts with 4 bytes `KTSM` and the format as u32; frames follow. */
const MAGIC = 0x4b54534d
const FORMAT = 1
const FILE_HEADER_BYTES = 8
const FILE_NAME = 'metadata.log'
const TEMPORARY_FILE_NAME = 'metadata.log.tmp'
/** Entries in one frame of a snapshot. */
const SNAPSHOT_FRAME_ENTRIES = 256

export interface LoadedStore {
  readonly keySpace: KeySpace
  /** The file ends where a process ended it; else its end may be torn, or in the page cache only. */
  readonly isClean: boolean
  /** Bytes up to the end of the last whole frame. */
  readonly sizeBytes: number
}

/** What the file in `directory` holds; undefined when there is none. Throws `CORRUPT` for damage that is not a torn end. */
export function loadStore(disk: Disk, directory: string): LoadedStore | undefined {
  discardSnapshot(disk, directory)
  const path = `${directory}/${FILE_NAME}`
  if (disk.statSync(path) === undefined) return undefined
  const bytes = readWholeFile(disk, path)
  ensureHeader(bytes, path)
  const frames = readFrames(bytes, path)
  const [keySpace, lastKind] = replay(frames, path)
  const sizeBytes = frames.at(-1)?.end ?? FILE_HEADER_BYTES
  return { keySpace, isClean: lastKind === 'closed' && sizeBytes === bytes.length, sizeBytes }
}

/** Opens the file that `loadStore` read or `writeSnapshot` wrote, to append to it. */
export function openStoreFile(disk: Disk, directory: string): DiskFile {
  return disk.openSync(`${directory}/${FILE_NAME}`, 'readWrite')
}

/** Replaces the file by one that holds the state at `revision` only. A crash leaves either the old file or the new one. */
export async function writeSnapshot(disk: Disk, directory: string, state: SnapshotState): Promise<{ readonly sizeBytes: number }> {
  const snapshot = await prepareSnapshot(disk, directory, state)
  await installSnapshot(disk, directory)
  return snapshot
}

export interface SnapshotState {
  readonly keySpace: KeySpace
  readonly revision: number
}

/** Writes the new file under another name, and makes it durable there. Nothing that counts has changed yet. */
export async function prepareSnapshot(disk: Disk, directory: string, state: SnapshotState): Promise<{ readonly sizeBytes: number }> {
  const temporaryPath = `${directory}/${TEMPORARY_FILE_NAME}`
  const file = disk.openSync(temporaryPath, 'create')
  let position = FILE_HEADER_BYTES
  try {
    file.truncateSync(0)
    file.writeSync([fileHeader()], 0)
    for (const payload of snapshotPayloads(state.keySpace, state.revision)) {
      const frame = encodeFrame(position, (writer) => writePayload(writer, payload))
      await file.write([frame], position)
      position += frame.length
    }
    await file.sync()
  } finally {
    file.closeSync()
  }
  return { sizeBytes: position }
}

/** Puts what `prepareSnapshot` wrote in the place of the file. After a failure either may be there after a crash. */
export async function installSnapshot(disk: Disk, directory: string): Promise<void> {
  disk.renameSync(`${directory}/${TEMPORARY_FILE_NAME}`, `${directory}/${FILE_NAME}`)
  await disk.syncDirectory(directory)
}

/** Removes what `prepareSnapshot` left unfinished. */
export function discardSnapshot(disk: Disk, directory: string): void {
  disk.removeSync(`${directory}/${TEMPORARY_FILE_NAME}`)
}

function* snapshotPayloads(keySpace: KeySpace, revision: number): Iterable<Payload> {
  yield { kind: 'snapshotStart', revision }
  let entryCount = 0
  let startAfter = ''
  for (let hasMore = true; hasMore; ) {
    const page = keySpace.range('', { revision, startAfter, limit: SNAPSHOT_FRAME_ENTRIES })
    yield { kind: 'entries', entries: page.entries }
    entryCount += page.entries.length
    startAfter = page.entries.at(-1)?.key ?? ''
    hasMore = page.hasMore
  }
  yield { kind: 'snapshotEnd', entryCount }
}

function readWholeFile(disk: Disk, path: string): Buffer {
  const file = disk.openSync(path, 'read')
  try {
    const bytes = Buffer.allocUnsafe(file.sizeSync())
    return bytes.subarray(0, file.readSync(bytes, 0))
  } finally {
    file.closeSync()
  }
}

function fileHeader(): Buffer {
  const header = Buffer.allocUnsafe(FILE_HEADER_BYTES)
  header.writeUInt32BE(MAGIC, 0)
  header.writeUInt32BE(FORMAT, 4)
  return header
}

function ensureHeader(bytes: Buffer, path: string): void {
  if (bytes.length < FILE_HEADER_BYTES || bytes.readUInt32BE(0) !== MAGIC) throw corrupt(path, 0, 'this is not a metadata log')
  const format = bytes.readUInt32BE(4)
  if (format === FORMAT) return
  throw new MetadataError(
    'UNSUPPORTED_FORMAT',
    `${path} has format ${format}; this version reads format ${FORMAT} only: use a newer version`,
  )
}

interface ReadFrame {
  readonly position: number
  readonly end: number
  readonly payload: Payload
}

/** All whole frames. What comes after them must be a torn end: one frame at most was being written, so no whole one can follow. */
function readFrames(bytes: Buffer, path: string): ReadFrame[] {
  const frames: ReadFrame[] = []
  let position = FILE_HEADER_BYTES
  for (let frame = readFrame(bytes, position); frame !== undefined; frame = readFrame(bytes, position)) {
    frames.push({ position, end: frame.end, payload: decodePayload(frame.payload, path, position) })
    position = frame.end
  }
  const following = findFrameAfter(bytes, position)
  if (following !== undefined)
    throw corrupt(path, position, `what follows from position ${following} on is whole, so this is not a torn end`)
  return frames
}

function decodePayload(bytes: Uint8Array, path: string, position: number): Payload {
  try {
    return readPayload(bytes)
  } catch (cause) {
    throw corrupt(path, position, 'the checksum holds, but the content makes no sense', cause)
  }
}

/** The state that the frames lead to, and the kind of the last one. */
function replay(frames: readonly ReadFrame[], path: string): [KeySpace, Payload['kind']] {
  const entries: Entry[] = []
  let revision = FIRST_REVISION
  let keySpace: KeySpace | undefined
  for (const { payload, position } of frames) {
    if (payload.kind === 'snapshotStart') revision = payload.revision
    else if (payload.kind === 'entries') entries.push(...payload.entries)
    else if (payload.kind === 'snapshotEnd') {
      if (entries.length !== payload.entryCount) throw corrupt(path, position, `${payload.entryCount} entries were written`)
      keySpace = new KeySpace(revision, entries)
    } else if (payload.kind === 'revisions') {
      for (const batch of payload.batches) {
        if (keySpace?.revision !== batch.revision - 1) throw corrupt(path, position, `revision ${batch.revision} does not follow`)
        keySpace.apply(batch)
      }
    }
  }
  // A snapshot is durable before the file has its name: it cannot be torn.
  const last = frames.at(-1)
  if (keySpace === undefined || last === undefined) throw corrupt(path, last?.end ?? FILE_HEADER_BYTES, 'the snapshot is incomplete')
  return [keySpace, last.payload.kind]
}

function corrupt(path: string, position: number, reason: string, cause?: unknown): MetadataError {
  const message = `the metadata log ${path} is damaged at position ${position}: ${reason}. Nothing was changed; restore the file from a copy`
  return new MetadataError('CORRUPT', message, { cause })
}

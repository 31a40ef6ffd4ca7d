import type { Disk, DiskFile } from '@kafka-ts/io'
import { batchBytesOf, LOG_OVERHEAD, readUint32 } from '@kafka-ts/protocol/records'
import { HEADER_CHECKSUM_ENTRY_BYTES } from './header-checksums.ts'
import type { SegmentFiles } from './segment-files.ts'
import { SegmentIndexes } from './segment-indexes.ts'

/** Reads the index files of a segment as they are; a missing one counts as empty. */
export async function loadIndexes(disk: Disk, files: SegmentFiles, baseOffset: number): Promise<SegmentIndexes> {
  const indexes = new SegmentIndexes(baseOffset)
  indexes.offsetIndex.table.load(await readWhole(disk, files.offsetIndex))
  indexes.timeIndex.table.load(await readWhole(disk, files.timeIndex))
  const checksumBytes = disk.statSync(files.headerChecksums)?.size ?? 0
  const checksums = indexes.headerChecksums.table
  checksums.continueFile(Math.floor(checksumBytes / HEADER_CHECKSUM_ENTRY_BYTES), checksumBytes % HEADER_CHECKSUM_ENTRY_BYTES !== 0)
  return indexes
}

/** Whether each index has its file; an empty table has one, too, once the segment was flushed. */
export function areIndexFilesThere(disk: Disk, files: SegmentFiles): boolean {
  return [files.offsetIndex, files.timeIndex, files.headerChecksums].every((path) => disk.statSync(path) !== undefined)
}

export interface IndexCheckOptions {
  readonly file: DiskFile
  readonly checksumFile: DiskFile | undefined
  readonly areFilesThere: boolean
}

/** Whether the loaded indexes cover every batch before `position`, where a batch begins. */
export async function isWholeBelow(indexes: SegmentIndexes, options: IndexCheckOptions & { readonly position: number }): Promise<boolean> {
  if (!options.areFilesThere || !indexes.timeIndex.isSane()) return false
  const count = await indexes.headerChecksums.countBefore(options.position, options.checksumFile)
  return (await endOfBatch(count - 1, options))?.end === options.position
}

/**
 * Whether the loaded indexes of a segment that is no longer written to cover all of it: whole and rising entries, header
 * checksums up to the last batch, and index entries up to one interval before it.
 */
export async function isComplete(
  indexes: SegmentIndexes,
  options: IndexCheckOptions & { readonly sizeBytes: number; readonly indexIntervalBytes: number },
): Promise<boolean> {
  const { sizeBytes, indexIntervalBytes } = options
  if (sizeBytes === 0) return true
  if (!options.areFilesThere || indexes.isDirty || !indexes.offsetIndex.isSane(sizeBytes) || !indexes.timeIndex.isSane()) return false
  const last = await endOfBatch(indexes.headerChecksums.table.count - 1, options)
  return last?.end === sizeBytes && last.start - (indexes.offsetIndex.lastPosition ?? 0) <= indexIntervalBytes
}

/** Where the batch with the header checksum `index` begins and ends; undefined when the files do not say. */
async function endOfBatch(
  index: number,
  { file, checksumFile }: IndexCheckOptions,
): Promise<{ readonly start: number; readonly end: number } | undefined> {
  if (checksumFile === undefined || index < 0) return undefined
  const entry = new Uint8Array(HEADER_CHECKSUM_ENTRY_BYTES)
  if ((await checksumFile.read(entry, index * HEADER_CHECKSUM_ENTRY_BYTES)) < entry.length) return undefined
  const start = readUint32(entry, 0)
  const frame = new Uint8Array(LOG_OVERHEAD)
  if ((await file.read(frame, start)) < frame.length) return undefined
  return { start, end: start + batchBytesOf(frame, 0) }
}

async function readWhole(disk: Disk, path: string): Promise<Uint8Array> {
  if (disk.statSync(path) === undefined) return new Uint8Array(0)
  const file = disk.openSync(path, 'read')
  try {
    const bytes = new Uint8Array(file.sizeSync())
    return bytes.subarray(0, await file.read(bytes, 0))
  } finally {
    file.closeSync()
  }
}

import type { Disk, DiskFile } from '@kafka-ts/io'
import { batchBytesOf, LOG_OVERHEAD } from '@kafka-ts/protocol/records'
import { readUint32 } from './big-endian.ts'
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

export interface CompletenessOptions {
  readonly file: DiskFile
  readonly sizeBytes: number
  readonly checksumFile: DiskFile | undefined
  readonly indexIntervalBytes: number
}

/**
 * Whether the loaded indexes of a segment that is no longer written to cover all of it: whole and rising entries, header
 * checksums up to the last batch, and index entries up to one interval before it.
 */
export async function isComplete(indexes: SegmentIndexes, options: CompletenessOptions): Promise<boolean> {
  const { file, sizeBytes, checksumFile } = options
  if (indexes.isDirty || !indexes.offsetIndex.isSane(sizeBytes) || !indexes.timeIndex.isSane()) return false
  if (sizeBytes === 0) return true
  const count = indexes.headerChecksums.table.count
  if (checksumFile === undefined || count === 0) return false
  const entry = new Uint8Array(HEADER_CHECKSUM_ENTRY_BYTES)
  if ((await checksumFile.read(entry, (count - 1) * HEADER_CHECKSUM_ENTRY_BYTES)) < entry.length) return false
  const lastBatchAt = readUint32(entry, 0)
  const frame = new Uint8Array(LOG_OVERHEAD)
  if ((await file.read(frame, lastBatchAt)) < frame.length || lastBatchAt + batchBytesOf(frame, 0) !== sizeBytes) return false
  return lastBatchAt - (indexes.offsetIndex.lastPosition ?? 0) <= options.indexIntervalBytes
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

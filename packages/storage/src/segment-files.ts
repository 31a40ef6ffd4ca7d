import { join } from 'node:path'
import type { Disk } from '@kafka-ts/io'

const DELETED_SUFFIX = '.deleted'
/** Of the files of a cleaned segment while they are written; a start removes them. */
export const CLEANED_SUFFIX = '.cleaned'
/** Of the files of a cleaned segment that is about to take the place of others; a start goes on with it. */
export const SWAP_SUFFIX = '.swap'
const LOG_FILE = /^(\d{20})\.log$/

/** The paths of the files of one segment. */
export interface SegmentFiles {
  readonly log: string
  readonly offsetIndex: string
  readonly timeIndex: string
  readonly headerChecksums: string
}

/** Kafka's file names: the base offset in 20 digits, then what the file holds. */
export function segmentFiles(directory: string, baseOffset: number): SegmentFiles {
  const stem = join(directory, String(baseOffset).padStart(20, '0'))
  return { log: `${stem}.log`, offsetIndex: `${stem}.index`, timeIndex: `${stem}.timeindex`, headerChecksums: `${stem}.headers` }
}

/** The same files under names that end with `suffix`. */
export function suffixed(files: SegmentFiles, suffix: string): SegmentFiles {
  return {
    log: files.log + suffix,
    offsetIndex: files.offsetIndex + suffix,
    timeIndex: files.timeIndex + suffix,
    headerChecksums: files.headerChecksums + suffix,
  }
}

/** Renames those files that are there, the log file last: what has a log file is a segment, and without its indexes it is merely rebuilt. */
export function renameSegmentFiles(disk: Disk, from: SegmentFiles, to: SegmentFiles): void {
  for (const file of ['offsetIndex', 'timeIndex', 'headerChecksums', 'log'] as const) {
    if (disk.statSync(from[file]) !== undefined) disk.renameSync(from[file], to[file])
  }
}

/** The names of the files of a replaced segment; `number` is used once, so that two that were replaced one after the other do not meet. */
export function replacedFiles(files: SegmentFiles, number: number): SegmentFiles {
  return suffixed(files, `.${number}${DELETED_SUFFIX}`)
}

/** All four paths. */
export function pathsOf(files: SegmentFiles): string[] {
  return [files.offsetIndex, files.timeIndex, files.headerChecksums, files.log]
}

/** The base offset in the name of a file of a segment that is being swapped in. */
export function parseSwapFileName(name: string): number | undefined {
  return name.endsWith(`.log${SWAP_SUFFIX}`) ? parseLogFileName(name.slice(0, -SWAP_SUFFIX.length)) : undefined
}

/** The base offset in the name of a log file; undefined for any other name. */
export function parseLogFileName(name: string): number | undefined {
  const digits = LOG_FILE.exec(name)?.[1]
  return digits !== undefined && Number.isSafeInteger(Number(digits)) ? Number(digits) : undefined
}

/** Whether `name` is a file whose segment was deleted, but which is still there for its readers. */
export function isDeletedSegmentFile(name: string): boolean {
  return name.endsWith(DELETED_SUFFIX)
}

/** Renames the files of a segment so that no one takes them for part of the log; returns the new paths. */
export function markSegmentDeleted(disk: Disk, files: SegmentFiles): string[] {
  const marked: string[] = []
  // The log file goes last: as long as it has its name the segment exists, and without its indexes it is merely rebuilt.
  for (const path of [files.offsetIndex, files.timeIndex, files.headerChecksums, files.log]) {
    if (disk.statSync(path) === undefined) continue
    disk.renameSync(path, path + DELETED_SUFFIX)
    marked.push(path + DELETED_SUFFIX)
  }
  return marked
}

/** Removes the files of a segment at once. */
export function removeSegmentFiles(disk: Disk, files: SegmentFiles): void {
  for (const path of [files.log, files.offsetIndex, files.timeIndex, files.headerChecksums]) disk.removeSync(path)
}

import { type Disk, DiskError } from '@kafka-ts/io'
import type { Segment } from '../segment.ts'
import {
  pathsOf,
  removeSegmentFiles,
  renameSegmentFiles,
  replacedFiles,
  type SegmentFiles,
  SWAP_SUFFIX,
  segmentFiles,
  suffixed,
} from '../segment-files.ts'
import { isDiskFull } from '../storage-error.ts'

/**
 * How a cleaned segment takes the place of others, so that a crash at any step leaves a whole log. Names of one directory change in an order
 * that only its syncs make certain.
 *
 * 1. `N.log.cleaned` and its indexes are written and synced. A start removes what is called so.
 * 2. They are renamed to `.swap`, the directory is synced. From here on a start finishes the rest: `recover-swaps.ts`.
 * 3. The replaced segments are renamed to `.deleted`, the directory is synced: none of them can come back beside the new one.
 * 4. The new one gets its name, the directory is synced.
 */

/** A segment whose files are whole and synced, but not part of the log yet. */
export interface CleanedSegment {
  readonly baseOffset: number
  /** Behind its last batch; what it replaces ends there, too. */
  readonly endOffset: number
  readonly sizeBytes: number
  readonly files: SegmentFiles
}

/** Step 2. Durable when it resolves, with the files as they are called now; when it rejects nothing of the cleaned segment is left. */
export async function offerSwap(disk: Disk, directory: string, cleaned: CleanedSegment): Promise<SegmentFiles> {
  const files = suffixed(segmentFiles(directory, cleaned.baseOffset), SWAP_SUFFIX)
  try {
    renameSegmentFiles(disk, cleaned.files, files)
    await disk.syncDirectory(directory)
    return files
  } catch (error) {
    removeSegmentFiles(disk, cleaned.files)
    removeSegmentFiles(disk, files)
    throw error
  }
}

/**
 * Steps 3 and 4, of which the first part happens before this returns: readers find the segments under their new names at any time. Resolves with
 * the files of the replaced segments, which nobody needs once their readers are done. Rejects with `DiskError`, never for a full disk: the swap
 * cannot be undone, and so the directory goes offline.
 */
export async function takePlace(
  segment: Segment,
  old: readonly Segment[],
  options: { readonly disk: Disk; readonly directory: string; readonly number: number },
): Promise<string[]> {
  const { disk, directory, number } = options
  const replaced: string[] = []
  try {
    for (const each of old) {
      const files = replacedFiles(each.files, number)
      renameSegmentFiles(disk, each.files, files)
      each.moveTo(files)
      replaced.push(...pathsOf(files))
    }
    await disk.syncDirectory(directory)
    const files = segmentFiles(directory, segment.baseOffset)
    renameSegmentFiles(disk, segment.files, files)
    segment.moveTo(files)
    await disk.syncDirectory(directory)
  } catch (error) {
    throw isDiskFull(error) ? new DiskError('EIO', { path: segment.files.log, operation: 'swap', cause: error }) : error
  }
  return replaced
}

import { join } from 'node:path'
import type { Disk, DiskFile } from '@kafka-ts/io'
import { scanBatches } from '../batch-scanner.ts'
import type { LogDamage } from '../log-listener.ts'
import {
  CLEANED_SUFFIX,
  parseLogFileName,
  parseSwapFileName,
  removeSegmentFiles,
  renameSegmentFiles,
  SWAP_SUFFIX,
  segmentFiles,
  suffixed,
} from '../segment-files.ts'

const NO_LEADER_EPOCH = -1

/**
 * Finishes at a start what a crash interrupted (`segment-swap.ts` has the steps): a `.swap` takes the place of the segments it covers, a
 * `.cleaned` goes. Resolves with damage when a `.swap` is not whole: it was synced before it got that name, so then nothing is changed and
 * somebody has to look. Rejects with `DiskError`.
 */
export async function recoverSwaps(disk: Disk, directory: string): Promise<LogDamage | undefined> {
  const names = disk.listSync(directory)
  for (const name of names) if (name.endsWith(CLEANED_SUFFIX)) disk.removeSync(join(directory, name))
  for (const name of names) {
    const baseOffset = parseSwapFileName(name)
    const damage = baseOffset === undefined ? undefined : await finishSwap(disk, directory, baseOffset)
    if (damage !== undefined) return damage
  }
  // Its log file got its name, and this was left: the names of the indexes were not durable yet. They are rebuilt.
  for (const name of disk.listSync(directory)) if (name.endsWith(SWAP_SUFFIX)) disk.removeSync(join(directory, name))
  return undefined
}

async function finishSwap(disk: Disk, directory: string, baseOffset: number): Promise<LogDamage | undefined> {
  const files = segmentFiles(directory, baseOffset)
  const swap = suffixed(files, SWAP_SUFFIX)
  const file = disk.openSync(swap.log, 'read')
  let end: { readonly endOffset: number } | LogDamage
  try {
    end = await endOf(file, baseOffset)
  } finally {
    file.closeSync()
  }
  if (!('endOffset' in end)) return end
  for (const name of disk.listSync(directory)) {
    const covered = parseLogFileName(name)
    if (covered === undefined || covered < baseOffset || covered >= end.endOffset) continue
    removeSegmentFiles(disk, segmentFiles(directory, covered))
  }
  // None of them may come back beside it, nor an index of theirs.
  await disk.syncDirectory(directory)
  removeSegmentFiles(disk, files)
  renameSegmentFiles(disk, swap, files)
  await disk.syncDirectory(directory)
  return undefined
}

async function endOf(file: DiskFile, baseOffset: number): Promise<{ readonly endOffset: number } | LogDamage> {
  const sizeBytes = file.sizeSync()
  const end = await scanBatches(file, {
    from: 0,
    to: sizeBytes,
    expectedOffset: baseOffset,
    leastEpoch: NO_LEADER_EPOCH,
    visit: () => true,
  })
  const endOffset = end.nextOffset ?? baseOffset
  if (end.problem === undefined && endOffset > baseOffset) return { endOffset }
  const problem = end.problem ?? 'the cleaned segment has no batch'
  return { file: file.path, position: end.position, fromOffset: endOffset, toOffset: endOffset, problem }
}

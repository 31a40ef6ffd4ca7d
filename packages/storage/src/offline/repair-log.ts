import { basename, dirname, join } from 'node:path'
import type { Disk, DiskFile } from '@kafka-ts/io'
import { leaderEpochOf, NO_TIMESTAMP } from '@kafka-ts/protocol/records'
import { OffsetCheckpointFile } from '../checkpoint-file.ts'
import { gapBatch } from '../cleaner/empty-batch.ts'
import { parseLogFileName, type SegmentFiles, SWAP_SUFFIX, segmentFiles } from '../segment-files.ts'
import { StorageError } from '../storage-error.ts'
import { parseDirectoryName } from '../topic-partition-id.ts'
import { FileWindow } from './file-window.ts'
import type { Finding } from './finding.ts'
import type { FoundDirectory } from './verify-directory.ts'
import type { LogReport } from './verify-log.ts'
import { walkLog } from './walk-log.ts'

const REPAIRED_SUFFIX = '.repaired'
/** How many offsets one batch can span. */
const MAX_BATCH_OFFSETS = 2 ** 31 - 1
const COPY_BYTES = 4 * 1024 * 1024

/** What a repair gives up of a log. */
export interface RepairPlan {
  readonly report: LogReport
  /** The damage that it ends, in the order of offsets. Their offsets are what is lost: an upper bound of the records. */
  readonly losses: readonly Finding[]
  /** Damage that cannot be repaired here. */
  readonly hopeless: readonly Finding[]
}

/** What would have to be given up for a log to be whole again; undefined when it is. Changes nothing. */
export function planRepair(report: LogReport): RepairPlan | undefined {
  const damage = report.findings.filter(({ kind }) => kind === 'damage')
  if (damage.length === 0) return undefined
  // Without its directory nothing tells the id of the topic, and a swap that is not whole may be older than what it covers.
  const isRepairable = ({ file }: Finding): boolean => report.segments > 0 && !file.endsWith(SWAP_SUFFIX)
  return { report, losses: damage.filter(isRepairable), hopeless: damage.filter((finding) => !isRepairable(finding)) }
}

/**
 * Makes a damaged log whole: batches without records take the place of what is lost, so that every other record keeps its offset and no offset is
 * given out twice. Where the beginning is lost the log begins behind it. Durable when it resolves; a crash in the middle leaves each segment as
 * it was or repaired. Rejects with `StorageError` `DAMAGED` for a plan with hopeless damage, and with `DiskError`.
 */
export async function repairLog(disk: Disk, directory: FoundDirectory, { report, losses, hopeless }: RepairPlan): Promise<void> {
  if (hopeless.length > 0) throw new StorageError('DAMAGED', `${report.path} cannot be repaired: ${hopeless[0]!.problem}`)
  for (const name of disk.listSync(report.path)) if (name.endsWith(REPAIRED_SUFFIX)) disk.removeSync(join(report.path, name))
  const bySegment = new Map<string, Finding[]>()
  for (const loss of losses) {
    if (!isBeforeSegment(loss)) bySegment.set(loss.file, [...(bySegment.get(loss.file) ?? []), loss])
    else if (loss.fromOffset === report.logStartOffset) await moveLogStart(disk, directory, report.name, loss.toOffset)
    else await writeSegmentFor(disk, report.path, loss)
  }
  for (const [file, lost] of bySegment) await rewriteSegment(disk, report.path, { file, losses: lost })
}

/** Whether what is missing lies before a segment, not in it. */
function isBeforeSegment({ file, position, end, toOffset }: Finding): boolean {
  return position === 0 && end === 0 && basename(file) === `${String(toOffset).padStart(20, '0')}.log`
}

async function moveLogStart(disk: Disk, directory: FoundDirectory, name: string, offset: number): Promise<void> {
  const file = new OffsetCheckpointFile(disk, { path: join(directory.path, 'log-start-offset-checkpoint'), remedy: 'remove it' })
  const rows = file.readSync()
  rows.set(name, { ...parseDirectoryName(name)!, offset })
  await file.write(rows.values())
}

/** A segment is missing: one without records takes its place. */
async function writeSegmentFor(disk: Disk, logPath: string, loss: Finding): Promise<void> {
  const { fromOffset, toOffset } = loss
  const epoch = await epochAt(disk, logPath, loss)
  await replaceSegment(disk, segmentFiles(logPath, fromOffset), async (target) => {
    target.writeSync(gapBatches(fromOffset, toOffset, epoch), 0)
  })
}

/** Copies a log file; what was lost, in the order of positions, is replaced by batches without records. */
async function rewriteSegment(
  disk: Disk,
  logPath: string,
  { file, losses }: { readonly file: string; readonly losses: readonly Finding[] },
): Promise<void> {
  const epochs: number[] = []
  for (const loss of losses) epochs.push(await epochAt(disk, logPath, loss))
  const source = disk.openSync(file, 'read')
  try {
    await replaceSegment(disk, segmentFiles(logPath, parseLogFileName(basename(file))!), async (target) => {
      const window = new FileWindow(source)
      let from = 0
      let to = 0
      for (const [index, { position, end, fromOffset, toOffset }] of losses.entries()) {
        to = await copy(window, target, { from, end: position, to })
        const batches = gapBatches(fromOffset, toOffset, epochs[index]!)
        target.writeSync(batches, to)
        to += batches.reduce((bytes, batch) => bytes + batch.length, 0)
        from = end
      }
      await copy(window, target, { from, end: window.sizeBytes, to })
    })
  } finally {
    source.closeSync()
  }
}

/** The indexes go first: as long as they are missing they are made again from whichever log file is there. */
async function replaceSegment(disk: Disk, files: SegmentFiles, write: (target: DiskFile) => Promise<void>): Promise<void> {
  const repaired = files.log + REPAIRED_SUFFIX
  const target = disk.openSync(repaired, 'createNew')
  try {
    await write(target)
    await target.sync()
  } finally {
    target.closeSync()
  }
  for (const path of [files.offsetIndex, files.timeIndex, files.headerChecksums]) disk.removeSync(path)
  await disk.syncDirectory(dirname(files.log))
  disk.renameSync(repaired, files.log)
  await disk.syncDirectory(dirname(files.log))
}

function gapBatches(fromOffset: number, toOffset: number, leaderEpoch: number): Uint8Array[] {
  const batches: Uint8Array[] = []
  for (let baseOffset = fromOffset; baseOffset < toOffset; baseOffset += MAX_BATCH_OFFSETS) {
    const nextOffset = Math.min(toOffset, baseOffset + MAX_BATCH_OFFSETS)
    batches.push(gapBatch({ baseOffset, nextOffset, leaderEpoch, maxTimestamp: NO_TIMESTAMP }))
  }
  return batches
}

async function copy(
  window: FileWindow,
  target: DiskFile,
  { from, end, to }: { readonly from: number; readonly end: number; readonly to: number },
): Promise<number> {
  let at = from
  while (at < end) {
    const bytes = await window.view(at, Math.min(COPY_BYTES, end - at))
    if (bytes.length === 0) throw new StorageError('CORRUPT', `the file is shorter than it was: ${at} of ${end} bytes`)
    await target.write([bytes], to + (at - from))
    at += bytes.length
  }
  return to + (end - from)
}

/** The leader epoch of the last good batch that ends at or below the loss; of the first one behind it where none does. */
async function epochAt(disk: Disk, logPath: string, { fromOffset: offset, toOffset }: Finding): Promise<number> {
  const baseOffsets = disk
    .listSync(logPath)
    .map(parseLogFileName)
    .filter((baseOffset) => baseOffset !== undefined)
    .sort((one, other) => one - other)
  const firstRead = baseOffsets.findLastIndex((baseOffset) => baseOffset < offset)
  let epoch: number | undefined
  for (const baseOffset of baseOffsets.slice(Math.max(0, firstRead))) {
    const file = disk.openSync(segmentFiles(logPath, baseOffset).log, 'read')
    try {
      for await (const stretch of walkLog(file)) {
        if (stretch.kind !== 'batch' || (stretch.batch.baseOffset >= offset && stretch.batch.nextOffset <= toOffset)) continue
        if (epoch !== undefined && stretch.batch.nextOffset > offset) return epoch
        epoch = leaderEpochOf(stretch.batch.bytes, 0)
      }
    } finally {
      file.closeSync()
    }
  }
  return epoch ?? 0
}

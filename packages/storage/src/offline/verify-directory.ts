import { join } from 'node:path'
import { type Disk, DiskError } from '@kafka-ts/io'
import { readTextFileSync } from '../atomic-file.ts'
import { OffsetCheckpointFile } from '../checkpoint-file.ts'
import { DirectoryMarks } from '../directory-marks.ts'
import { StorageError } from '../storage-error.ts'
import { parseDirectoryName } from '../topic-partition-id.ts'
import { type LogReport, verifyLog } from './verify-log.ts'

/** A data directory as it was found. */
export interface FoundDirectory {
  readonly path: string
  readonly isClean: boolean
  /** Offsets by the names of the logs' directories. */
  readonly recoveryPoints: ReadonlyMap<string, number>
  readonly logStarts: ReadonlyMap<string, number>
  /** The directories of logs, and those that a checkpoint knows and nobody finds. */
  readonly logNames: readonly string[]
  readonly missingNames: readonly string[]
}

/**
 * Takes a data directory away from brokers for the time of `work`. Rejects with `StorageError` `LOCKED` when a broker uses it, `CORRUPT` when it
 * is none, or a checkpoint file is damaged, and with `DiskError`.
 */
export async function withDataDirectory<Result>(
  disk: Disk,
  path: string,
  work: (directory: FoundDirectory) => Promise<Result>,
): Promise<Result> {
  const meta = readTextFileSync(disk, join(path, 'meta.properties'))
  const directoryId = meta === undefined ? undefined : /^directory\.id=(\S+)$/m.exec(meta)?.[1]
  if (directoryId === undefined) throw new StorageError('CORRUPT', `${path} is no data directory: it has no readable meta.properties.`)
  const lock = takeLock(disk, path)
  try {
    return await work(findLogs(disk, path, directoryId))
  } finally {
    lock?.release()
  }
}

/** Verifies the logs of a data directory, those that are wanted, one after the other. Rejects with `DiskError`. */
export async function* verifyDirectory(
  disk: Disk,
  directory: FoundDirectory,
  isWanted: (name: string) => boolean = () => true,
): AsyncGenerator<LogReport> {
  for (const name of directory.logNames) if (isWanted(name)) yield await verifyLogOf(disk, directory, name)
  for (const name of directory.missingNames) if (isWanted(name)) yield missingReport(directory, name)
}

/** Verifies one log of a data directory. Rejects with `DiskError`. */
function verifyLogOf(disk: Disk, directory: FoundDirectory, name: string): Promise<LogReport> {
  return verifyLog({
    disk,
    path: join(directory.path, name),
    recoveryPoint: directory.recoveryPoints.get(name),
    logStartOffset: directory.logStarts.get(name) ?? 0,
    isClean: directory.isClean,
  })
}

function missingReport({ path, recoveryPoints, logStarts }: FoundDirectory, name: string): LogReport {
  const toOffset = recoveryPoints.get(name) ?? 0
  const fromOffset = logStarts.get(name) ?? 0
  const file = join(path, name)
  const problem = 'the directory of the log is missing'
  return {
    name,
    path: file,
    logStartOffset: fromOffset,
    recoveryPoint: toOffset,
    endOffset: fromOffset,
    segments: 0,
    batches: 0,
    bytes: 0,
    findings: fromOffset < toOffset ? [{ kind: 'damage', file, position: 0, end: 0, fromOffset, toOffset, problem }] : [],
  }
}

function takeLock(disk: Disk, path: string) {
  try {
    return disk.lockSync(join(path, '.lock'))
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    // Nobody writes to a file system that nobody can write to.
    if (error.code === 'EROFS') return undefined
    if (error.code === 'LOCKED') throw new StorageError('LOCKED', `${path} is in use by a broker. Stop it first.`, { cause: error })
    throw error
  }
}

function findLogs(disk: Disk, path: string, directoryId: string): FoundDirectory {
  const recoveryPoints = readOffsets(disk, join(path, 'recovery-point-offset-checkpoint'))
  const logNames = disk
    .listSync(path)
    .filter((name) => parseDirectoryName(name) !== undefined && disk.statSync(join(path, name))?.isDirectory === true)
  return {
    path,
    isClean: new DirectoryMarks({ path, directoryId }).readSync(disk).isClean,
    recoveryPoints,
    logStarts: readOffsets(disk, join(path, 'log-start-offset-checkpoint')),
    logNames,
    missingNames: [...recoveryPoints.keys()].filter((name) => !logNames.includes(name)),
  }
}

function readOffsets(disk: Disk, path: string): Map<string, number> {
  const rows = new OffsetCheckpointFile(disk, { path, remedy: 'remove it' }).readSync()
  return new Map(Array.from(rows, ([name, { offset }]) => [name, offset]))
}

import fs from 'node:fs'
import { dirname } from 'node:path'
import { type Disk, DiskError, type DiskFile, type DiskLock, type DiskStat, type OpenMode } from '../disk.ts'
import { attempt, attemptAsync, errorCode } from './disk-error.ts'
import { NodeDiskFile } from './disk-file.ts'
import { lockFile } from './lock-file.ts'

const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR } = fs.constants

const OPEN_FLAGS: Readonly<Record<OpenMode, number>> = {
  read: O_RDONLY,
  readWrite: O_RDWR,
  create: O_RDWR | O_CREAT,
  createNew: O_RDWR | O_CREAT | O_EXCL,
}

/** Windows neither opens nor syncs a directory, and needs neither: NTFS journals its entries. */
const WINDOWS_DIRECTORY_SYNC_CODES: ReadonlySet<string> = new Set(['EINVAL', 'EPERM', 'EISDIR', 'EACCES'])

/** The file systems of the machine. */
export class NodeDisk implements Disk {
  openSync(path: string, mode: OpenMode): DiskFile {
    return new NodeDiskFile(
      path,
      attempt('open', path, () => fs.openSync(path, OPEN_FLAGS[mode])),
    )
  }

  statSync(path: string): DiskStat | undefined {
    const stat = attempt('stat', path, () => fs.statSync(path, { throwIfNoEntry: false }))
    return stat && { size: stat.size, isDirectory: stat.isDirectory(), mtimeMs: stat.mtimeMs }
  }

  listSync(path: string): string[] {
    return attempt('list', path, () => fs.readdirSync(path)).sort()
  }

  makeDirectorySync(path: string): void {
    attempt('mkdir', path, () => makeWithParents(path))
  }

  renameSync(from: string, to: string): void {
    attempt('rename', from, () => fs.renameSync(from, to))
  }

  removeSync(path: string): void {
    attempt('remove', path, () => {
      try {
        fs.unlinkSync(path)
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error
      }
    })
  }

  removeTree(path: string): Promise<void> {
    return attemptAsync('remove', path, (done) => fs.rm(path, { recursive: true, force: true }, done))
  }

  async syncDirectory(path: string): Promise<void> {
    try {
      const descriptor = await attemptAsync<number>('open', path, (done) => fs.open(path, 'r', done))
      try {
        await attemptAsync('sync', path, (done) => fs.fsync(descriptor, done))
      } finally {
        fs.closeSync(descriptor)
      }
    } catch (error) {
      if (!isWindowsDirectoryRefusal(error)) throw error
    }
  }

  syncDirectorySync(path: string): void {
    try {
      const descriptor = attempt('open', path, () => fs.openSync(path, 'r'))
      try {
        attempt('sync', path, () => fs.fsyncSync(descriptor))
      } finally {
        fs.closeSync(descriptor)
      }
    } catch (error) {
      if (!isWindowsDirectoryRefusal(error)) throw error
    }
  }

  lockSync(path: string): DiskLock {
    return lockFile(path)
  }

  async freeBytes(path: string): Promise<number> {
    const stat = await attemptAsync<fs.StatsFs>('statfs', path, (done) => fs.statfs(path, done))
    return stat.bavail * stat.bsize
  }
}

function isWindowsDirectoryRefusal(error: unknown): boolean {
  return process.platform === 'win32' && error instanceof DiskError && WINDOWS_DIRECTORY_SYNC_CODES.has(error.code)
}

/** Not `mkdirSync` with `recursive`, which never returns where a file system refuses new entries with ENOENT, as /proc does. */
function makeWithParents(path: string): void {
  const existing = fs.statSync(path, { throwIfNoEntry: false })
  if (existing?.isDirectory()) return
  const parent = dirname(path)
  if (parent !== path) makeWithParents(parent)
  try {
    fs.mkdirSync(path)
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (errorCode(error) !== 'EEXIST' || !fs.statSync(path).isDirectory()) throw error
  }
}

import { Buffer } from 'node:buffer'
import { dirname } from 'node:path'
import type { Disk } from '@kafka-ts/io'

const TEMPORARY_SUFFIX = '.tmp'

/** Whether a crash may have left this file, half written, beside the one it was to replace. */
export function isTemporaryFile(name: string): boolean {
  return name.endsWith(TEMPORARY_SUFFIX)
}

/**
 * Replaces the content of `path` so that a crash leaves the old or the new one, whole: written beside it, synced, renamed,
 * and the directory synced. Durable when it resolves. Calls for one path must not overlap.
 */
export async function writeFileAtomically(disk: Disk, path: string, content: string | readonly Uint8Array[]): Promise<void> {
  const temporary = path + TEMPORARY_SUFFIX
  const buffers = typeof content === 'string' ? [Buffer.from(content)] : content
  const file = disk.openSync(temporary, 'create')
  try {
    file.truncateSync(0)
    file.writeSync(buffers, 0)
    await file.sync()
  } finally {
    file.closeSync()
  }
  disk.renameSync(temporary, path)
  await disk.syncDirectory(dirname(path))
}

/** The text of a small file; undefined when it does not exist. */
export function readTextFileSync(disk: Disk, path: string): string | undefined {
  return disk.statSync(path) === undefined ? undefined : readFileSync(disk, path).toString()
}

/** All of a file that is there. Throws `DiskError`. */
export function readFileSync(disk: Disk, path: string): Buffer {
  const file = disk.openSync(path, 'read')
  try {
    const bytes = Buffer.alloc(file.sizeSync())
    return bytes.subarray(0, file.readSync(bytes, 0))
  } finally {
    file.closeSync()
  }
}

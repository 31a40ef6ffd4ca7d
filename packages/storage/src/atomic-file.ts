import { Buffer } from 'node:buffer'
import { dirname } from 'node:path'
import type { Disk } from '@kafka-ts/io'

const TEMPORARY_SUFFIX = '.tmp'

/**
 * Replaces the content of `path` so that a crash leaves the old or the new one, whole: written beside it, synced, renamed,
 * and the directory synced. Durable when it resolves. Calls for one path must not overlap.
 */
export async function writeFileAtomically(disk: Disk, path: string, content: string): Promise<void> {
  const temporary = path + TEMPORARY_SUFFIX
  const bytes = Buffer.from(content)
  const file = disk.openSync(temporary, 'create')
  try {
    file.truncateSync(0)
    file.writeSync([bytes], 0)
    await file.sync()
  } finally {
    file.closeSync()
  }
  disk.renameSync(temporary, path)
  await disk.syncDirectory(dirname(path))
}

/** The text of a small file; undefined when it does not exist. */
export function readTextFileSync(disk: Disk, path: string): string | undefined {
  if (disk.statSync(path) === undefined) return undefined
  const file = disk.openSync(path, 'read')
  try {
    const bytes = Buffer.alloc(file.sizeSync())
    const count = file.readSync(bytes, 0)
    return bytes.toString('utf8', 0, count)
  } finally {
    file.closeSync()
  }
}

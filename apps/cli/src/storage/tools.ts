import type { Compression, Disk } from '@kafka-ts/io'
import type { FoundDirectory } from '@kafka-ts/storage/offline'
import { CliError, notFoundError, usageError } from '../errors/cli-error.ts'
import { EXIT } from '../errors/exit-codes.ts'

/** What the offline commands work with; loaded by them alone. */
export interface StorageTools {
  readonly disk: Disk
  readonly compression: Compression
  readonly offline: typeof import('@kafka-ts/storage/offline')
}

export async function loadTools(): Promise<StorageTools> {
  const [{ NodeCompression, NodeDisk }, offline] = await Promise.all([import('@kafka-ts/io'), import('@kafka-ts/storage/offline')])
  return { disk: new NodeDisk(), compression: new NodeCompression(), offline }
}

/**
 * Runs `work` on a data directory while no broker can use it. Throws `CliError`: exit 3 when there is no such directory, 2 when it is no data
 * directory, 7 when a broker uses it.
 */
export async function withDirectory<Result>(
  { disk, offline }: StorageTools,
  path: string,
  work: (found: FoundDirectory) => Promise<Result>,
): Promise<Result> {
  if (disk.statSync(path)?.isDirectory !== true)
    throw notFoundError(`There is no directory ${path}.`, 'name the directory that broker start has as --data-dir')
  try {
    return await offline.withDataDirectory(disk, path, work)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'StorageError') throw error
    if ('code' in error && error.code === 'LOCKED')
      throw new CliError(error.message, { code: 'LOCKED', exit: EXIT.conflict, suggestions: ['stop the broker that uses it'] })
    throw usageError(error.message)
  }
}

/** The logs to work on: all, or those named. Throws `CliError` with exit 3 for a name that is none. */
export function chooseLogs({ path, logNames, missingNames }: FoundDirectory, wanted: string | undefined): (name: string) => boolean {
  if (wanted === undefined) return () => true
  const names = wanted.split(',').map((name) => name.trim())
  for (const name of names)
    if (!logNames.includes(name) && !missingNames.includes(name)) throw notFoundError(`There is no log ${name} in ${path}.`, `ls ${path}`)
  return (name) => names.includes(name)
}

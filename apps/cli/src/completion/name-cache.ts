import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFields } from '../settings/read-context.ts'

/** What a cluster was last seen to hold. */
export interface ClusterNames {
  /** When, in milliseconds since 1970. */
  readonly atMs: number
  readonly topics: readonly string[]
  readonly groups: readonly string[]
  readonly brokers: readonly string[]
}

/** Where the names of a cluster are kept, by the addresses it is reached at. */
export function cachePath(cacheDir: string, brokers: readonly string[]): string {
  const digest = createHash('sha256')
    .update([...brokers].sort().join(','))
    .digest('hex')
    .slice(0, 16)
  return join(cacheDir, `names-${digest}.json`)
}

/** The names that were kept; undefined when there are none, or the file is not as it was written. */
export async function readNames(path: string): Promise<ClusterNames | undefined> {
  try {
    const names: unknown = JSON.parse(await readFile(path, 'utf8'))
    const isList = (value: unknown) => Array.isArray(value) && value.every((name) => typeof name === 'string')
    if (!isFields(names) || typeof names['atMs'] !== 'number') return undefined
    const isWhole = isList(names['topics']) && isList(names['groups']) && isList(names['brokers'])
    return isWhole ? (names as unknown as ClusterNames) : undefined
  } catch {
    // A cache that cannot be read is an empty one: the names are asked for again.
    return undefined
  }
}

/** Keeps names for the next time; readers never see half a file. */
export async function writeNames(path: string, names: ClusterNames): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  const temporary = `${path}.${process.pid}.new`
  await writeFile(temporary, JSON.stringify(names))
  await rename(temporary, path)
}

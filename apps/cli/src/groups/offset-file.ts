import { readFile, writeFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import type { TopicPartition, TopicPartitionOffset } from '@kafka-ts/client'
import type { CliDoors } from '../doors.ts'
import { CliError, notFoundError, usageError } from '../errors/cli-error.ts'
import { EXIT } from '../errors/exit-codes.ts'
import { parseWhole } from '../flags/key-value.ts'
import { keyOf } from './read-groups.ts'

/** Offsets of a file (`-` is standard input), a line each: `topic,partition,offset`, as Kafka's own tool writes them. Empty lines and `#` are comments. */
export async function readOffsetFile(path: string, doors: CliDoors): Promise<TopicPartitionOffset[]> {
  const where = path === '-' ? 'standard input' : path
  const offsets = new Map<string, TopicPartitionOffset>()
  ;(await readPath(path, doors)).split('\n').forEach((line, index) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return
    const offset = parseLine(trimmed, `${where}, line ${index + 1}`)
    if (offsets.has(keyOf(offset))) throw usageError(`${where}, line ${index + 1}: ${keyOf(offset)} is there twice.`)
    offsets.set(keyOf(offset), offset)
  })
  if (offsets.size === 0) throw usageError(`${where} holds no offsets.`, 'a line is topic,partition,offset')
  return [...offsets.values()]
}

function parseLine(line: string, where: string): TopicPartitionOffset {
  const match = /^"?([^",]+)"?,(\d+),(\d+)$/.exec(line)
  if (match === null) throw usageError(`${where}: ${line} is not topic,partition,offset.`)
  return { topic: match[1]!, partition: parseWhole(match[2]!, where), offset: parseWhole(match[3]!, where) }
}

async function readPath(path: string, doors: CliDoors): Promise<string> {
  if (path === '-') return readAll(doors.stdin)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw notFoundError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Keeps offsets so that `--from-file` can bring them back; a partition without one is a comment. A file that is there stays. */
export async function writeOffsetFile(
  path: string,
  offsets: readonly (TopicPartition & { readonly offset: number | null })[],
): Promise<void> {
  const lines = offsets.map(({ topic, partition, offset }) =>
    offset === null ? `# ${topic},${partition}: nothing was committed` : `${topic},${partition},${offset}`,
  )
  try {
    await writeFile(path, `${lines.join('\n')}\n`, { flag: 'wx' })
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw new CliError(
      `Cannot write ${path}: ${isThere ? 'it is there already' : error instanceof Error ? error.message : String(error)}. Nothing was changed.`,
      {
        code: isThere ? 'FILE_EXISTS' : 'EXPORT',
        exit: isThere ? EXIT.conflict : EXIT.unexpected,
        suggestions: ['name another file with --export'],
      },
    )
  }
}

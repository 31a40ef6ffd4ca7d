import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import type { CliDoors } from '../doors.ts'
import { notFoundError, usageError } from '../errors/cli-error.ts'
import { parseYaml } from '../settings/config-store.ts'
import { isFields, readProperties } from '../settings/read-context.ts'

/** A topic to create, as the command line or a file describes it. */
export interface TopicPlan {
  readonly topic: string
  readonly partitions?: number
  readonly replicationFactor?: number
  readonly configs?: Readonly<Record<string, string>>
  readonly assignments?: readonly (readonly number[])[]
}

const keys = ['name', 'partitions', 'replicationFactor', 'configs']

/** Topics from a YAML or JSON file (`-` is standard input): a list of names, or of `{name, partitions, replicationFactor, configs}`. */
export async function readTopicFile(path: string, doors: CliDoors): Promise<TopicPlan[]> {
  const where = path === '-' ? 'standard input' : path
  const document = await parseYaml(await readPath(path, doors), where)
  if (!Array.isArray(document) || document.length === 0) throw usageError(`${where} is not a list of topics.`)
  return document.map((entry, index) => readPlan(entry, `${where}: topic ${index + 1}`))
}

async function readPath(path: string, doors: CliDoors): Promise<string> {
  if (path === '-') return readAll(doors.stdin)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw notFoundError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function readPlan(entry: unknown, where: string): TopicPlan {
  if (typeof entry === 'string') return { topic: entry }
  if (!isFields(entry)) throw usageError(`${where} is neither a name nor a mapping.`)
  for (const key of Object.keys(entry))
    if (!keys.includes(key)) throw usageError(`${where}: ${key} is not known.`, `it may hold ${keys.join(', ')}`)
  const { name, partitions, replicationFactor, configs } = entry
  if (typeof name !== 'string' || name === '') throw usageError(`${where} has no name.`)
  return {
    topic: name,
    ...(partitions === undefined ? {} : { partitions: readCount(partitions, `${where}: partitions`) }),
    ...(replicationFactor === undefined ? {} : { replicationFactor: readCount(replicationFactor, `${where}: replicationFactor`) }),
    ...(configs === undefined ? {} : { configs: readProperties(configs, where) }),
  }
}

function readCount(value: unknown, where: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw usageError(`${where} is not a whole number from 1.`)
  return value as number
}

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { usageError } from '../errors/cli-error.ts'
import { parseYaml, readIfThere } from './config-store.ts'
import { isFields, readBrokers, readProperties, readTimeout } from './read-context.ts'

/** What a project says about the cluster it works with. It is shared through the repository, so it may not hold secrets. */
export interface ProjectFile {
  readonly path: string
  readonly brokers?: readonly string[]
  readonly context?: string
  readonly timeoutMs?: number
  readonly properties?: Readonly<Record<string, string>>
}

const FILE_NAME = '.kafka-ts.yaml'
const keys = ['brokers', 'context', 'timeout', 'properties']

/** Looks for `.kafka-ts.yaml` from `cwd` upwards, up to the root of the git repository. */
export async function readProjectFile(cwd: string): Promise<ProjectFile | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, FILE_NAME)
    const text = existsSync(path) ? await readIfThere(path) : undefined
    if (text !== undefined) return readProject(await parseYaml(text, path), path)
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return undefined
  }
}

function readProject(document: unknown, path: string): ProjectFile {
  if (document === null || document === undefined) return { path }
  if (!isFields(document)) throw usageError(`${path} is not a mapping.`)
  for (const key of Object.keys(document)) {
    if (!keys.includes(key)) throw usageError(`${path}: ${key} is not known.`, `it may hold ${keys.join(', ')}`)
  }
  const { brokers, context, properties } = document
  if (context !== undefined && typeof context !== 'string') throw usageError(`${path}: context is not a name.`)
  const timeoutMs = readTimeout(document['timeout'], path)
  return {
    path,
    ...(brokers === undefined ? {} : { brokers: readBrokers(brokers, path) }),
    ...(context === undefined ? {} : { context }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(properties === undefined ? {} : { properties: readProperties(properties, path) }),
  }
}

import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CliDoors } from '../doors.ts'
import { CliError, usageError } from '../errors/cli-error.ts'
import { EXIT } from '../errors/exit-codes.ts'
import type { ConfigFile, Context } from './contexts.ts'
import { isFields, readContext, writeContext } from './read-context.ts'

/** Where the configuration lies. */
export interface ConfigPaths {
  readonly configFile: string
  /** The name of the current context, in a file of its own, so that the other can be read-only. */
  readonly currentFile: string
}

/** Flag > environment > the user's configuration directory. */
export function configPaths(flag: string | undefined, env: CliDoors['env'], configDir: string): ConfigPaths {
  const configFile = flag ?? env['KAFKA_TS_CONFIG'] ?? join(configDir, 'config.yaml')
  return { configFile, currentFile: join(dirname(configFile), 'current-context') }
}

/** Reads and checks the file; one that does not exist has no contexts. */
export async function readConfig(paths: ConfigPaths): Promise<ConfigFile> {
  const { contexts } = await readDocument(paths.configFile)
  const entries = Object.entries(contexts).map(
    ([name, value]) => [name, readContext(value, `${paths.configFile}: context ${name}`)] as const,
  )
  return { path: paths.configFile, contexts: new Map(entries) }
}

/** The chosen context; undefined when none was. */
export async function readCurrent(paths: ConfigPaths): Promise<string | undefined> {
  const name = (await readIfThere(paths.currentFile))?.trim()
  return name === '' ? undefined : name
}

/** Chooses a context, or none. */
export async function writeCurrent(paths: ConfigPaths, name: string | undefined): Promise<void> {
  await writeWhole(paths.currentFile, name === undefined ? '' : `${name}\n`)
}

/** Puts a context into the file, or takes it out. What else the file holds stays. */
export async function storeContext(paths: ConfigPaths, name: string, context: Context | undefined): Promise<void> {
  const document = await readDocument(paths.configFile)
  const contexts = { ...document.contexts }
  if (context === undefined) delete contexts[name]
  else contexts[name] = writeContext(context)
  const { stringify } = await import('yaml')
  await writeWhole(paths.configFile, stringify({ ...document.rest, contexts }))
}

async function readDocument(path: string): Promise<{ contexts: Record<string, unknown>; rest: Record<string, unknown> }> {
  const text = await readIfThere(path)
  const document = text === undefined ? {} : ((await parseYaml(text, path)) ?? {})
  if (!isFields(document)) throw usageError(`${path} is not a mapping.`)
  const { contexts = {}, ...rest } = document
  if (!isFields(contexts)) throw usageError(`${path}: contexts is not a mapping.`)
  return { contexts, rest }
}

/** YAML as plain values; what is wrong with it is the user's to know. */
export async function parseYaml(text: string, path: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(text) as unknown
  } catch (error) {
    throw usageError(`${path} is not YAML: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
  }
}

/** The text of a file; undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
    throw new CliError(`Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'CONFIG',
      exit: EXIT.usage,
      cause: error,
    })
  }
}

const OWNER_ONLY = 0o600

/** A reader never sees half a file. */
async function writeWhole(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    const temporary = `${path}.${process.pid}.new`
    await writeFile(temporary, text, { mode: OWNER_ONLY })
    await chmod(temporary, OWNER_ONLY)
    await rename(temporary, path)
  } catch (error) {
    throw new CliError(`Cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'CONFIG',
      exit: EXIT.unexpected,
      suggestions: ['name another file with --config-file or KAFKA_TS_CONFIG'],
    })
  }
}

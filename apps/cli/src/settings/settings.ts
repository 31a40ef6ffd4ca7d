import type { CliDoors } from '../doors.ts'
import { notFoundError } from '../errors/cli-error.ts'
import { parseKeyValues } from '../flags/key-value.ts'
import { type ConfigPaths, readConfig, readCurrent } from './config-store.ts'
import type { ConfigFile, Context, ContextColor } from './contexts.ts'
import { readProjectFile } from './project-file.ts'
import { readBrokers, readTimeout } from './read-context.ts'

/** A value and what set it: a flag, a variable, a file, a context, or nobody. */
export interface Sourced<T> {
  readonly value: T
  readonly source: string
}

/** What a command works with, each value with its source. */
export interface Settings {
  readonly brokers: Sourced<readonly string[]>
  readonly context: Sourced<string | undefined>
  readonly timeoutMs: Sourced<number>
  /** Properties of the client by their Kafka names. */
  readonly properties: ReadonlyMap<string, Sourced<string>>
  readonly isProtected: Sourced<boolean>
  readonly color: ContextColor | undefined
}

/** The flags settings come from. */
export interface SettingsFlags {
  readonly brokers?: string | undefined
  readonly context?: string | undefined
  readonly timeout?: number | undefined
  readonly property?: readonly string[] | undefined
}

const DEFAULT_BROKER = 'localhost:9092'
const DEFAULT_TIMEOUT_MS = 10_000

/** Flag > environment > project file > context > default, value by value. */
export async function resolveSettings(flags: SettingsFlags, doors: CliDoors, paths: ConfigPaths): Promise<Settings> {
  const { env } = doors
  const project = await readProjectFile(doors.cwd)
  const config = await readConfig(paths)
  const name = await contextName(flags, { env, projectContext: project?.context, projectPath: project?.path, paths })
  const context = name.value === undefined ? undefined : contextOf(config, name.value, name.source)
  const inContext = `context ${name.value}`
  const properties = new Map<string, Sourced<string>>()
  // A context that was named for this call, or this shell, is meant more than the project's file.
  const isNamed = name.source.startsWith('flag') || name.source === 'KAFKA_TS_CONTEXT'
  const layers = [
    ...ordered(isNamed, [
      { source: inContext, values: context?.properties },
      { source: project?.path ?? '', values: project?.properties },
    ]),
    { source: 'flag -X', values: parseKeyValues(flags.property, '-X') },
  ]
  for (const { source, values } of layers) for (const [key, value] of Object.entries(values ?? {})) properties.set(key, { value, source })
  return {
    context: name,
    brokers: first<readonly string[]>(
      { source: 'default', value: [DEFAULT_BROKER] },
      { source: 'flag --brokers', value: flags.brokers === undefined ? undefined : readBrokers(flags.brokers, '--brokers') },
      { source: 'KAFKA_TS_BROKERS', value: env['KAFKA_TS_BROKERS'] ? readBrokers(env['KAFKA_TS_BROKERS'], 'KAFKA_TS_BROKERS') : undefined },
      ...ordered(isNamed, [
        { source: project?.path ?? '', value: project?.brokers },
        { source: inContext, value: context?.brokers },
      ]),
    ),
    timeoutMs: first<number>(
      { source: 'default', value: DEFAULT_TIMEOUT_MS },
      { source: 'flag --timeout', value: flags.timeout },
      { source: 'KAFKA_TS_TIMEOUT', value: readTimeout(env['KAFKA_TS_TIMEOUT'] || undefined, 'KAFKA_TS_TIMEOUT') },
      ...ordered(isNamed, [
        { source: project?.path ?? '', value: project?.timeoutMs },
        { source: inContext, value: context?.timeoutMs },
      ]),
    ),
    properties,
    isProtected: context?.isProtected ? { value: true, source: inContext } : { value: false, source: 'default' },
    color: context?.color,
  }
}

interface NameSources {
  readonly env: CliDoors['env']
  readonly projectContext: string | undefined
  readonly projectPath: string | undefined
  readonly paths: ConfigPaths
}

async function contextName(
  flags: SettingsFlags,
  { env, projectContext, projectPath, paths }: NameSources,
): Promise<Sourced<string | undefined>> {
  const candidates = [
    { source: 'flag --context', value: flags.context },
    { source: 'KAFKA_TS_CONTEXT', value: env['KAFKA_TS_CONTEXT'] || undefined },
    { source: projectPath ?? '', value: projectContext },
    { source: paths.currentFile, value: await readCurrent(paths) },
  ]
  return candidates.find((candidate) => candidate.value !== undefined) ?? { source: 'default', value: undefined }
}

/** The context of that name, or an error that says who asked for it. */
export function contextOf(config: ConfigFile, name: string, source?: string): Context {
  const context = config.contexts.get(name)
  if (context !== undefined) return context
  const origin = source === undefined || source.startsWith('flag') ? '' : ` (from ${source})`
  throw notFoundError(
    `There is no context ${name}${origin} in ${config.path}.`,
    'kafka-ts context list',
    `kafka-ts context add ${name} --brokers host:port`,
  )
}

function first<T>(otherwise: Sourced<T>, ...candidates: readonly { readonly source: string; readonly value: T | undefined }[]): Sourced<T> {
  for (const { source, value } of candidates) if (value !== undefined) return { source, value }
  return otherwise
}

function ordered<T>(isReversed: boolean, values: readonly T[]): readonly T[] {
  return isReversed ? values.toReversed() : values
}

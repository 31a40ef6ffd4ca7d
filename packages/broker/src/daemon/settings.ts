import { isBrokerConfigName, type Profile, profiles } from '../config/broker-config.ts'
import { brokerConfigTable } from '../config/broker-config-table.ts'
import { ConfigError } from '../config/config-type.ts'
import { didYouMean } from '../config/suggest.ts'

/** Config texts by name, from one place, and the profile if that place names one. */
export interface Settings {
  readonly configs: Readonly<Record<string, string>>
  readonly profile?: Profile
}

/** What the command line of `broker start` says. */
export interface BrokerFlags {
  readonly host?: string
  readonly port?: number
  readonly dataDirs?: readonly string[]
  readonly profile?: string
  /** A YAML file of configs. */
  readonly file?: string
  /** `key=value`, each. */
  readonly configs?: readonly string[]
}

const ENV_PREFIX = 'KAFKA_TS_BROKER__'
const PROFILE = 'profile'

/** `log.dirs` as the environment spells it: `KAFKA_TS_BROKER__LOG_DIRS`. */
export function environmentName(config: string): string {
  return ENV_PREFIX + config.toUpperCase().replaceAll('.', '_')
}

const configsByEnvironmentName = new Map([...Object.keys(brokerConfigTable), PROFILE].map((name) => [environmentName(name), name]))

/** The settings in the environment. Throws `ConfigError` for a name with our prefix that is no config. */
export function settingsFromEnvironment(env: Readonly<Record<string, string | undefined>>): Settings {
  const texts: Record<string, string> = {}
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(ENV_PREFIX) || text === undefined) continue
    const name = configsByEnvironmentName.get(variable)
    if (name === undefined)
      throw new ConfigError(`the environment has an unknown config ${variable}${didYouMean(variable, configsByEnvironmentName.keys())}`)
    texts[name] = text
  }
  return toSettings(texts)
}

/** The settings of a parsed YAML file: names with dots, or maps in maps; lists for what takes several. Throws `ConfigError`. */
export function settingsFromDocument(document: unknown, file: string): Settings {
  if (document === null || document === undefined) return { configs: {} }
  if (!isMap(document)) throw new ConfigError(`${file}: a map of configs is needed, such as "log.dirs: /var/lib/kafka-ts"`)
  const texts: Record<string, string> = {}
  flatten(document, '', (name, text) => {
    if (texts[name] !== undefined) throw new ConfigError(`${file}: ${name} is there twice`)
    texts[name] = text
  })
  for (const name of Object.keys(texts)) {
    if (name !== PROFILE && !isBrokerConfigName(name)) {
      throw new ConfigError(`${file}: unknown config ${name}${didYouMean(name, [...Object.keys(brokerConfigTable), PROFILE])}`)
    }
  }
  return toSettings(texts)
}

/** The settings of the flags, but for `file`, `host` and `port`. Throws `ConfigError`. */
export function settingsFromFlags(flags: BrokerFlags): Settings {
  const texts: Record<string, string> = {}
  for (const assignment of flags.configs ?? []) {
    const equals = assignment.indexOf('=')
    if (equals <= 0) throw new ConfigError(`-c ${assignment}: key=value is needed`)
    texts[assignment.slice(0, equals).trim()] = assignment.slice(equals + 1).trim()
  }
  if (flags.dataDirs !== undefined && flags.dataDirs.length > 0) texts['log.dirs'] = flags.dataDirs.join(',')
  if (flags.profile !== undefined) texts[PROFILE] = flags.profile
  return toSettings(texts)
}

/** Puts settings over each other: the first place that has a config decides. */
export function mergeSettings(first: Settings, ...others: readonly Settings[]): Settings {
  return others.reduce<Settings>((above, below) => {
    const profile = above.profile ?? below.profile
    return { configs: { ...below.configs, ...above.configs }, ...(profile === undefined ? {} : { profile }) }
  }, first)
}

function toSettings(texts: Readonly<Record<string, string>>): Settings {
  const { [PROFILE]: text, ...configs } = texts
  if (text === undefined) return { configs }
  const profile = profiles.find((candidate) => candidate === text)
  if (profile === undefined) throw new ConfigError(`profile=${text}: must be one of ${profiles.join(', ')}`)
  return { configs, profile }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function flatten(map: Readonly<Record<string, unknown>>, prefix: string, each: (name: string, text: string) => void): void {
  for (const [key, value] of Object.entries(map)) {
    const name = `${prefix}${key}`
    if (isMap(value)) flatten(value, `${name}.`, each)
    else if (Array.isArray(value)) each(name, value.join(','))
    else each(name, value === null ? '' : String(value))
  }
}

import { type BrokerConfigName, type BrokerConfigRow, brokerConfigTable, optionalConfigs } from './broker-config-table.ts'
import { ConfigError } from './config-type.ts'
import { didYouMean } from './suggest.ts'

/** The two sets of defaults; docs/configuration.md has the rows in which they differ. */
export type Profile = 'development' | 'production'

export const profiles: readonly Profile[] = ['development', 'production']

type OptionalName = (typeof optionalConfigs)[number]
type ValueOf<Name extends BrokerConfigName> = (typeof brokerConfigTable)[Name] extends BrokerConfigRow<infer T> ? T : never

/** The configs of a broker by Kafka's names, as values. */
export type BrokerConfigValues = {
  readonly [Name in BrokerConfigName]: Name extends OptionalName ? ValueOf<Name> | undefined : ValueOf<Name>
}

/** A broker's config: values for the code, texts and their sources for people and describeConfigs. */
export interface BrokerConfig {
  readonly profile: Profile
  readonly values: BrokerConfigValues
  /** The text of every config, and whether somebody set it. */
  readonly texts: ReadonlyMap<BrokerConfigName, { readonly text: string; readonly isSet: boolean }>
}

const optional: ReadonlySet<string> = new Set(optionalConfigs)

/** Whether `name` is a config of the table. */
export function isBrokerConfigName(name: string): name is BrokerConfigName {
  return Object.hasOwn(brokerConfigTable, name)
}

/**
 * Builds a config from texts by name; what is not given has the default of the profile.
 * Throws `ConfigError` for an unknown name (with a suggestion) and for a value that its type refuses.
 */
export function createBrokerConfig(settings: Readonly<Record<string, string>> = {}, profile: Profile = 'development'): BrokerConfig {
  for (const name of Object.keys(settings)) {
    if (!isBrokerConfigName(name)) throw new ConfigError(`unknown broker config ${name}${didYouMean(name, Object.keys(brokerConfigTable))}`)
  }
  const texts = new Map<BrokerConfigName, { text: string; isSet: boolean }>()
  const values: Record<string, unknown> = {}
  for (const [name, row] of Object.entries(brokerConfigTable) as [BrokerConfigName, BrokerConfigRow][]) {
    const text = settings[name] ?? (profile === 'production' ? row.production : undefined) ?? row.default
    texts.set(name, { text, isSet: settings[name] !== undefined })
    values[name] = text === '' && optional.has(name) ? undefined : parseNamed(name, row, text)
  }
  return { profile, values: values as BrokerConfigValues, texts }
}

function parseNamed(name: string, row: BrokerConfigRow, text: string): unknown {
  try {
    return row.type.parse(text)
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${name}=${text}: ${error.message}`, { cause: error })
    throw error
  }
}

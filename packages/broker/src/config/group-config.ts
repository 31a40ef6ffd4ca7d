import type { BrokerConfig } from './broker-config.ts'
import { ConfigError } from './config-type.ts'
import { type GroupConfigName, groupConfigTable } from './group-config-table.ts'
import { didYouMean } from './suggest.ts'

/** The configs somebody set on a group, as texts by name. */
export type GroupConfigOverrides = Readonly<Record<string, string>>

/** The configs in force for a group by Kafka's names. */
export type GroupConfig = { readonly [Name in GroupConfigName]: number }

export const groupConfigNames = Object.keys(groupConfigTable) as readonly GroupConfigName[]

/** Whether `name` is a config of the table. */
export function isGroupConfigName(name: string): name is GroupConfigName {
  return Object.hasOwn(groupConfigTable, name)
}

/** The default of a group config, as the broker's config has it. */
export function groupConfigDefault(name: GroupConfigName, broker: BrokerConfig): string {
  return broker.texts.get(groupConfigTable[name].synonym)?.text ?? ''
}

/** Throws `ConfigError`, naming the config, unless the name is known and the value allowed. */
export function validateGroupConfig(name: string, text: string, { values }: Pick<BrokerConfig, 'values'>): void {
  if (!isGroupConfigName(name)) throw new ConfigError(`unknown group config ${name}${didYouMean(name, groupConfigNames)}`)
  const { min, max } = groupConfigTable[name]
  const value = parse(name, text)
  if (value < values[min] || value > values[max])
    throw new ConfigError(`${name}=${text}: must be a whole number from ${values[min]} to ${values[max]}`)
}

/** Throws `ConfigError` unless a member that keeps to the heartbeat interval keeps its session. */
export function validateGroupConfigsTogether(overrides: GroupConfigOverrides, broker: Pick<BrokerConfig, 'values'>): void {
  const { 'consumer.session.timeout.ms': sessionMs, 'consumer.heartbeat.interval.ms': heartbeatMs } = resolveGroupConfig(overrides, broker)
  if (sessionMs <= heartbeatMs)
    throw new ConfigError(`consumer.session.timeout.ms=${sessionMs}: must be above consumer.heartbeat.interval.ms, which is ${heartbeatMs}`)
}

/** The configs in force: the overrides, brought into what the broker allows by now, and the broker's defaults for the rest. */
export function resolveGroupConfig(overrides: GroupConfigOverrides, { values }: Pick<BrokerConfig, 'values'>): GroupConfig {
  const resolved: Partial<Record<GroupConfigName, number>> = {}
  for (const name of groupConfigNames) {
    const { synonym, min, max } = groupConfigTable[name]
    const text = overrides[name]
    resolved[name] = text === undefined ? values[synonym] : Math.min(Math.max(parse(name, text), values[min]), values[max])
  }
  return resolved as GroupConfig
}

function parse(name: GroupConfigName, text: string): number {
  try {
    return groupConfigTable[name].type.parse(text)
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${name}=${text}: ${error.message}`, { cause: error })
    throw error
  }
}

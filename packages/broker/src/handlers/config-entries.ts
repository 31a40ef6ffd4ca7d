import { type ConfigEntry, ConfigSource, ConfigType } from '@kafka-ts/protocol'
import type { BrokerConfig } from '../config/broker-config.ts'
import { type BrokerConfigRow, brokerConfigTable } from '../config/broker-config-table.ts'
import { type GroupConfigOverrides, groupConfigDefault, groupConfigNames } from '../config/group-config.ts'
import { groupConfigTable } from '../config/group-config-table.ts'
import { type TopicConfigOverrides, topicConfigNames } from '../config/topic-config.ts'
import { topicConfigTable } from '../config/topic-config-table.ts'

export interface ConfigEntryOptions {
  readonly includeDocumentation: boolean
  /** undefined: all of them. */
  readonly names?: ReadonlySet<string>
}

/** The configs of a topic as they stand, with where each value comes from. */
export function topicConfigEntries(config: BrokerConfig, overrides: TopicConfigOverrides, options: ConfigEntryOptions): ConfigEntry[] {
  return topicConfigNames
    .filter((name) => options.names?.has(name) !== false)
    .map((name) => {
      const { type, synonyms, defaultText, doc } = topicConfigTable[name]
      const isSetByBroker = synonyms.some((synonym) => config.texts.get(synonym)?.isSet === true)
      const inherited = isSetByBroker ? ConfigSource.staticBroker : ConfigSource.default
      const source = overrides[name] === undefined ? inherited : ConfigSource.dynamicTopic
      return {
        name,
        value: overrides[name] ?? defaultText(config),
        isReadOnly: false,
        isDefault: source === ConfigSource.default,
        isSensitive: false,
        source,
        documentation: options.includeDocumentation ? doc : null,
        type: ConfigType[type.kind],
      }
    })
}

/** The configs of a group as they stand; a group that nobody set anything on, or that is not there, has those of the broker. */
export function groupConfigEntries(config: BrokerConfig, overrides: GroupConfigOverrides, options: ConfigEntryOptions): ConfigEntry[] {
  return groupConfigNames
    .filter((name) => options.names?.has(name) !== false)
    .map((name) => {
      const { type, synonym, doc } = groupConfigTable[name]
      const inherited = config.texts.get(synonym)?.isSet === true ? ConfigSource.staticBroker : ConfigSource.default
      const source = overrides[name] === undefined ? inherited : ConfigSource.group
      return {
        name,
        value: overrides[name] ?? groupConfigDefault(name, config),
        isReadOnly: false,
        isDefault: source === ConfigSource.default,
        isSensitive: false,
        source,
        documentation: options.includeDocumentation ? doc : null,
        type: ConfigType[type.kind],
      }
    })
}

/** The configs of this broker; they are read at its start. */
export function brokerConfigEntries(config: BrokerConfig, options: ConfigEntryOptions): ConfigEntry[] {
  const rows = Object.entries(brokerConfigTable) as [keyof typeof brokerConfigTable, BrokerConfigRow][]
  return rows
    .filter(([name]) => options.names?.has(name) !== false)
    .map(([name, { type, doc }]) => {
      const { text, isSet } = config.texts.get(name) ?? { text: '', isSet: false }
      return {
        name,
        value: text === '' ? null : text,
        isReadOnly: true,
        isDefault: !isSet,
        isSensitive: false,
        source: isSet ? ConfigSource.staticBroker : ConfigSource.default,
        documentation: options.includeDocumentation ? doc : null,
        type: ConfigType[type.kind],
      }
    })
}

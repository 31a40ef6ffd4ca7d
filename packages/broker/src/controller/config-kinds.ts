import type { BrokerConfig } from '../config/broker-config.ts'
import { groupConfigDefault, isGroupConfigName, validateGroupConfig, validateGroupConfigsTogether } from '../config/group-config.ts'
import { isTopicConfigName, validateTopicConfigs } from '../config/topic-config.ts'
import { topicConfigTable } from '../config/topic-config-table.ts'

/** What may be set on one kind of resource. */
export interface ConfigKind {
  /** The default of a config as text; undefined: there is no config of that name. */
  defaultText(name: string, config: BrokerConfig): string | undefined
  isList(name: string): boolean
  /** Throws `ConfigError` unless the name is known and the value allowed. */
  validate(name: string, text: string, config: BrokerConfig): void
  /** Throws `ConfigError` unless everything set on the resource goes together. */
  validateTogether(overrides: Readonly<Record<string, string>>, config: BrokerConfig): void
}

export const topicConfigKind: ConfigKind = {
  defaultText: (name, config) => (isTopicConfigName(name) ? topicConfigTable[name].defaultText(config) : undefined),
  isList: (name) => isTopicConfigName(name) && topicConfigTable[name].type.kind === 'list',
  validate: (name, text) => validateTopicConfigs({ [name]: text }),
  validateTogether: () => undefined,
}

export const groupConfigKind: ConfigKind = {
  defaultText: (name, config) => (isGroupConfigName(name) ? groupConfigDefault(name, config) : undefined),
  isList: () => false,
  validate: validateGroupConfig,
  validateTogether: validateGroupConfigsTogether,
}

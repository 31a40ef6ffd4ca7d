import { type ConfigEntry, ConfigResourceType, ConfigSource } from '@kafka-ts/protocol'
import type { BrokerConfig } from '../config/broker-config.ts'
import { isGroupConfigName } from '../config/group-config.ts'
import { type GroupConfigName, groupConfigTable } from '../config/group-config-table.ts'
import { isTopicConfigName } from '../config/topic-config.ts'
import { topicConfigTable } from '../config/topic-config-table.ts'

/** One place a config may get its value from. */
export interface ConfigSynonym {
  readonly name: string
  readonly value: string | null
  /** A number of `ConfigSource`. */
  readonly source: number
}

/** The places that a config looks for its value, the one that counts first (KIP-226). */
export function synonymsOf(config: BrokerConfig, { resourceType }: { readonly resourceType: number }, entry: ConfigEntry): ConfigSynonym[] {
  const { name, value, source } = entry
  if (resourceType === ConfigResourceType.group && isGroupConfigName(name)) return synonymsOfGroup(config, { ...entry, name })
  if (resourceType !== ConfigResourceType.topic || !isTopicConfigName(name)) return [{ name, value, source }]
  const ofTopic = source === ConfigSource.dynamicTopic ? [{ name, value, source }] : []
  const ofBroker = topicConfigTable[name].synonyms.flatMap((synonym): ConfigSynonym[] => {
    const { text, isSet } = config.texts.get(synonym) ?? { text: '', isSet: false }
    return text === '' ? [] : [{ name: synonym, value: text, source: isSet ? ConfigSource.staticBroker : ConfigSource.default }]
  })
  return [...ofTopic, ...ofBroker]
}

function synonymsOfGroup(config: BrokerConfig, { name, value, source }: ConfigEntry & { readonly name: GroupConfigName }): ConfigSynonym[] {
  const { synonym } = groupConfigTable[name]
  const { text, isSet } = config.texts.get(synonym) ?? { text: '', isSet: false }
  const ofBroker = { name: synonym, value: text, source: isSet ? ConfigSource.staticBroker : ConfigSource.default }
  return source === ConfigSource.group ? [{ name, value, source }, ofBroker] : [ofBroker]
}

import type { MetadataStore } from '@kafka-ts/metadata'
import { KafkaError } from '@kafka-ts/protocol'
import type { BrokerConfig } from '../config/broker-config.ts'
import { ConfigError } from '../config/config-type.ts'
import { isTopicConfigName, type TopicConfigOverrides, validateTopicConfigs } from '../config/topic-config.ts'
import { topicConfigTable } from '../config/topic-config-table.ts'
import type { TopicImage } from './cluster-image.ts'
import { commit } from './commit.ts'
import { decodeValue, encodeValue, topicConfigKey, topicKey } from './metadata-keys.ts'

/** One change of one config (KIP-339). `append` and `subtract` are for lists. */
export interface ConfigChange {
  readonly name: string
  readonly operation: 'set' | 'delete' | 'append' | 'subtract'
  readonly value: string | null
}

/** Compare-and-swap attempts before giving up; this broker's own changes come one at a time. */
const MAX_ATTEMPTS = 5

/** What somebody set on a topic becomes something else. Throws `KafkaError` when it cannot. */
export type NextOverrides = (present: TopicConfigOverrides, config: BrokerConfig) => TopicConfigOverrides

/** Changes what somebody set on a topic, all or nothing; the revision at which it is in force. */
export async function updateTopicConfigs(
  target: { readonly store: MetadataStore; readonly config: BrokerConfig; readonly topic: TopicImage },
  nextOverrides: NextOverrides,
  options: { readonly validateOnly: boolean },
): Promise<number> {
  const { store, config, topic } = target
  const key = topicConfigKey(topic.name)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { entry, revision } = await store.get(key)
    const overrides = entry === undefined ? {} : decodeValue<Record<string, string>>(entry.value)
    const next = nextOverrides(overrides, config)
    if (options.validateOnly) return Math.min(revision, topic.modRevision)
    const result = await commit(store, {
      compares: [
        { key: topicKey(topic.name), target: 'modRevision', equals: topic.modRevision },
        { key, target: 'modRevision', equals: entry?.modRevision ?? 0 },
      ],
      success: [{ type: 'put', key, value: encodeValue(next) }],
    })
    if (result.succeeded) return result.revision
  }
  throw new KafkaError('NOT_CONTROLLER', `the configs of topic ${topic.name} are being changed by others; try again`)
}

/** Makes some changes and keeps the rest. */
export function withChanges(changes: readonly ConfigChange[]): NextOverrides {
  return (present, config) => {
    const next = { ...present }
    for (const change of changes) applyChange(next, change, config)
    return next
  }
}

/** Keeps nothing of what was set before. */
export function replacedBy(configs: readonly Pick<ConfigChange, 'name' | 'value'>[]): NextOverrides {
  const changes = configs.map(({ name, value }): ConfigChange => ({ name, operation: 'set', value }))
  return (_present, config) => withChanges(changes)({}, config)
}

function applyChange(next: Record<string, string>, change: ConfigChange, config: BrokerConfig): void {
  const { name, operation, value } = change
  if (!isTopicConfigName(name) || operation === 'delete') {
    // An unknown name is refused by the check of all names below, with a suggestion.
    validateOrRefuse({ [name]: isTopicConfigName(name) ? topicConfigTable[name].defaultText(config) : '' })
    delete next[name]
    return
  }
  if (value === null) throw new KafkaError('INVALID_CONFIG', `${name} needs a value`)
  next[name] = operation === 'set' ? value : changeList(next[name] ?? topicConfigTable[name].defaultText(config), change, value)
  validateOrRefuse({ [name]: next[name] })
}

function changeList(present: string, { name, operation }: ConfigChange, value: string): string {
  if (isTopicConfigName(name) && topicConfigTable[name].type.kind !== 'list') {
    throw new KafkaError('INVALID_CONFIG', `${name} is not a list: it can be set or deleted`)
  }
  const items = split(present)
  const given = split(value)
  if (operation === 'append') return [...items, ...given.filter((item) => !items.includes(item))].join(',')
  return items.filter((item) => !given.includes(item)).join(',')
}

function split(text: string): string[] {
  return text.split(',').filter((item) => item !== '')
}

function validateOrRefuse(overrides: Record<string, string>): void {
  try {
    validateTopicConfigs(overrides)
  } catch (error) {
    if (error instanceof ConfigError) throw new KafkaError('INVALID_CONFIG', error.message, { cause: error })
    throw error
  }
}

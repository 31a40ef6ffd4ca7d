import type { Compare, MetadataStore } from '@kafka-ts/metadata'
import { KafkaError } from '@kafka-ts/protocol'
import type { BrokerConfig } from '../config/broker-config.ts'
import { ConfigError } from '../config/config-type.ts'
import type { TopicImage } from './cluster-image.ts'
import { commit } from './commit.ts'
import { type ConfigKind, groupConfigKind, topicConfigKind } from './config-kinds.ts'
import { decodeValue, encodeValue, groupConfigKey, topicConfigKey, topicKey } from './metadata-keys.ts'

/** One change of one config (KIP-339). `append` and `subtract` are for lists. */
export interface ConfigChange {
  readonly name: string
  readonly operation: 'set' | 'delete' | 'append' | 'subtract'
  readonly value: string | null
}

/** Compare-and-swap attempts before giving up; this broker's own changes come one at a time. */
const MAX_ATTEMPTS = 5

/** What somebody set on something, as texts by name. */
type Overrides = Readonly<Record<string, string>>

/** What somebody set on something of a kind becomes something else. Throws `KafkaError` when it cannot. */
export type NextOverrides = (present: Overrides, of: { readonly kind: ConfigKind; readonly config: BrokerConfig }) => Overrides

interface UpdateOptions {
  readonly store: MetadataStore
  readonly config: BrokerConfig
  readonly nextOverrides: NextOverrides
  readonly validateOnly: boolean
}

/** Changes what somebody set on a topic, all or nothing; the revision at which it is in force. */
export function updateTopicConfigs({ name, modRevision }: TopicImage, options: UpdateOptions): Promise<number> {
  const isStillThere: Compare = { key: topicKey(name), target: 'modRevision', equals: modRevision }
  return update({ what: `topic ${name}`, kind: topicConfigKind, key: topicConfigKey(name), compares: [isStillThere] }, options)
}

/** As `updateTopicConfigs`, for a group, which need not be there. */
export function updateGroupConfigs(groupId: string, options: UpdateOptions): Promise<number> {
  return update({ what: `group ${groupId}`, kind: groupConfigKind, key: groupConfigKey(groupId), compares: [] }, options)
}

async function update(
  target: { readonly what: string; readonly kind: ConfigKind; readonly key: string; readonly compares: readonly Compare[] },
  { store, config, nextOverrides, validateOnly }: UpdateOptions,
): Promise<number> {
  const { what, kind, key, compares } = target
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { entry } = await store.get(key)
    const overrides = entry === undefined ? {} : decodeValue<Record<string, string>>(entry.value)
    const next = nextOverrides(overrides, { kind, config })
    if (validateOnly) return 0
    const result = await commit(store, {
      compares: [...compares, { key, target: 'modRevision', equals: entry?.modRevision ?? 0 }],
      success: [{ type: 'put', key, value: encodeValue(next) }],
    })
    if (result.succeeded) return result.revision
  }
  throw new KafkaError('NOT_CONTROLLER', `the configs of ${what} are being changed by others; try again`)
}

/** Makes some changes and keeps the rest. */
export function withChanges(changes: readonly ConfigChange[]): NextOverrides {
  return (present, { kind, config }) => {
    const next = { ...present }
    for (const change of changes) applyChange(next, change, { kind, config })
    orRefuse(() => kind.validateTogether(next, config))
    return next
  }
}

/** Keeps nothing of what was set before. */
export function replacedBy(configs: readonly Pick<ConfigChange, 'name' | 'value'>[]): NextOverrides {
  const changes = configs.map(({ name, value }): ConfigChange => ({ name, operation: 'set', value }))
  return (_present, of) => withChanges(changes)({}, of)
}

function applyChange(
  next: Record<string, string>,
  change: ConfigChange,
  { kind, config }: { readonly kind: ConfigKind; readonly config: BrokerConfig },
): void {
  const { name, operation, value } = change
  const defaultText = kind.defaultText(name, config)
  if (defaultText === undefined || operation === 'delete') {
    // An unknown name is refused by the check, with a suggestion.
    orRefuse(() => kind.validate(name, defaultText ?? '', config))
    delete next[name]
    return
  }
  if (value === null) throw new KafkaError('INVALID_CONFIG', `${name} needs a value`)
  if (operation !== 'set' && !kind.isList(name)) throw new KafkaError('INVALID_CONFIG', `${name} is not a list: it can be set or deleted`)
  const text = operation === 'set' ? value : changeList(next[name] ?? defaultText, operation, value)
  orRefuse(() => kind.validate(name, text, config))
  next[name] = text
}

function changeList(present: string, operation: 'append' | 'subtract', value: string): string {
  const items = split(present)
  const given = split(value)
  if (operation === 'append') return [...items, ...given.filter((item) => !items.includes(item))].join(',')
  return items.filter((item) => !given.includes(item)).join(',')
}

function split(text: string): string[] {
  return text.split(',').filter((item) => item !== '')
}

function orRefuse(check: () => void): void {
  try {
    check()
  } catch (error) {
    if (error instanceof ConfigError) throw new KafkaError('INVALID_CONFIG', error.message, { cause: error })
    throw error
  }
}

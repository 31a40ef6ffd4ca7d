import { isCompacted, type LogConfig } from '@kafka-ts/storage'
import type { BrokerConfig } from './broker-config.ts'
import { ConfigError } from './config-type.ts'
import { didYouMean } from './suggest.ts'
import { type TopicConfigName, type TopicConfigRow, topicConfigTable } from './topic-config-table.ts'

/** The configs somebody set on a topic, as texts by name. */
export type TopicConfigOverrides = Readonly<Record<string, string>>

type ValueOf<Name extends TopicConfigName> = (typeof topicConfigTable)[Name] extends TopicConfigRow<infer T> ? T : never

/** The configs in force for a topic by Kafka's names. */
export type TopicConfig = { readonly [Name in TopicConfigName]: ValueOf<Name> }

export const topicConfigNames = Object.keys(topicConfigTable) as readonly TopicConfigName[]

/** Whether `name` is a config of the table. */
export function isTopicConfigName(name: string): name is TopicConfigName {
  return Object.hasOwn(topicConfigTable, name)
}

/** Throws `ConfigError`, naming the config, unless every name is known and every value allowed. */
export function validateTopicConfigs(overrides: TopicConfigOverrides): void {
  for (const [name, text] of Object.entries(overrides)) {
    if (!isTopicConfigName(name)) throw new ConfigError(`unknown topic config ${name}${didYouMean(name, topicConfigNames)}`)
    parseTopicConfig(name, text)
  }
}

/** The configs in force: the overrides, and the broker's defaults for the rest. */
export function resolveTopicConfig(overrides: TopicConfigOverrides, broker: BrokerConfig): TopicConfig {
  const resolved: Record<string, unknown> = {}
  for (const name of topicConfigNames)
    resolved[name] = parseTopicConfig(name, overrides[name] ?? topicConfigTable[name].defaultText(broker))
  return resolved as TopicConfig
}

/** The part of a topic's config that its logs need. */
export function toLogConfig(config: TopicConfig): LogConfig {
  const cleanupPolicy = config['cleanup.policy']
  return {
    segmentBytes: config['segment.bytes'],
    segmentMs: isCompacted({ cleanupPolicy }) ? Math.min(config['segment.ms'], config['max.compaction.lag.ms']) : config['segment.ms'],
    segmentJitterMs: config['segment.jitter.ms'],
    retentionMs: config['retention.ms'],
    retentionBytes: config['retention.bytes'],
    maxMessageBytes: config['max.message.bytes'],
    indexIntervalBytes: config['index.interval.bytes'],
    cleanupPolicy,
    minCleanableDirtyRatio: config['min.cleanable.dirty.ratio'],
    minCompactionLagMs: config['min.compaction.lag.ms'],
    maxCompactionLagMs: config['max.compaction.lag.ms'],
    deleteRetentionMs: config['delete.retention.ms'],
    messageTimestampType: config['message.timestamp.type'],
    messageTimestampBeforeMaxMs: config['message.timestamp.before.max.ms'],
    messageTimestampAfterMaxMs: config['message.timestamp.after.max.ms'],
    durability: config.durability,
    fileDeleteDelayMs: config['file.delete.delay.ms'],
  }
}

function parseTopicConfig(name: TopicConfigName, text: string): unknown {
  try {
    return topicConfigTable[name].type.parse(text)
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${name}=${text}: ${error.message}`, { cause: error })
    throw error
  }
}

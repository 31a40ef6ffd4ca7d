import type { BrokerConfig } from './broker-config.ts'
import type { BrokerConfigName } from './broker-config-table.ts'
import { type ConfigType, choice, cleanupPolicy, fraction, integer } from './config-type.ts'

/** One row of the table of topic configs. */
export interface TopicConfigRow<T = unknown> {
  readonly type: ConfigType<T>
  /** The broker configs that give the default, the first that is set first. */
  readonly synonyms: readonly BrokerConfigName[]
  /** The default as text, from the broker's config. */
  readonly defaultText: (config: BrokerConfig) => string
  /** One sentence for docs/topic-configs.md. */
  readonly doc: string
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

function row<T>(type: ConfigType<T>, synonym: BrokerConfigName, doc: string): TopicConfigRow<T> {
  return { type, synonyms: [synonym], defaultText: (config) => config.texts.get(synonym)?.text ?? '', doc }
}

/** -1 in any unit means "never". */
function inMillis(value: number, unitMs: number): string {
  return String(value < 0 ? -1 : value * unitMs)
}

function defaultRetentionMs({ values }: BrokerConfig): string {
  if (values['log.retention.ms'] !== undefined) return String(values['log.retention.ms'])
  if (values['log.retention.minutes'] !== undefined) return inMillis(values['log.retention.minutes'], MINUTE_MS)
  return inMillis(values['log.retention.hours'], HOUR_MS)
}

/** Every topic config there is, each with an effect. Any other name is refused with INVALID_CONFIG. */
export const topicConfigTable = {
  'cleanup.policy': row(
    cleanupPolicy,
    'log.cleanup.policy',
    'What happens to old records: `delete` removes segments by age and size, `compact` keeps the last record of each key, `compact,delete` does both. Records of compacted topics must have keys.',
  ),
  'compression.type': row(
    choice('producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'),
    'compression.type',
    'The compression batches are stored with; `producer` keeps what the producer chose. Any other value makes the broker open and re-encode batches that differ.',
  ),
  'delete.retention.ms': row(
    integer('long', { min: 0 }),
    'log.cleaner.delete.retention.ms',
    'How long a tombstone (a record without a value) stays in a compacted topic after it was first cleaned: the time a reader has from the beginning to the end without missing one.',
  ),
  durability: row(
    choice('commit', 'page'),
    'durability',
    'What an ack means for this topic: `commit` fsynced, `page` in the page cache. Not a config of Kafka.',
  ),
  'file.delete.delay.ms': row(
    integer('long', { min: 0 }),
    'log.segment.delete.delay.ms',
    'How long the files of a deleted segment stay on disk.',
  ),
  'index.interval.bytes': row(
    integer('int', { min: 0 }),
    'log.index.interval.bytes',
    'Bytes of log between two entries of an offset index.',
  ),
  'max.compaction.lag.ms': row(
    integer('long', { min: 1 }),
    'log.cleaner.max.compaction.lag.ms',
    'How long a record of a compacted topic may wait to be cleaned, whatever the dirty ratio; segments are closed in time for it.',
  ),
  'max.message.bytes': row(
    integer('int', { min: 0 }),
    'message.max.bytes',
    'The largest record batch accepted, after compression; above it MESSAGE_TOO_LARGE.',
  ),
  'message.timestamp.after.max.ms': row(
    integer('long', { min: 0 }),
    'log.message.timestamp.after.max.ms',
    'How far in the future a record timestamp may lie; above it INVALID_TIMESTAMP. Ignored with LogAppendTime.',
  ),
  'message.timestamp.before.max.ms': row(
    integer('long', { min: 0 }),
    'log.message.timestamp.before.max.ms',
    'How far in the past a record timestamp may lie; above it INVALID_TIMESTAMP. Ignored with LogAppendTime.',
  ),
  'message.timestamp.type': row(
    choice('CreateTime', 'LogAppendTime'),
    'log.message.timestamp.type',
    'Whether records keep the timestamp of their producer or get that of the append.',
  ),
  'min.cleanable.dirty.ratio': row(
    fraction({ min: 0, max: 1 }),
    'log.cleaner.min.cleanable.ratio',
    'The share of a compacted partition that must be dirty (not cleaned yet) for a cleaning: less wastes less disk, and cleans more often.',
  ),
  'min.compaction.lag.ms': row(
    integer('long', { min: 0 }),
    'log.cleaner.min.compaction.lag.ms',
    'How long a record of a compacted topic stays at the least, also when its key has a later one.',
  ),
  'retention.bytes': row(
    integer('long', { min: -1 }),
    'log.retention.bytes',
    'Size of a partition above which its oldest segments are deleted; -1 none.',
  ),
  'retention.ms': {
    ...row(integer('long', { min: -1 }), 'log.retention.ms', 'Age of its newest record at which a segment is deleted; -1 never.'),
    synonyms: ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
    defaultText: defaultRetentionMs,
  },
  'segment.bytes': row(integer('int', { min: 1024 }), 'log.segment.bytes', 'Size at which a segment is closed and the next one begun.'),
  'segment.jitter.ms': {
    ...row(
      integer('long', { min: 0 }),
      'log.roll.jitter.ms',
      'By how much earlier than `segment.ms` a segment may be closed; each has its own share of it, so that partitions are not all rolled at once.',
    ),
    synonyms: ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
    defaultText: ({ values }) => String(values['log.roll.jitter.ms'] ?? values['log.roll.jitter.hours'] * HOUR_MS),
  },
  'segment.ms': {
    ...row(integer('long', { min: 1 }), 'log.roll.ms', 'Age at which a segment is closed even if it is not full.'),
    synonyms: ['log.roll.ms', 'log.roll.hours'],
    defaultText: ({ values }) => String(values['log.roll.ms'] ?? values['log.roll.hours'] * HOUR_MS),
  },
} as const satisfies Record<string, TopicConfigRow>

/** The name of a topic config. */
export type TopicConfigName = keyof typeof topicConfigTable

import { boolean, type ConfigType, choice, cleanupPolicy, fraction, integer, LONG_MAX_TEXT, list, wordList } from './config-type.ts'

/** One row of the table of broker configs. */
export interface BrokerConfigRow<T = unknown> {
  readonly type: ConfigType<T>
  /** The text that holds in the development profile when nothing else is said. */
  readonly default: string
  /** The default of the production profile, where it differs. */
  readonly production?: string
  /** One sentence for docs/configuration.md. */
  readonly doc: string
}

const MIB = 2 ** 20
const HOUR_MS = 3_600_000

function row<T>(type: ConfigType<T>, text: string, doc: string): BrokerConfigRow<T> {
  return { type, default: text, doc }
}

function perProfile<T>(
  type: ConfigType<T>,
  texts: { readonly development: string; readonly production: string },
  doc: string,
): BrokerConfigRow<T> {
  return { type, default: texts.development, production: texts.production, doc }
}

const bytes = integer('long', { min: 1 })
const millis = integer('long', { min: 1 })

/** Every broker config there is. Any other name is refused; docs/configuration.md shows exactly these rows. */
export const brokerConfigTable = {
  'node.id': row(integer('int', { min: 0 }), '1', 'The id of this broker in its cluster.'),
  'log.dirs': row(
    list({ min: 1, allowed: 'a comma-separated list of directories' }),
    '.kafka-ts',
    'Data directories. New partitions go to the online one with the fewest partitions. The first one also holds the cluster metadata.',
  ),
  listeners: perProfile(
    list({ min: 1, allowed: 'a comma-separated list of [NAME://]HOST:PORT' }),
    { development: '127.0.0.1:9092', production: '0.0.0.0:9092' },
    'Addresses to bind. Port 0 picks a free one.',
  ),
  'advertised.listeners': row(
    list({ min: 0, allowed: 'a comma-separated list of [NAME://]HOST:PORT, one a listener' }),
    '',
    'The addresses that clients are told, one for each of `listeners`. Empty: the bound address, or, when that is a wildcard such as 0.0.0.0, the address the client reached.',
  ),
  'num.partitions': row(integer('int', { min: 1, max: 10_000 }), '1', 'Partitions of a topic whose creator names no number.'),
  'default.replication.factor': row(
    integer('int', { min: 1, max: 1 }),
    '1',
    'Replicas of a topic whose creator names no number. Only 1 until replication exists.',
  ),
  'auto.create.topics.enable': perProfile(
    boolean,
    { development: 'true', production: 'false' },
    'Whether a metadata request that allows it creates an unknown topic.',
  ),
  durability: row(
    choice('commit', 'page'),
    'commit',
    '`commit`: an ack means fsynced (group commit). `page`: an ack means written to the page cache, as in Kafka: a power cut can lose acknowledged records.',
  ),
  'log.retention.ms': row(
    integer('long', { min: -1 }),
    '',
    'Age at which a segment is deleted; -1 never. Empty: `log.retention.minutes`, then `log.retention.hours`.',
  ),
  'log.retention.minutes': row(integer('int', { min: -1 }), '', 'As `log.retention.ms`, in minutes. Empty: `log.retention.hours`.'),
  'log.retention.hours': row(integer('int', { min: -1 }), '168', 'As `log.retention.ms`, in hours.'),
  'log.retention.bytes': row(
    integer('long', { min: -1 }),
    '-1',
    'Size of a partition above which its oldest segments are deleted; -1 none.',
  ),
  'log.retention.check.interval.ms': row(millis, '300000', 'How often retention is applied.'),
  'log.segment.bytes': row(integer('int', { min: 1024 }), '1073741824', 'Size at which a segment is closed and the next one begun.'),
  'log.roll.ms': row(integer('long', { min: 1 }), '', 'Age at which a segment is closed even if it is not full. Empty: `log.roll.hours`.'),
  'log.roll.hours': row(integer('int', { min: 1 }), '168', 'As `log.roll.ms`, in hours.'),
  'log.roll.jitter.ms': row(
    integer('long', { min: 0 }),
    '',
    'By how much earlier a segment may be closed; each has its own share of it. Empty: `log.roll.jitter.hours`.',
  ),
  'log.roll.jitter.hours': row(integer('int', { min: 0 }), '0', 'As `log.roll.jitter.ms`, in hours.'),
  'log.index.interval.bytes': row(integer('int', { min: 0 }), '4096', 'Bytes of log between two entries of an offset index.'),
  'log.segment.delete.delay.ms': row(integer('long', { min: 0 }), '60000', 'How long the files of a deleted segment stay on disk.'),
  'log.scrub.interval.ms': row(
    millis,
    '86400000',
    'How long after one reading of everything stored the next one begins, which looks for damage. Not a config of Kafka.',
  ),
  'log.scrub.io.max.bytes.per.second': row(
    integer('long', { min: 1 }),
    String(8 * MIB),
    'How much such a reading reads at the most. Not a config of Kafka.',
  ),
  'log.cleanup.policy': row(
    cleanupPolicy,
    'delete',
    'What happens to old records: `delete` by age and size, `compact` to the last record of each key, `compact,delete`.',
  ),
  'log.cleaner.backoff.ms': row(millis, '15000', 'How long the cleaner of compacted topics waits when there is nothing to clean.'),
  'log.cleaner.dedupe.buffer.size': row(
    integer('long', { min: MIB }),
    String(128 * MIB),
    'The most memory for the keys of one cleaning, 25 bytes each: a partition with more dirty keys is cleaned in several goes.',
  ),
  'log.cleaner.io.max.bytes.per.second': row(
    bytes,
    LONG_MAX_TEXT,
    'How much the cleaner reads and writes at the most. The largest value: no limit.',
  ),
  'log.cleaner.min.cleanable.ratio': row(
    fraction({ min: 0, max: 1 }),
    '0.5',
    'The share of a compacted partition that must be dirty for a cleaning.',
  ),
  'log.cleaner.min.compaction.lag.ms': row(integer('long', { min: 0 }), '0', 'How long a record stays before it may be compacted.'),
  'log.cleaner.max.compaction.lag.ms': row(millis, LONG_MAX_TEXT, 'How long a record may wait to be compacted.'),
  'log.cleaner.delete.retention.ms': row(
    integer('long', { min: 0 }),
    '86400000',
    'How long a tombstone stays in a compacted topic after it was first cleaned.',
  ),
  'message.max.bytes': row(integer('int', { min: 0 }), '1048588', 'The largest record batch accepted, after compression.'),
  'compression.type': row(
    choice('producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'),
    'producer',
    'The compression batches are stored with. `producer` keeps what the producer chose.',
  ),
  'log.message.timestamp.type': row(
    choice('CreateTime', 'LogAppendTime'),
    'CreateTime',
    'Whether records keep the timestamp of their producer or get that of the append.',
  ),
  'log.message.timestamp.before.max.ms': row(
    integer('long', { min: 0 }),
    LONG_MAX_TEXT,
    'How far in the past a record timestamp may lie before it is refused with INVALID_TIMESTAMP.',
  ),
  'log.message.timestamp.after.max.ms': row(
    integer('long', { min: 0 }),
    String(HOUR_MS),
    'How far in the future a record timestamp may lie.',
  ),
  'producer.id.expiration.ms': row(
    integer('int', { min: 1 }),
    '86400000',
    'How long a partition remembers an idempotent producer that appends nothing to it. Only time in which the broker runs counts.',
  ),
  'record.validation': row(
    choice('basic', 'full'),
    'basic',
    '`full` also opens compressed batches and walks their records. `basic` checks the checksum and the header of those, and the records of uncompressed ones.',
  ),
  'max.decompressed.batch.bytes': row(
    bytes,
    String(64 * MIB),
    'The most a batch may hold once decompressed, wherever the broker opens one; above it the answer is MESSAGE_TOO_LARGE.',
  ),
  'min.free.bytes': perProfile(
    integer('long', { min: 0 }),
    { development: String(64 * MIB), production: String(1024 * MIB) },
    'Free space of a data directory below which produce is answered with KAFKA_STORAGE_ERROR until there is space again. Fetch and retention go on.',
  ),
  'min.free.check.interval.ms': row(millis, '5000', 'How often free space is measured.'),
  'fetch.max.bytes': row(
    integer('int', { min: 1024 }),
    '57671680',
    'The most record bytes in one fetch response, whatever the client asks for.',
  ),
  'tail.cache.bytes': row(bytes, String(64 * MIB), 'Newest batches kept in memory, for all partitions of a data directory.'),
  'journal.file.bytes': row(
    integer('int', { min: 1024 * 1024 }),
    String(32 * MIB),
    'Size of a file of the write-ahead journal that makes appends durable.',
  ),
  'journal.max.files': row(
    integer('int', { min: 2, max: 1000 }),
    '4',
    'Files of that journal, for each data directory; when all are in use, appends wait.',
  ),
  'max.connections': row(integer('int', { min: 1 }), '10000', 'Connections at one time; the next one is closed at once.'),
  'max.connections.per.ip': row(integer('int', { min: 1 }), '2147483647', 'Connections at one time from one address.'),
  'connections.max.idle.ms': row(millis, '600000', 'A connection with no request for so long is closed.'),
  'connection.first.bytes.timeout.ms': row(millis, '10000', 'A connection that has not said by then which protocol it speaks is closed.'),
  'connection.stalled.timeout.ms': row(
    millis,
    '60000',
    'A connection that has bytes to read, or half a frame sent, and makes no progress for so long is closed.',
  ),
  'connection.max.in.flight.requests': row(
    integer('int', { min: 1 }),
    '1024',
    'Unanswered requests of one connection; above it, it is not read.',
  ),
  'connection.max.unsent.bytes': row(bytes, String(8 * MIB), 'Bytes a connection may leave unread before its fetches wait.'),
  'connection.max.queued.bytes': row(bytes, String(64 * MIB), 'Bytes of unanswered requests of one connection; above it, it is not read.'),
  'queued.max.request.bytes': row(bytes, String(256 * MIB), 'Bytes of unanswered requests of all connections; above it none is read.'),
  'unsent.max.response.bytes': row(
    bytes,
    String(256 * MIB),
    'Bytes of responses that all clients together have not taken yet, towards which fetch responses get smaller.',
  ),
  'socket.request.max.bytes': row(
    integer('int', { min: 1024, max: 16 * MIB }),
    String(16 * MIB),
    'The largest frame accepted; a larger one closes its connection.',
  ),
  'group.initial.rebalance.delay.ms': perProfile(
    integer('int', { min: 0 }),
    { development: '0', production: '3000' },
    'How long a group that was empty waits for more members before its first generation.',
  ),
  'group.min.session.timeout.ms': row(
    integer('int', { min: 1 }),
    '6000',
    'The shortest session timeout a member may ask for; others get INVALID_SESSION_TIMEOUT.',
  ),
  'group.max.session.timeout.ms': row(integer('int', { min: 1 }), '1800000', 'The longest session timeout a member may ask for.'),
  'group.max.size': row(integer('int', { min: 1 }), '2147483647', 'Members a group may have; the next one gets GROUP_MAX_SIZE_REACHED.'),
  'group.consumer.heartbeat.interval.ms': row(
    integer('int', { min: 1 }),
    '5000',
    'How often members of a group of the consumer protocol (KIP-848) are to send heartbeats, where the group does not say.',
  ),
  'group.consumer.min.heartbeat.interval.ms': row(
    integer('int', { min: 1 }),
    '1000',
    'The least `consumer.heartbeat.interval.ms` of a group. Kafka does not go below 5 s, which makes clients learn of a new assignment late.',
  ),
  'group.consumer.max.heartbeat.interval.ms': row(
    integer('int', { min: 1 }),
    '15000',
    'The greatest `consumer.heartbeat.interval.ms` of a group.',
  ),
  'group.consumer.session.timeout.ms': row(
    integer('int', { min: 1 }),
    '45000',
    'How long a member of such a group may be silent before its partitions go to others, where the group does not say.',
  ),
  'group.consumer.min.session.timeout.ms': row(
    integer('int', { min: 1 }),
    '6000',
    'The least `consumer.session.timeout.ms` of a group. Kafka does not go below 45 s, which makes the partitions of a dead member wait as long.',
  ),
  'group.consumer.max.session.timeout.ms': row(
    integer('int', { min: 1 }),
    '60000',
    'The greatest `consumer.session.timeout.ms` of a group.',
  ),
  'group.consumer.max.size': row(
    integer('int', { min: 1 }),
    '2147483647',
    'Members a group of the consumer protocol may have; the next one gets GROUP_MAX_SIZE_REACHED.',
  ),
  'group.consumer.assignors': row(
    wordList('uniform', 'range'),
    'uniform,range',
    'What members of such groups may ask for: `uniform` (as even as can be, moving as little as can be) and `range` (one range of each topic). The first is for those who do not ask.',
  ),
  'offsets.topic.num.partitions': row(
    integer('int', { min: 1, max: 1000 }),
    '16',
    'Partitions of `__consumer_offsets`, when it is made: fewer than the 50 of Kafka, since one broker uses about one core.',
  ),
  'offsets.retention.minutes': row(
    integer('int', { min: 1 }),
    '10080',
    'How long committed offsets are kept after their group became empty, or, of a topic nobody in it is subscribed to, after the commit.',
  ),
  'offsets.retention.check.interval.ms': row(millis, '600000', 'How often offsets are looked at for that.'),
  'offset.metadata.max.bytes': row(
    integer('int', { min: 0, max: 32_767 }),
    '4096',
    'The longest text that may be committed with an offset; above it OFFSET_METADATA_TOO_LARGE.',
  ),
  'log.format': perProfile(choice('text', 'json'), { development: 'text', production: 'json' }, 'How the daemon writes its log to stderr.'),
  'log.level': row(
    choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    'info',
    'The least important messages the daemon logs.',
  ),
} as const satisfies Record<string, BrokerConfigRow>

/** The name of a broker config. */
export type BrokerConfigName = keyof typeof brokerConfigTable

/** Configs whose empty text means "not set": another config of the table decides. */
export const optionalConfigs = [
  'log.retention.ms',
  'log.retention.minutes',
  'log.roll.ms',
  'log.roll.jitter.ms',
] as const satisfies readonly BrokerConfigName[]

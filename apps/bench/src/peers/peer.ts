import type { ServerKind } from './servers/server.ts'

/** `commit`: acknowledged after an fsync. `page`: acknowledged when it is in the page cache. */
export type Durability = 'commit' | 'page'

export type Part = 'node' | 'confluent' | 'apache-kafka'

/** A client library and the server that it is measured with. */
export interface Peer {
  /** As `--only` and the JSON call it. */
  readonly name: string
  readonly title: string
  readonly server: ServerKind
  /** The module in `clients/` that speaks for it, or the Java program. */
  readonly client: { readonly module: string } | { readonly java: string }
  /** The part of the cache that it needs. */
  readonly part?: Part
  readonly durabilities: readonly Durability[]
  /** At most so many records in one cell: what it sends or reads within the time, with room to spare. */
  readonly records: number
  /** Times as long a warm-up as the others: a JVM takes longer to compile what is hot. Default 1. */
  readonly warmUpFactor?: number
  /** What it was told, beyond its defaults. */
  readonly settings: string
}

/** The one that all others are compared with. */
export const ours: Peer = {
  name: 'kafka-ts',
  title: 'SDK on our broker',
  server: 'kafka-ts',
  client: { module: 'kafka-ts' },
  durabilities: ['commit', 'page'],
  records: 1_500_000,
  settings: 'send() a record, acks=all, idempotent, defaults (linger 1 ms, batch 64 KiB); batches() without a group; linger 0 when paced',
}

const javaWarmUpFactor = 3
const javaSettings =
  'acks=all, idempotent, linger 5 ms, batch.size 128 KiB, buffer.memory 64 MiB; max.poll.records 5000, 4 MiB a partition, without a group; linger 0 when paced'

export const peers: readonly Peer[] = [
  ours,
  {
    name: 'kafkajs',
    title: 'kafkajs on our broker',
    server: 'kafka-ts',
    client: { module: 'kafkajs' },
    part: 'node',
    durabilities: ['commit'],
    records: 500_000,
    settings:
      'send() of 1,000 records, acks=all; eachBatch in a group, all partitions at once, 4 MiB a partition; what is due in one send() when paced',
  },
  {
    name: 'platformatic',
    title: '@platformatic/kafka on our broker',
    server: 'kafka-ts',
    client: { module: 'platformatic' },
    part: 'node',
    durabilities: ['commit'],
    records: 800_000,
    settings:
      'send() of 1,000 records, acks=all; data events in a group, 4 MiB a fetch, highWaterMark 16,384; what is due in one send() when paced',
  },
  {
    name: 'confluent',
    title: '@confluentinc/kafka-javascript on our broker',
    server: 'kafka-ts',
    client: { module: 'confluent' },
    part: 'confluent',
    durabilities: ['commit'],
    records: 800_000,
    settings:
      'produce() a record with delivery reports, acks=all, linger 5 ms, batch.size 1 MB; consume(10000) without a group; linger 0 and data events when paced',
  },
  {
    name: 'java-on-ours',
    title: 'Java client on our broker',
    server: 'kafka-ts',
    client: { java: 'KafkaJavaClient' },
    part: 'apache-kafka',
    durabilities: ['commit'],
    records: 1_500_000,
    warmUpFactor: javaWarmUpFactor,
    settings: javaSettings,
  },
  {
    name: 'apache-kafka',
    title: 'Apache Kafka with its Java client',
    server: 'apache-kafka',
    client: { java: 'KafkaJavaClient' },
    part: 'apache-kafka',
    durabilities: ['commit', 'page'],
    records: 1_500_000,
    warmUpFactor: javaWarmUpFactor,
    settings: javaSettings,
  },
  {
    name: 'kafkajs-on-apache',
    title: 'kafkajs on Apache Kafka',
    server: 'apache-kafka',
    client: { module: 'kafkajs' },
    part: 'apache-kafka',
    durabilities: ['page'],
    records: 500_000,
    settings: 'as kafkajs on our broker',
  },
  {
    name: 'redis',
    title: 'Redis Streams',
    server: 'redis',
    client: { module: 'redis' },
    part: 'node',
    durabilities: ['commit', 'page'],
    records: 300_000,
    settings: 'XADD a record, pipelined by the client; XREAD COUNT 1000 BLOCK; one stream',
  },
  {
    name: 'nats',
    title: 'NATS JetStream',
    server: 'nats',
    client: { module: 'nats' },
    part: 'node',
    durabilities: ['page'],
    records: 200_000,
    settings: 'publish() a record; ordered consumer with 10,000 in flight; one stream, the key is the last token of the subject',
  },
]

/** Those that run only when they are named: beside the table of the goals. */
export const onlyWhenNamed: readonly string[] = ['java-on-ours', 'kafkajs-on-apache']

import type { Peer } from './peer.ts'

/** The one that all others are compared with: our SDK through `sendMany()`. */
export const ours: Peer = {
  name: 'kafka-ts',
  title: 'SDK on our broker',
  server: 'kafka-ts',
  client: { module: 'kafka-ts' },
  durabilities: ['commit', 'page'],
  records: 1_500_000,
  sends: 'many a call',
  settings:
    'sendMany() of 1,000 records, acks=all, idempotent, defaults (linger 1 ms, batch 64 KiB); batches() without a group; linger 0 and what is due in one sendMany() when paced',
}

/** Our SDK with a call and a promise a record: beside it stand those whose clients work so, too. */
export const oursOneByOne: Peer = {
  ...ours,
  name: 'kafka-ts-send',
  title: 'SDK on our broker, a promise a record',
  client: { module: 'kafka-ts-send' },
  sends: 'one a call',
  onlyProduces: true,
  settings: 'send() of one record, a promise each; otherwise as kafka-ts',
}

const javaWarmUpFactor = 2.5
const javaSettings =
  'send() a record with a callback, acks=all, idempotent, linger 5 ms, batch.size 128 KiB, buffer.memory 64 MiB; max.poll.records 5000, 4 MiB a partition, without a group; linger 0 when paced'

export const peers: readonly Peer[] = [
  ours,
  oursOneByOne,
  {
    name: 'kafkajs',
    title: 'kafkajs on our broker',
    server: 'kafka-ts',
    client: { module: 'kafkajs' },
    part: 'node',
    durabilities: ['commit'],
    records: 500_000,
    sends: 'many a call',
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
    sends: 'many a call',
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
    sends: 'one a call',
    settings:
      'produce() a record with delivery reports, acks=all, linger 5 ms, batch.size 1 MB; consume(10000) without a group; linger 0 and data events when paced',
  },
  {
    name: 'confluent-kafkajs',
    title: '@confluentinc/kafka-javascript, its other interface',
    server: 'kafka-ts',
    client: { module: 'confluent-kafkajs' },
    part: 'confluent',
    durabilities: ['commit'],
    records: 500_000,
    sends: 'many a call',
    settings: 'its interface that is like kafkajs: send() of 1,000 records, eachBatch in a group; configured as confluent',
  },
  {
    name: 'java-on-ours',
    title: 'Java client on our broker',
    server: 'kafka-ts',
    client: { java: 'KafkaJavaClient' },
    part: 'apache-kafka',
    durabilities: ['commit', 'page'],
    records: 1_500_000,
    warmUpFactor: javaWarmUpFactor,
    sends: 'one a call',
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
    sends: 'one a call',
    settings: javaSettings,
  },
  {
    name: 'kafkajs-on-apache',
    title: 'kafkajs on Apache Kafka',
    server: 'apache-kafka',
    client: { module: 'kafkajs' },
    part: 'apache-kafka',
    durabilities: ['commit', 'page'],
    records: 500_000,
    sends: 'many a call',
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
    sends: 'one a call',
    settings: 'XADD a record, a promise each, pipelined by the client; XREAD COUNT 1000 BLOCK; one stream',
  },
  {
    name: 'nats',
    title: 'NATS JetStream',
    server: 'nats',
    client: { module: 'nats' },
    part: 'node',
    durabilities: ['page'],
    records: 200_000,
    sends: 'one a call',
    settings:
      'publish() a record, a promise each; ordered consumer with 10,000 in flight; one stream, the key is the last token of the subject',
  },
]

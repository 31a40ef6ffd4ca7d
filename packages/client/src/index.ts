export { KafkaError, type KafkaErrorCode } from '@kafka-ts/protocol'
export type {
  Admin,
  AdminCallOptions,
  AdminChangeOptions,
  ApiSupport,
  BrokerDescription,
  BrokerFeatures,
  ClusterDescription,
  ConfigAlteration,
  ConfigChange,
  ConfigEntry,
  ConfigOrigin,
  ConfigResource,
  DescribeConfigsOptions,
  ListedOffset,
  LogDirDescription,
  NewTopic,
  OffsetQuery,
  OffsetSpec,
  Outcome,
  PartitionDescription,
  ReplicaLogDir,
  TopicDescription,
  TopicListing,
  TopicName,
} from './admin/admin-types.ts'
export type {
  FetchGroupOffsetsOptions,
  GroupDescription,
  GroupListing,
  GroupMember,
  GroupName,
  GroupOffset,
  GroupState,
  GroupType,
  ListGroupsOptions,
  NewGroupOffset,
} from './admin/group-types.ts'
export { bytes, type Codec, json, nullable, schema, string } from './codecs.ts'
export type { Assignment, Consumer, ConsumerBatch, ConsumerOptions, FetchOptions, StartPosition } from './consumer/consumer-types.ts'
export type { CommitMode, GroupConsumer, GroupConsumerOptions, GroupStart, PartitionLag } from './consumer/group/group-consumer-types.ts'
export type { GroupConsumerEvents } from './consumer/group/group-events.ts'
export type { RunBackoff, RunContext, RunHandler, RunOptions } from './consumer/run/run-types.ts'
export type { RequestEvent } from './diagnostics.ts'
export { Kafka } from './kafka.ts'
export type { ClientDoors, KafkaOptions, Logger } from './kafka-options.ts'
export type {
  Acks,
  CompressionName,
  HeadersInput,
  HeaderValue,
  Partitioner,
  PartitionerInput,
  Producer,
  ProducerOptions,
  ProducerRecord,
  RecordMetadata,
  SendOptions,
} from './producer/producer-types.ts'
export type { ConsumerRecord, RecordHeader, RecordOf, TopicPartition, TopicPartitionOffset } from './record.ts'
export { type KeyOf, type Topic, type TopicLike, topic, topicName, type ValueOf } from './topic.ts'

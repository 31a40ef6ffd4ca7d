import type { KafkaError } from '@kafka-ts/protocol'
import type { TopicPartition } from '../record.ts'
import type { TopicLike } from '../topic.ts'
import type {
  FetchGroupOffsetsOptions,
  GroupDescription,
  GroupListing,
  GroupName,
  GroupOffset,
  ListGroupsOptions,
  NewGroupOffset,
} from './group-types.ts'

/**
 * The outcome of one of several asked for: the item that was asked, and either what came of it or why not. `if (result.error) ... else result.offset`.
 * What fails as a whole (no broker, a time-out) throws instead.
 */
export type Outcome<Item, Value = unknown> = Item &
  (({ readonly error?: undefined } & Value) | ({ readonly error: KafkaError } & { readonly [K in keyof Value]?: undefined }))

/** A topic to create. Counts left out are the broker's defaults (`num.partitions`, `default.replication.factor`). */
export interface NewTopic {
  readonly topic: TopicLike
  readonly partitions?: number
  readonly replicationFactor?: number
  /** Kafka's names: `{ 'retention.ms': 3_600_000 }`. */
  readonly configs?: Readonly<Record<string, string | number | boolean>>
  /** Which brokers hold each partition, from partition 0 on; the first of each leads. Instead of the counts. */
  readonly assignments?: readonly (readonly number[])[]
}

export interface TopicName {
  readonly topic: string
}

export interface TopicListing {
  readonly name: string
  /** As Kafka writes it: base64url, 22 characters. */
  readonly topicId: string
  readonly isInternal: boolean
  readonly partitionCount: number
}

export interface PartitionDescription {
  readonly partition: number
  /** Broker id, or -1 while there is no leader. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly offlineReplicas: readonly number[]
  /** Why nobody leads it, where the broker that was asked knows. */
  readonly offlineReason: string | null
}

export interface TopicDescription extends TopicListing {
  readonly partitions: readonly PartitionDescription[]
}

export interface BrokerDescription {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
  /** Of the broker's program. */
  readonly version: string
  /** Milliseconds since 1970. */
  readonly startTimeMs: number
  /** `running`, `starting`, `stopping` or `fenced`. */
  readonly state: string
}

export interface ClusterDescription {
  readonly clusterId: string
  /** -1 while there is none. */
  readonly controllerId: number
  readonly brokers: readonly BrokerDescription[]
}

/** What one broker speaks and accepts, as it says in the first exchange of a connection. */
export interface BrokerFeatures {
  readonly nodeId: number
  readonly clusterId: string
  /** Bytes of one request. */
  readonly maxFrameBytes: number
  /** Bytes of one batch of records, unless a topic has its own limit. */
  readonly maxBatchBytes: number
  /** Requests of one connection that it works on at a time. */
  readonly maxInFlight: number
  readonly apis: readonly ApiSupport[]
}

/** The versions of one API that a broker speaks, and the one this client uses. */
export interface ApiSupport {
  readonly key: number
  /** null: this client does not know the API. */
  readonly name: string | null
  readonly minVersion: number
  readonly maxVersion: number
  /** null: the two have none in common. */
  readonly usedVersion: number | null
}

export interface ConfigResource {
  readonly type: 'topic' | 'broker' | 'group'
  /** Topic name, group id, or broker id ('' for the cluster-wide default). */
  readonly name: string
}

/** Where a value comes from; `default` is the one built in. */
export type ConfigOrigin =
  | 'dynamic-topic'
  | 'dynamic-broker'
  | 'dynamic-default-broker'
  | 'static-broker'
  | 'dynamic-group'
  | 'default'
  | 'unknown'

export interface ConfigEntry {
  readonly name: string
  /** null when it is sensitive, or has none. */
  readonly value: string | null
  readonly source: ConfigOrigin
  readonly isDefault: boolean
  readonly isReadOnly: boolean
  readonly isSensitive: boolean
  /** null unless asked for. */
  readonly documentation: string | null
}

/** One change of a config. `delete` goes back to the default; `append` and `subtract` are for lists. */
export interface ConfigChange {
  readonly name: string
  readonly operation: 'set' | 'delete' | 'append' | 'subtract'
  /** Not for `delete`. */
  readonly value?: string | number | boolean
}

export interface ConfigAlteration {
  readonly resource: ConfigResource
  readonly changes: readonly ConfigChange[]
}

/** Which offset: the log's first, the one after its last readable record, that of the first record at or after a time, or that of the newest timestamp. */
export type OffsetSpec = 'earliest' | 'latest' | 'max-timestamp' | { readonly timestamp: number | Date }

export interface OffsetQuery extends TopicPartition {
  readonly at: OffsetSpec
}

export interface ListedOffset {
  /** -1: no record is at or after the time. */
  readonly offset: number
  /** Of the record found; -1 for 'earliest', 'latest' and when none was. */
  readonly timestamp: number
}

export interface ReplicaLogDir extends TopicPartition {
  readonly sizeBytes: number
}

export interface LogDirDescription {
  readonly nodeId: number
  readonly path: string
  readonly error?: KafkaError
  /** -1: not known. */
  readonly totalBytes: number
  readonly usableBytes: number
  readonly replicas: readonly ReplicaLogDir[]
}

/** Options of every admin call. */
export interface AdminCallOptions {
  readonly signal?: AbortSignal
  /** Default: the client's `requestTimeoutMs`. */
  readonly timeoutMs?: number
}

/** Options of calls that change something. */
export interface AdminChangeOptions extends AdminCallOptions {
  /** Check everything, change nothing. */
  readonly validateOnly?: boolean
}

/** Options of `describeConfigs`. */
export interface DescribeConfigsOptions extends AdminCallOptions {
  /** Only these configs. */
  readonly names?: readonly string[]
  readonly includeDocumentation?: boolean
}

/**
 * Looks after topics, configs, offsets and groups. Calls about many items answer one outcome an item, in the order asked, with errors as values; the
 * call about one item throws its `KafkaError`.
 */
export interface Admin {
  listTopics(options?: AdminCallOptions & { readonly includeInternal?: boolean }): Promise<TopicListing[]>
  describeTopics(
    topics: readonly TopicLike[],
    options?: AdminCallOptions,
  ): Promise<Outcome<TopicName, { readonly description: TopicDescription }>[]>
  describeTopic(topic: TopicLike, options?: AdminCallOptions): Promise<TopicDescription>
  createTopics(
    topics: readonly NewTopic[],
    options?: AdminChangeOptions,
  ): Promise<Outcome<TopicName, { readonly partitionCount: number }>[]>
  createTopic(topic: NewTopic, options?: AdminChangeOptions): Promise<void>
  deleteTopics(topics: readonly TopicLike[], options?: AdminCallOptions): Promise<Outcome<TopicName>[]>
  deleteTopic(topic: TopicLike, options?: AdminCallOptions): Promise<void>
  /** `partitions` is the total wanted. */
  createPartitions(
    topics: readonly { readonly topic: TopicLike; readonly partitions: number }[],
    options?: AdminChangeOptions,
  ): Promise<Outcome<TopicName>[]>
  /** Drops the records before each offset; 'end' drops all there are. */
  deleteRecords(
    targets: readonly (TopicPartition & { readonly before: number | 'end' })[],
    options?: AdminCallOptions,
  ): Promise<Outcome<TopicPartition, { readonly logStartOffset: number }>[]>
  describeConfigs(
    resources: readonly ConfigResource[],
    options?: DescribeConfigsOptions,
  ): Promise<Outcome<{ readonly resource: ConfigResource }, { readonly configs: readonly ConfigEntry[] }>[]>
  /** Changes the configs that are named and leaves the others (KIP-339). */
  alterConfigs(
    alterations: readonly ConfigAlteration[],
    options?: AdminChangeOptions,
  ): Promise<Outcome<{ readonly resource: ConfigResource }>[]>
  listOffsets(queries: readonly OffsetQuery[], options?: AdminCallOptions): Promise<Outcome<TopicPartition, ListedOffset>[]>
  /** The same offset of every partition of a topic; throws the first error. */
  topicOffsets(topic: TopicLike, at: OffsetSpec, options?: AdminCallOptions): Promise<(TopicPartition & ListedOffset)[]>
  /** The groups of all brokers, by id. */
  listGroups(options?: ListGroupsOptions): Promise<GroupListing[]>
  /** GROUP_ID_NOT_FOUND where there is none. */
  describeGroups(
    groupIds: readonly string[],
    options?: AdminCallOptions,
  ): Promise<Outcome<GroupName, { readonly description: GroupDescription }>[]>
  describeGroup(groupId: string, options?: AdminCallOptions): Promise<GroupDescription>
  /** Deletes groups without members, and their offsets; NON_EMPTY_GROUP where somebody is in one. */
  deleteGroups(groupIds: readonly string[], options?: AdminCallOptions): Promise<Outcome<GroupName>[]>
  deleteGroup(groupId: string, options?: AdminCallOptions): Promise<void>
  /** What groups have committed; partitions without an offset are left out, and a group that does not exist has none. */
  fetchGroupOffsets(
    groupIds: readonly string[],
    options?: FetchGroupOffsetsOptions,
  ): Promise<Outcome<GroupName, { readonly offsets: readonly GroupOffset[] }>[]>
  /** Sets offsets of a group without members; the group is made if there is none. Throws UNKNOWN_MEMBER_ID while it has members. */
  commitGroupOffsets(groupId: string, offsets: readonly NewGroupOffset[], options?: AdminCallOptions): Promise<Outcome<TopicPartition>[]>
  /** Forgets offsets; GROUP_SUBSCRIBED_TO_TOPIC for topics that members read. Throws GROUP_ID_NOT_FOUND. */
  deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[], options?: AdminCallOptions): Promise<Outcome<TopicPartition>[]>
  describeCluster(options?: AdminCallOptions): Promise<ClusterDescription>
  /** Of any broker, or of the one named. */
  describeFeatures(options?: AdminCallOptions & { readonly broker?: number }): Promise<BrokerFeatures>
  /** Of all brokers, or of those named. */
  describeLogDirs(
    options?: AdminCallOptions & { readonly brokers?: readonly number[]; readonly topics?: readonly TopicLike[] },
  ): Promise<LogDirDescription[]>
}

import type { Cluster } from '../cluster/cluster.ts'
import type { TopicPartition } from '../record.ts'
import type { TopicLike } from '../topic.ts'
import { topicName } from '../topic.ts'
import type {
  Admin,
  AdminCallOptions,
  AdminChangeOptions,
  BrokerFeatures,
  ClusterDescription,
  ConfigAlteration,
  ConfigEntry,
  ConfigResource,
  DescribeConfigsOptions,
  ListedOffset,
  LogDirDescription,
  NewTopic,
  OffsetQuery,
  OffsetSpec,
  Outcome,
  TopicDescription,
  TopicListing,
  TopicName,
} from './admin-types.ts'
import { describeCluster, describeLogDirs } from './cluster-calls.ts'
import { alterConfigs, describeConfigs } from './config-calls.ts'
import { describeFeatures } from './feature-calls.ts'
import { deleteGroups, describeGroups, listGroups } from './group-calls.ts'
import { commitGroupOffsets, deleteGroupOffsets, fetchGroupOffsets } from './group-offset-calls.ts'
import type {
  FetchGroupOffsetsOptions,
  GroupDescription,
  GroupListing,
  GroupName,
  GroupOffset,
  ListGroupsOptions,
  NewGroupOffset,
} from './group-types.ts'
import { deleteRecords, listOffsets } from './offset-calls.ts'
import { createPartitions, createTopics, deleteTopics, describeTopics, listTopics } from './topic-calls.ts'

/** The admin of a client: each call is a function of its own, by subject; here they meet the cluster. Owned by `Kafka`. */
export class AdminClient implements Admin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  listTopics(options: AdminCallOptions & { readonly includeInternal?: boolean } = {}): Promise<TopicListing[]> {
    return listTopics(this.#cluster, options)
  }

  describeTopics(
    topics: readonly TopicLike[],
    options: AdminCallOptions = {},
  ): Promise<Outcome<TopicName, { readonly description: TopicDescription }>[]> {
    return describeTopics(this.#cluster, topics.map(topicName), options)
  }

  async describeTopic(topic: TopicLike, options: AdminCallOptions = {}): Promise<TopicDescription> {
    return only(await this.describeTopics([topic], options)).description
  }

  createTopics(
    topics: readonly NewTopic[],
    options: AdminChangeOptions = {},
  ): Promise<Outcome<TopicName, { readonly partitionCount: number }>[]> {
    return createTopics(this.#cluster, topics, options)
  }

  async createTopic(topic: NewTopic, options: AdminChangeOptions = {}): Promise<void> {
    only(await this.createTopics([topic], options))
  }

  deleteTopics(topics: readonly TopicLike[], options: AdminCallOptions = {}): Promise<Outcome<TopicName>[]> {
    return deleteTopics(this.#cluster, topics.map(topicName), options)
  }

  async deleteTopic(topic: TopicLike, options: AdminCallOptions = {}): Promise<void> {
    only(await this.deleteTopics([topic], options))
  }

  createPartitions(
    topics: readonly { readonly topic: TopicLike; readonly partitions: number }[],
    options: AdminChangeOptions = {},
  ): Promise<Outcome<TopicName>[]> {
    return createPartitions(this.#cluster, topics, options)
  }

  deleteRecords(
    targets: readonly (TopicPartition & { readonly before: number | 'end' })[],
    options: AdminCallOptions = {},
  ): Promise<Outcome<TopicPartition, { readonly logStartOffset: number }>[]> {
    return deleteRecords(this.#cluster, targets, options)
  }

  describeConfigs(
    resources: readonly ConfigResource[],
    options: DescribeConfigsOptions = {},
  ): Promise<Outcome<{ readonly resource: ConfigResource }, { readonly configs: readonly ConfigEntry[] }>[]> {
    return describeConfigs(this.#cluster, resources, options)
  }

  alterConfigs(
    alterations: readonly ConfigAlteration[],
    options: AdminChangeOptions = {},
  ): Promise<Outcome<{ readonly resource: ConfigResource }>[]> {
    return alterConfigs(this.#cluster, alterations, options)
  }

  listOffsets(queries: readonly OffsetQuery[], options: AdminCallOptions = {}): Promise<Outcome<TopicPartition, ListedOffset>[]> {
    return listOffsets(this.#cluster, queries, options)
  }

  async topicOffsets(topic: TopicLike, at: OffsetSpec, options: AdminCallOptions = {}): Promise<(TopicPartition & ListedOffset)[]> {
    const name = topicName(topic)
    const { partitions } = await this.describeTopic(name, options)
    const outcomes = await this.listOffsets(
      partitions.map(({ partition }) => ({ topic: name, partition, at })),
      options,
    )
    return outcomes.map((outcome) => {
      if (outcome.error !== undefined) throw outcome.error
      return outcome
    })
  }

  listGroups(options: ListGroupsOptions = {}): Promise<GroupListing[]> {
    return listGroups(this.#cluster, options)
  }

  describeGroups(
    groupIds: readonly string[],
    options: AdminCallOptions = {},
  ): Promise<Outcome<GroupName, { readonly description: GroupDescription }>[]> {
    return describeGroups(this.#cluster, groupIds, options)
  }

  async describeGroup(groupId: string, options: AdminCallOptions = {}): Promise<GroupDescription> {
    return only(await this.describeGroups([groupId], options)).description
  }

  deleteGroups(groupIds: readonly string[], options: AdminCallOptions = {}): Promise<Outcome<GroupName>[]> {
    return deleteGroups(this.#cluster, groupIds, options)
  }

  async deleteGroup(groupId: string, options: AdminCallOptions = {}): Promise<void> {
    only(await this.deleteGroups([groupId], options))
  }

  fetchGroupOffsets(
    groupIds: readonly string[],
    options: FetchGroupOffsetsOptions = {},
  ): Promise<Outcome<GroupName, { readonly offsets: readonly GroupOffset[] }>[]> {
    return fetchGroupOffsets(this.#cluster, groupIds, options)
  }

  async commitGroupOffsets(
    groupId: string,
    offsets: readonly NewGroupOffset[],
    options: AdminCallOptions = {},
  ): Promise<Outcome<TopicPartition>[]> {
    return commitGroupOffsets(this.#cluster, groupId, { offsets, options })
  }

  deleteGroupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    options: AdminCallOptions = {},
  ): Promise<Outcome<TopicPartition>[]> {
    return deleteGroupOffsets(this.#cluster, groupId, { partitions, options })
  }

  describeCluster(options: AdminCallOptions = {}): Promise<ClusterDescription> {
    return describeCluster(this.#cluster, options)
  }

  describeFeatures(options: AdminCallOptions & { readonly broker?: number } = {}): Promise<BrokerFeatures> {
    return describeFeatures(this.#cluster, options)
  }

  describeLogDirs(
    options: AdminCallOptions & { readonly brokers?: readonly number[]; readonly topics?: readonly TopicLike[] } = {},
  ): Promise<LogDirDescription[]> {
    return describeLogDirs(this.#cluster, options)
  }
}

/** The outcome of the one item that was asked for; its error is thrown. */
function only<Item, Value>(outcomes: readonly Outcome<Item, Value>[]): Item & Value {
  const [outcome] = outcomes
  if (outcome === undefined) throw new TypeError('the answer leaves out the one item that was asked for')
  if (outcome.error !== undefined) throw outcome.error
  return outcome as Item & Value
}

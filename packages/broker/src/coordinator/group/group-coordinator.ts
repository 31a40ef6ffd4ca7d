import type { Clock, Compression, Random } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import type { BrokerConfig } from '../../config/broker-config.ts'
import { type GroupConfig, resolveGroupConfig } from '../../config/group-config.ts'
import { type ClusterImage, type TopicImage, usableTopic } from '../../controller/cluster-image.ts'
import type { Controller } from '../../controller/controller.ts'
import { GROUP_METADATA_TOPIC, internalTopic } from '../../controller/internal-topics.ts'
import type { Logger } from '../../logger.ts'
import type { PartitionTable } from '../../partition/partition-table.ts'
import { Shard } from '../runtime/shard.ts'
import type { Reply } from '../runtime/turn.ts'
import { RegexResolver } from './consumer/regex-resolver.ts'
import { type JoinResult, joinError, type SyncResult, syncError } from './group-results.ts'
import { type ConsumerTimes, groupSettings } from './group-settings.ts'
import { GroupShard, type GroupTurn } from './group-shard.ts'
import { type CommitRequest, commitOffsets } from './operations/commit-offsets.ts'
import {
  type ConsumerClient,
  type ConsumerHeartbeatRequest,
  type ConsumerHeartbeatResult,
  consumerHeartbeat,
} from './operations/consumer-heartbeat.ts'
import { deleteGroup } from './operations/delete-group.ts'
import { deleteOffsets, type OffsetToDelete } from './operations/delete-offsets.ts'
import { type DescribedConsumerGroup, describeConsumerGroup } from './operations/describe-consumer-group.ts'
import { type DescribedGroup, describeGroup, type ListedGroup, listGroups } from './operations/describe-groups.ts'
import { type FetchedTopic, type FetchingMember, type FetchRequest, fetchOffsets, NO_MEMBER } from './operations/fetch-offsets.ts'
import { type HeartbeatRequest, heartbeat } from './operations/heartbeat.ts'
import { type JoinRequest, joinGroup } from './operations/join-group.ts'
import { type Leaver, leaveGroup } from './operations/leave-group.ts'
import { type SyncRequest, syncGroup } from './operations/sync-group.ts'
import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from './records/group-records.ts'
import { shardOfGroup } from './shard-of-group.ts'

export interface GroupCoordinatorOptions {
  readonly controller: Controller
  readonly partitions: PartitionTable
  readonly clock: Clock
  readonly compression: Compression
  readonly random: Random
  readonly config: BrokerConfig
  readonly logger: Logger
}

/** What the key of a record holds. */
const MAX_GROUP_ID_BYTES = 0x7fff

type Operation<Response> = (shard: GroupShard, turn: GroupTurn, reply: Reply<Response>) => Response | undefined

const codec = { encode: encodeGroupRecord, decode: decodeGroupRecord }

/**
 * The coordinator of the groups of this broker: finds the shard of a group and runs the operation there.
 *
 * Every method that names a group rejects with `KafkaError` when its shard cannot answer: COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR,
 * COORDINATOR_NOT_AVAILABLE, which clients try again. What an operation itself refuses is in its result or thrown likewise; see each.
 */
export class GroupCoordinator {
  readonly #options: GroupCoordinatorOptions
  readonly #regexes = new RegexResolver()
  /** Of the topic whose partitions the shards are; undefined while there is none. */
  #topicId: string | undefined
  #shards: readonly Shard<GroupRecord, GroupShard>[] = []
  #creating: Promise<void> | undefined
  #closing: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options
  }

  /** Follows the metadata: loads the shards when their topic is there, forgets offsets of topics that are gone, has groups assigned anew. */
  onImage(image: ClusterImage, previous: ClusterImage): void {
    if (this.#isClosed) return
    const topic = usableTopic(image, GROUP_METADATA_TOPIC)
    if (topic?.id !== this.#topicId) {
      this.#closing = Promise.all([this.#closing, ...this.#shards.map((shard) => shard.close())])
      this.#topicId = topic?.id
      this.#shards = topic === undefined ? [] : topic.partitions.map(({ partition }) => this.#open(topic.id, partition))
    }
    if (image.topics === previous.topics) return
    this.#forgetDeletedTopics(image, previous)
    const changed = changedTopics(image, previous)
    if (changed.size === 0) return
    for (const shard of this.#shards) void this.#onShard(shard, (state, turn) => state.reactToTopics(turn, changed))
  }

  /** Makes the topic of the groups' records if it is not there. Throws `KafkaError` while `groupId` cannot be coordinated here. */
  async ensureAvailable(groupId: string): Promise<void> {
    if (this.#isClosed) throw new KafkaError('COORDINATOR_NOT_AVAILABLE')
    if (this.#topicId === undefined) {
      this.#creating ??= this.#createTopic().finally(() => {
        this.#creating = undefined
      })
      await this.#creating
    }
    const partition = shardOfGroup(groupId, this.#shards.length)
    const offlineReason = this.#options.partitions.find(this.#topicId ?? '', partition)?.offlineReason
    if (this.#shards.length === 0 || offlineReason !== undefined) throw new KafkaError('COORDINATOR_NOT_AVAILABLE', offlineReason)
  }

  joinGroup(request: JoinRequest): Promise<JoinResult> {
    if (request.groupId === '') return Promise.resolve(joinError('INVALID_GROUP_ID', request.memberId))
    return this.#run(request.groupId, (shard, turn, reply) => joinGroup(shard, turn, { request, reply }))
  }

  syncGroup(request: SyncRequest): Promise<SyncResult> {
    if (request.groupId === '') return Promise.resolve(syncError('INVALID_GROUP_ID'))
    return this.#run(request.groupId, (shard, turn, reply) => syncGroup(shard, turn, { request, reply }))
  }

  /** An error code: 0, or REBALANCE_IN_PROGRESS. Rejects with what is wrong with the member. */
  async heartbeat(request: HeartbeatRequest): Promise<number> {
    ensureGroupId(request.groupId)
    return this.#run(request.groupId, (shard) => heartbeat(shard, request))
  }

  /** One error code for each who leaves, in order. */
  async leaveGroup(request: { readonly groupId: string; readonly leavers: readonly Leaver[] }): Promise<readonly number[]> {
    ensureGroupId(request.groupId)
    return this.#run(request.groupId, (shard, turn) => leaveGroup(shard, turn, request))
  }

  /**
   * Joins, keeps and leaves a group of the consumer protocol (KIP-848). With `maxWaitMs` above 0 the answer may take as long, and comes at
   * once when there is news for the member; a newer heartbeat of the member, the end of the shard and `close` end the wait too. Who joins waits
   * for its first assignment, whatever `maxWaitMs`.
   */
  async consumerGroupHeartbeat(request: ConsumerHeartbeatRequest, client: ConsumerClient): Promise<ConsumerHeartbeatResult> {
    ensureGroupId(request.groupId)
    return this.#run(request.groupId, (shard, turn, reply) => consumerHeartbeat(shard, turn, { request, client, reply }))
  }

  /** One error code for each offset, in order. Rejects with what is wrong with the committer. */
  commitOffsets(request: CommitRequest): Promise<readonly number[]> {
    return this.#run(request.groupId, (shard, turn) => commitOffsets(shard, turn, request))
  }

  /**
   * null asks for every topic the group has offsets of. Rejects with UNKNOWN_MEMBER_ID and STALE_MEMBER_EPOCH when `member` names somebody
   * who is not (any more) what it says; `NO_MEMBER` is anybody.
   */
  fetchOffsets(groupId: string, topics: FetchRequest['topics'], member: FetchingMember = NO_MEMBER): Promise<readonly FetchedTopic[]> {
    return this.#run(groupId, (shard) => fetchOffsets(shard, { groupId, topics, member }))
  }

  /** One error code for each offset, in order. Rejects with GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP. */
  deleteOffsets(request: { readonly groupId: string; readonly offsets: readonly OffsetToDelete[] }): Promise<readonly number[]> {
    return this.#run(request.groupId, (shard, turn) => deleteOffsets(shard, turn, request))
  }

  /** Rejects with GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP. */
  async deleteGroup(groupId: string): Promise<void> {
    await this.#run(groupId, (shard, turn) => {
      deleteGroup(shard, turn, groupId)
      return true
    })
  }

  /** A group of the classic protocol; Dead when there is none of that name and protocol. */
  describeGroup(groupId: string): Promise<DescribedGroup> {
    return this.#run(groupId, (shard) => describeGroup(shard, groupId))
  }

  /** A group of the consumer protocol. Rejects with GROUP_ID_NOT_FOUND when there is none of that name and protocol. */
  async describeConsumerGroup(groupId: string): Promise<DescribedConsumerGroup> {
    return this.#run(groupId, (shard) => describeConsumerGroup(shard, groupId))
  }

  async listGroups(): Promise<readonly ListedGroup[]> {
    const listed = await Promise.all(this.#shards.map((shard) => shard.run((state: GroupShard) => listGroups(state))))
    return listed.flat()
  }

  /** Answers what is under way; members that wait for others are told to come back. From then on nothing is coordinated here. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([this.#closing, ...this.#shards.map((shard) => shard.close())])
  }

  #run<Response>(groupId: string, operation: Operation<Response>): Promise<Response> {
    const shard = this.#shards[shardOfGroup(groupId, this.#shards.length)]
    if (isTooLong(groupId)) return Promise.reject(new KafkaError('INVALID_GROUP_ID', `a group id has at most ${MAX_GROUP_ID_BYTES} bytes`))
    if (shard === undefined || this.#isClosed) return Promise.reject(new KafkaError('NOT_COORDINATOR'))
    return shard.run(operation)
  }

  #open(topicId: string, partition: number): Shard<GroupRecord, GroupShard> {
    const { partitions, controller, clock, compression, random, logger, config } = this.#options
    const log = partitions.find(topicId, partition)
    if (log === undefined) throw new Error(`partition ${partition} of ${GROUP_METADATA_TOPIC} is not on this broker`)
    const settings = groupSettings(config.values)
    const image = (): ClusterImage => controller.image
    const times = consumerTimes(controller, config)
    const options = { settings, random, logger, image, regexes: this.#regexes, consumerTimes: times }
    const shard = new Shard<GroupRecord, GroupShard>({
      name: `${GROUP_METADATA_TOPIC}-${partition}`,
      log,
      clock,
      compression,
      logger,
      codec,
      createState: (context) => new GroupShard(context, options),
    })
    shard.start()
    return shard
  }

  async #createTopic(): Promise<void> {
    const { controller, config, logger } = this.#options
    try {
      await controller.createTopic(internalTopic(GROUP_METADATA_TOPIC, config), { validateOnly: false })
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      if (error.code === 'TOPIC_ALREADY_EXISTS') return
      logger.warn({ err: error }, `could not create ${GROUP_METADATA_TOPIC}, which groups need`)
      throw new KafkaError('COORDINATOR_NOT_AVAILABLE', error.message, { cause: error })
    }
  }

  #forgetDeletedTopics(image: ClusterImage, previous: ClusterImage): void {
    const gone = new Set<string>()
    for (const [name, { id }] of previous.topics) if (image.topics.get(name)?.id !== id) gone.add(name)
    if (gone.size === 0) return
    for (const shard of this.#shards) void this.#onShard(shard, (state, turn) => state.forgetTopics(turn, (topic) => gone.has(topic)))
  }

  /** Tells a shard of new metadata. One that is loading looks at the metadata itself when it is done. */
  async #onShard(shard: Shard<GroupRecord, GroupShard>, operation: (state: GroupShard, turn: GroupTurn) => void): Promise<void> {
    try {
      await shard.run((state, turn) => {
        operation(state, turn)
        return true
      })
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      if (error.code === 'COORDINATOR_LOAD_IN_PROGRESS' || error.code === 'NOT_COORDINATOR') return
      this.#options.logger.warn(
        { err: error },
        'groups could not be told of a change of the topics; they are when their partition is next loaded',
      )
    }
  }
}

/** Tells how often members of a group are to be heard of, as the metadata has it now. */
function consumerTimes(controller: Controller, config: BrokerConfig): (groupId: string) => ConsumerTimes {
  const ofBroker = toTimes(resolveGroupConfig({}, config))
  return (groupId) => {
    const overrides = controller.image.groupConfigs.get(groupId)
    return overrides === undefined ? ofBroker : toTimes(resolveGroupConfig(overrides, config))
  }
}

function toTimes(values: GroupConfig): ConsumerTimes {
  return { heartbeatIntervalMs: values['consumer.heartbeat.interval.ms'], sessionTimeoutMs: values['consumer.session.timeout.ms'] }
}

function ensureGroupId(groupId: string): void {
  if (groupId === '') throw new KafkaError('INVALID_GROUP_ID')
}

/** Names of topics of which there are other partitions now than before. */
function changedTopics({ topics }: ClusterImage, { topics: before }: ClusterImage): ReadonlySet<string> {
  const isSame = (one: TopicImage | undefined, other: TopicImage | undefined): boolean =>
    one?.id === other?.id && one?.partitions.length === other?.partitions.length
  const changed = new Set<string>()
  for (const [name, topic] of topics) if (!isSame(topic, before.get(name))) changed.add(name)
  for (const name of before.keys()) if (!topics.has(name)) changed.add(name)
  return changed
}

/** A character takes up to three bytes of UTF-8. */
function isTooLong(groupId: string): boolean {
  return groupId.length * 3 > MAX_GROUP_ID_BYTES && Buffer.byteLength(groupId) > MAX_GROUP_ID_BYTES
}

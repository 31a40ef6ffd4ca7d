import { type SimulatedDoors, simulatedDoors } from '@kafka-ts/io/simulated'
import { createBrokerConfig } from '../../config/broker-config.ts'
import { resolveGroupConfig } from '../../config/group-config.ts'
import type { ClusterImage } from '../../controller/cluster-image.ts'
import { silentLogger } from '../../logger.ts'
import { RegexResolver } from '../group/consumer/regex-resolver.ts'
import type { JoinResult, SyncResult } from '../group/group-results.ts'
import { groupSettings } from '../group/group-settings.ts'
import { GroupShard, type GroupShardOptions } from '../group/group-shard.ts'
import { commitOffsets } from '../group/operations/commit-offsets.ts'
import { type ConsumerHeartbeatRequest, type ConsumerHeartbeatResult, consumerHeartbeat } from '../group/operations/consumer-heartbeat.ts'
import { type DescribedConsumerGroup, describeConsumerGroup } from '../group/operations/describe-consumer-group.ts'
import { type FetchedTopic, type FetchingMember, fetchOffsets } from '../group/operations/fetch-offsets.ts'
import { heartbeat } from '../group/operations/heartbeat.ts'
import { type JoinRequest, joinGroup } from '../group/operations/join-group.ts'
import { leaveGroup } from '../group/operations/leave-group.ts'
import { type SyncRequest, syncGroup } from '../group/operations/sync-group.ts'
import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from '../group/records/group-records.ts'
import { readRecords } from '../runtime/read-records.ts'
import { Shard } from '../runtime/shard.ts'
import { MemoryShardLog } from './memory-shard-log.ts'
import { imageOf, topicImage } from './topic-images.ts'

export const GROUP = 'billing'
const SEED = 11

/** What a member of the tests says of itself unless it says otherwise. */
const joinDefaults = {
  groupId: GROUP,
  memberId: '',
  groupInstanceId: null,
  clientId: 'test',
  clientHost: '/test',
  rebalanceTimeoutMs: 30_000,
  sessionTimeoutMs: 10_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: Uint8Array.of(1) }],
  requiresKnownMemberId: false,
  supportsSkippingAssignment: true,
} as const satisfies JoinRequest

const heartbeatDefaults = {
  groupId: GROUP,
  memberId: '',
  memberEpoch: 0,
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: -1,
  subscribedTopicNames: null,
  subscribedTopicRegex: null,
  serverAssignor: null,
  ownedPartitions: null,
  maxWaitMs: 0,
} as const satisfies ConsumerHeartbeatRequest

/** One shard of groups in virtual time, on a log in memory. */
export class GroupRig {
  readonly doors: SimulatedDoors
  readonly log: MemoryShardLog
  /** The metadata as the shard finds it. */
  image = imageOf([topicImage('orders', 4, 1)])
  readonly #settings: Readonly<Record<string, string>>
  shard: Shard<GroupRecord, GroupShard>

  constructor(settings: Readonly<Record<string, string>> = {}, seed = SEED) {
    this.doors = simulatedDoors({ seed })
    this.log = new MemoryShardLog(this.doors.clock)
    this.#settings = settings
    this.shard = this.openShard()
  }

  /** Runs a test in virtual time; nothing may be left behind afterwards. */
  static async run(settings: Readonly<Record<string, string>>, test: (rig: GroupRig) => Promise<void>, seed = SEED): Promise<void> {
    const rig = new GroupRig(settings, seed)
    const { scheduler } = rig.doors
    await scheduler.settle(
      (async () => {
        await rig.whenLoaded()
        await test(rig)
        rig.log.commit()
        await rig.shard.close()
      })(),
    )
    const pending = scheduler.describePending()
    if (pending !== 'nothing is pending') throw new Error(`the shard left something behind: ${pending}`)
  }

  /** A shard on what is committed in the log. */
  openShard(): Shard<GroupRecord, GroupShard> {
    const { clock, compression } = this.doors
    const options = this.#shardOptions()
    const shard = new Shard<GroupRecord, GroupShard>({
      name: 'test',
      log: this.log,
      clock,
      compression,
      logger: silentLogger,
      codec: { encode: encodeGroupRecord, decode: decodeGroupRecord },
      createState: (context) => new GroupShard(context, options),
    })
    shard.start()
    return shard
  }

  /** The state that a shard would load if everything before `cut` (a share of the log, 0 to 1) had been compacted, tombstones included. */
  async loadCompacted(cut: number): Promise<GroupShard> {
    const records: { readonly key: string; readonly record: GroupRecord; readonly isTombstone: boolean }[] = []
    const { clock, compression } = this.doors
    await readRecords({ log: this.log, clock, compression, isCancelled: () => false }, (key, value) => {
      const record = decodeGroupRecord(key, value)
      if (record !== undefined) records.push({ key: Buffer.from(key).toString('hex'), record, isTombstone: value === null })
    })
    const end = Math.floor(records.length * cut)
    const newest = new Map(records.slice(0, end).map(({ key }, index) => [key, index]))
    const state = new GroupShard({ setTimer: () => ({ cancel: () => undefined }), monotonicMs: () => 0 }, this.#shardOptions())
    for (const [index, { key, record, isTombstone }] of records.entries()) {
      const isCompacted = index < end && (newest.get(key) !== index || isTombstone)
      if (!isCompacted) state.replay(record)
    }
    return state
  }

  /** The coordinator dies, with everything that was not committed, and another one takes over. */
  async restart(): Promise<void> {
    this.log.lose()
    await this.shard.close()
    this.shard = this.openShard()
    await this.whenLoaded()
  }

  async whenLoaded(shard = this.shard): Promise<void> {
    for (;;) {
      const isLoaded = await shard.run(() => true).catch(() => false)
      if (isLoaded) return
      await this.doors.clock.sleep(1)
    }
  }

  /** Reads the state, as an operation does. */
  see<T>(look: (state: GroupShard) => T, shard = this.shard): Promise<T> {
    let seen: T
    return shard
      .run((state) => {
        seen = look(state)
        return true
      })
      .then(() => seen)
  }

  join(request: Partial<JoinRequest> = {}): Promise<JoinResult> {
    return this.shard.run((state, turn, reply) => joinGroup(state, turn, { request: { ...joinDefaults, ...request }, reply }))
  }

  sync(request: Partial<SyncRequest> & { readonly memberId: string; readonly generationId: number }): Promise<SyncResult> {
    const defaults = { groupId: GROUP, groupInstanceId: null, protocolType: null, protocolName: null, assignments: [] }
    return this.shard.run((state, turn, reply) => syncGroup(state, turn, { request: { ...defaults, ...request }, reply }))
  }

  /** An error code; what is thrown is thrown. */
  heartbeat(member: {
    readonly memberId: string
    readonly generationId: number
    readonly groupInstanceId?: string | null
  }): Promise<number> {
    return this.shard.run((state) => heartbeat(state, { groupId: GROUP, groupInstanceId: null, ...member }))
  }

  leave(...memberIds: readonly string[]): Promise<readonly number[]> {
    const leavers = memberIds.map((memberId) => ({ memberId, groupInstanceId: null }))
    return this.shard.run((state, turn) => leaveGroup(state, turn, { groupId: GROUP, leavers }))
  }

  /** The error code of one commit to `orders`; what is thrown is thrown. Without a member: from outside of the group. */
  async commit(offset: number, by: { readonly memberId?: string; readonly generationId?: number; readonly partition?: number } = {}) {
    const { memberId = '', generationId = -1, partition = 0 } = by
    const offsets = [{ topic: 'orders', partition, offset, leaderEpoch: -1, metadata: '' }]
    const request = { groupId: GROUP, memberId, generationId, groupInstanceId: null, retentionTimeMs: -1, offsets }
    const [code] = await this.shard.run((state, turn) => commitOffsets(state, turn, request))
    return code
  }

  /** Committed offsets of `orders`. */
  fetch(member: FetchingMember, partitions: readonly number[]): Promise<readonly FetchedTopic[]> {
    return this.shard.run((state) => fetchOffsets(state, { groupId: GROUP, topics: [{ topic: 'orders', partitions }], member }))
  }

  /** A heartbeat of the consumer protocol; what is not said is as before. */
  consumerHeartbeat(request: Partial<ConsumerHeartbeatRequest>): Promise<ConsumerHeartbeatResult> {
    const client = { clientId: 'test', clientHost: '/test' }
    const whole = { ...heartbeatDefaults, ...request }
    return this.shard.run((state, turn, reply) => consumerHeartbeat(state, turn, { request: whole, client, reply }))
  }

  describeConsumers(groupId = GROUP): Promise<DescribedConsumerGroup> {
    return this.see((state) => describeConsumerGroup(state, groupId))
  }

  /** The topics are these from now on. */
  async setImage(image: ClusterImage): Promise<void> {
    this.image = image
    await this.shard.run((state, turn) => {
      state.reactToTopics(turn)
      return true
    })
  }

  #shardOptions(): GroupShardOptions {
    const config = createBrokerConfig(this.#settings)
    const settings = groupSettings(config.values)
    const times = resolveGroupConfig({}, config)
    const consumerTimes = () => ({
      heartbeatIntervalMs: times['consumer.heartbeat.interval.ms'],
      sessionTimeoutMs: times['consumer.session.timeout.ms'],
    })
    return {
      settings,
      random: this.doors.random,
      logger: silentLogger,
      image: () => this.image,
      regexes: new RegexResolver(),
      consumerTimes,
    }
  }

  /** Joins `count` members to an empty group and gives each its assignment: its place among them. The leader comes first. */
  async stable(count: number): Promise<JoinResult[]> {
    let joined: JoinResult[] = []
    const ids: string[] = []
    for (let index = 0; index < count; index++) {
      // The new one first: it is what makes the others join again.
      const joining = this.join()
      const results = await Promise.all([joining, ...ids.map((memberId) => this.join({ memberId }))])
      joined = results
      ids.splice(0, ids.length, ...results.map(({ memberId }) => memberId))
    }
    const leader = joined.find(({ leaderId, memberId }) => leaderId === memberId) as JoinResult
    const ordered = [leader, ...joined.filter((member) => member !== leader)]
    const assignments = ordered.map(({ memberId }, index) => ({ memberId, assignment: Uint8Array.of(index) }))
    const others = ordered.slice(1).map((member) => this.sync(member))
    await Promise.all([this.sync({ ...leader, assignments }), ...others])
    return ordered
  }
}

/** Rejects with the code that a promise was refused with. */
export async function codeOf(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    () => 'it was not refused',
    (error: { readonly code?: unknown }) => error.code ?? error,
  )
}

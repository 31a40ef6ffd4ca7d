import { nodeDoors } from '@kafka-ts/io'
import { recordCountOf } from '@kafka-ts/protocol/records'
import { createBrokerConfig } from '../../config/broker-config.ts'
import { silentLogger } from '../../logger.ts'
import type { AppendTarget, PartitionRead } from '../../partition/partition.ts'
import { RegexResolver } from '../group/consumer/regex-resolver.ts'
import { groupSettings } from '../group/group-settings.ts'
import { GroupShard } from '../group/group-shard.ts'
import { commitOffsets } from '../group/operations/commit-offsets.ts'
import { type ConsumerHeartbeatRequest, type ConsumerHeartbeatResult, consumerHeartbeat } from '../group/operations/consumer-heartbeat.ts'
import { describeConsumerGroup } from '../group/operations/describe-consumer-group.ts'
import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from '../group/records/group-records.ts'
import { Shard } from '../runtime/shard.ts'
import type { ShardLog } from '../runtime/shard-log.ts'
import { imageOf, topicImage } from './topic-images.ts'

/**
 * What the coordinator costs by itself, without disk and network: run it by hand, with `node --conditions=@kafka-ts/source`, and with
 * `--cpu-prof` to see where the time goes.
 */

const doors = nodeDoors()
const { clock } = doors
const HEARTBEAT_MS = 5000
const SHARDS = 16

/** Commits what was appended at the end of the tick, as a group commit does, and keeps nothing. */
class ForgetfulLog implements ShardLog {
  readonly logStartOffset = 0
  readonly highWatermark = 0
  records = 0
  bytes = 0
  #waiting: AppendTarget[] = []

  append(batch: Uint8Array, target: AppendTarget): void {
    this.records += recordCountOf(batch, 0)
    this.bytes += batch.length
    this.#waiting.push(target)
    if (this.#waiting.length === 1) clock.defer(() => this.#commit())
  }

  read(): PartitionRead {
    return { errorCode: 0, buffers: [], bytes: 0 }
  }

  #commit(): void {
    const committed = this.#waiting
    this.#waiting = []
    for (const { waiter, slot } of committed) waiter?.settle(slot, { errorCode: 0, baseOffset: 0, logAppendTimeMs: -1, logStartOffset: 0 })
  }
}

type BenchShard = Shard<GroupRecord, GroupShard>

async function openShard(log: ShardLog, partitions: number): Promise<BenchShard> {
  const image = imageOf([topicImage('orders', partitions, 1)])
  const settings = groupSettings(createBrokerConfig().values)
  const regexes = new RegexResolver()
  const consumerTimes = () => ({ heartbeatIntervalMs: HEARTBEAT_MS, sessionTimeoutMs: 45_000 })
  const options = { settings, random: doors.random, logger: silentLogger, image: () => image, regexes, consumerTimes }
  const shard: BenchShard = new Shard({
    name: 'bench',
    log,
    clock,
    compression: doors.compression,
    logger: silentLogger,
    codec: { encode: encodeGroupRecord, decode: decodeGroupRecord },
    createState: (context) => new GroupShard(context, options),
  })
  shard.start()
  while (!(await shard.run(() => true).catch(() => false))) await clock.sleep(1)
  return shard
}

const nothing = {
  groupId: 'g',
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: -1,
  subscribedTopicNames: null,
  subscribedTopicRegex: null,
  serverAssignor: null,
  ownedPartitions: null,
  maxWaitMs: HEARTBEAT_MS,
} satisfies Partial<ConsumerHeartbeatRequest>

/** A member as the SDK is one: one heartbeat parked at all times, answers obeyed at once. */
class BenchMember {
  readonly #shard: BenchShard
  readonly #memberId: string
  #isStopped = false
  heartbeats = 0

  constructor(shard: BenchShard, memberId: string) {
    this.#shard = shard
    this.#memberId = memberId
  }

  async join(): Promise<void> {
    const joined = await this.#send({ memberEpoch: 0, rebalanceTimeoutMs: 60_000, subscribedTopicNames: ['orders'], ownedPartitions: [] })
    void this.#stay(joined)
  }

  stop(): void {
    this.#isStopped = true
  }

  async leave(): Promise<void> {
    this.stop()
    await this.#send({ memberEpoch: -1 })
  }

  async #stay(joined: ConsumerHeartbeatResult): Promise<void> {
    let last = joined
    while (!this.#isStopped) {
      const { memberEpoch, assignment: ownedPartitions } = last
      const next = await this.#send({ memberEpoch, ownedPartitions }).catch(() => undefined)
      if (next === undefined) return
      last = next
    }
  }

  #send(request: Partial<ConsumerHeartbeatRequest> & { readonly memberEpoch: number }): Promise<ConsumerHeartbeatResult> {
    this.heartbeats++
    const whole = { ...nothing, memberId: this.#memberId, ...request }
    const client = { clientId: 'bench', clientHost: '/bench' }
    return this.#shard.run((state, turn, reply) => consumerHeartbeat(state, turn, { request: whole, client, reply }))
  }
}

async function untilStable(shard: BenchShard, size: number): Promise<number> {
  const startedMs = clock.monotonic()
  for (;;) {
    const group = await shard.run((state) => describeConsumerGroup(state, 'g'))
    if (group.state === 'Stable' && group.members.length === size) return clock.monotonic() - startedMs
    await clock.sleep(5)
  }
}

/** CPU milliseconds of this process that `task` takes. */
async function cpuOf(task: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await task()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

async function largeGroup({
  size,
  partitions,
  spreadMs,
}: {
  readonly size: number
  readonly partitions: number
  readonly spreadMs: number
}) {
  const log = new ForgetfulLog()
  const shard = await openShard(log, partitions)
  const members = Array.from({ length: size }, (_, index) => new BenchMember(shard, `member-${index}`))
  let stableMs = 0
  const cpuMs = await cpuOf(async () => {
    await Promise.all(members.map((member, index) => clock.sleep((index * spreadMs) / size).then(() => member.join())))
    stableMs = await untilStable(shard, size)
  })
  const { groupEpoch } = await shard.run((state) => describeConsumerGroup(state, 'g'))
  const counted = { records: log.records, bytes: log.bytes, heartbeats: members.reduce((sum, { heartbeats }) => sum + heartbeats, 0) }
  say(
    `${size} members, ${partitions} partitions, joining within ${spreadMs} ms: stable ${stableMs.toFixed(0)} ms after the last answer, epoch ${groupEpoch}, CPU ${cpuMs.toFixed(0)} ms, ` +
      `${counted.records} records (${(counted.bytes / 1024).toFixed(0)} KiB), ${counted.heartbeats} heartbeats`,
  )
  await oneMoreAndOneLess(shard, size)
  const idleMs = await cpuOf(() => clock.sleep(2 * HEARTBEAT_MS))
  say(`  at rest: CPU ${((idleMs / (2 * HEARTBEAT_MS)) * 100).toFixed(1)} % of a core`)
  for (const member of members) member.stop()
  await shard.close()
}

async function oneMoreAndOneLess(shard: BenchShard, size: number): Promise<void> {
  const late = new BenchMember(shard, 'late')
  let stableMs = 0
  const joinMs = await cpuOf(async () => {
    await late.join()
    stableMs = await untilStable(shard, size + 1)
  })
  say(`  one more: stable ${stableMs.toFixed(0)} ms after its answer, CPU ${joinMs.toFixed(0)} ms`)
  const leaveMs = await cpuOf(async () => {
    await late.leave()
    stableMs = await untilStable(shard, size)
  })
  say(`  one less: stable ${stableMs.toFixed(0)} ms after its answer, CPU ${leaveMs.toFixed(0)} ms`)
}

/** Groups of one member each, all of which commit and send a heartbeat, as fast as it goes. */
async function manyGroups({ groups, rounds }: { readonly groups: number; readonly rounds: number }): Promise<void> {
  const logs = Array.from({ length: SHARDS }, () => new ForgetfulLog())
  const shards = await Promise.all(logs.map((log) => openShard(log, 1)))
  const shardOf = (group: number): BenchShard => shards[group % SHARDS] as BenchShard
  const client = { clientId: 'bench', clientHost: '/bench' }
  const beat = (group: number, request: Partial<ConsumerHeartbeatRequest> & { readonly memberEpoch: number }) => {
    const whole = { ...nothing, groupId: `group-${group}`, memberId: `member-${group}`, maxWaitMs: 0, ...request }
    return shardOf(group).run((state, turn, reply: Parameters<typeof consumerHeartbeat>[2]['reply']) =>
      consumerHeartbeat(state, turn, { request: whole, client, reply }),
    )
  }
  const commit = (group: number, offset: number) => {
    const offsets = [{ topic: 'orders', partition: 0, offset, leaderEpoch: 0, metadata: '' }]
    const by = { groupId: `group-${group}`, memberId: `member-${group}`, generationId: 1, groupInstanceId: null, retentionTimeMs: -1 }
    return shardOf(group).run((state, turn) => commitOffsets(state, turn, { ...by, offsets }))
  }
  const all = Array.from({ length: groups }, (_, group) => group)
  const join = { memberEpoch: 0, rebalanceTimeoutMs: 60_000, subscribedTopicNames: ['orders'], ownedPartitions: [] }
  const joinMs = await cpuOf(async () => void (await Promise.all(all.map((group) => beat(group, join)))))
  const commitMs = await cpuOf(async () => {
    for (let round = 0; round < rounds; round++) await Promise.all(all.map((group) => commit(group, round)))
  })
  const beatMs = await cpuOf(async () => {
    for (let round = 0; round < rounds; round++) await Promise.all(all.map((group) => beat(group, { memberEpoch: 1 })))
  })
  const each = (ms: number): string => ((ms * 1000) / (groups * rounds)).toFixed(1)
  say(
    `${groups} groups of one member: joining CPU ${joinMs.toFixed(0)} ms; a commit ${each(commitMs)} us, a heartbeat ${each(beatMs)} us; ` +
      `heap ${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(0)} MiB`,
  )
  await Promise.all(shards.map((shard) => shard.close()))
}

// The timers of a shard keep no process alive.
const keepAlive = setInterval(() => undefined, 1000)
await largeGroup({ size: 1000, partitions: 1000, spreadMs: 0 })
await largeGroup({ size: 1000, partitions: 1000, spreadMs: 1000 })
await largeGroup({ size: 1000, partitions: 10_000, spreadMs: 1000 })
await manyGroups({ groups: 10_000, rounds: 10 })
clearInterval(keepAlive)

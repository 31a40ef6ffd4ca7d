import type { Clock, Timer } from '@kafka-ts/io'
import {
  type AnyApi,
  apis,
  KafkaError,
  type KafkaErrorCode,
  type RequestOf,
  type ResponseOf,
  type TopicPartitions,
  uuidFromString,
  uuidToString,
} from '@kafka-ts/protocol'

type HeartbeatRequest = RequestOf<typeof apis.consumerGroupHeartbeat>
type HeartbeatResponse = ResponseOf<typeof apis.consumerGroupHeartbeat>
type CommitRequest = RequestOf<typeof apis.offsetCommit>
type FetchRequest = RequestOf<typeof apis.offsetFetch>

/** What the coordinator needs to know of topics. */
export interface ScriptedCatalog {
  readonly topics: ReadonlyMap<string, { readonly topicId: Uint8Array; readonly partitions: readonly unknown[] }>
}

/** A commit that was accepted, in order. */
export interface ScriptedCommit {
  readonly group: string
  readonly memberId: string
  readonly memberEpoch: number
  /** `topic id partition`. */
  readonly key: string
  readonly offset: number
}

interface Parked {
  readonly resolve: (response: HeartbeatResponse) => void
  readonly timer: Timer
}

/** A member as the coordinator sees it. Sets hold `<topic id> <partition>`. */
export interface ScriptedMember {
  readonly memberId: string
  instanceId: string | null
  epoch: number
  rebalanceTimeoutMs: number
  names: readonly string[]
  regex: RegExp | undefined
  /** What it may work on. */
  assigned: Set<string>
  /** What it was told to give up, and has not said that it did. */
  pending: Set<string>
  target: Set<string>
  isAway: boolean
  /** What it was last answered. */
  told: string
  session: Timer | undefined
  rebalance: Timer | undefined
  parked: Parked | undefined
}

/** A group as the coordinator sees it. */
export class ScriptedGroup {
  readonly members = new Map<string, ScriptedMember>()
  /** Of each `<topic id> <partition>`. */
  readonly offsets = new Map<string, number>()
  epoch = 0
}

const JOIN = 0
const LEAVE = -1
const LEAVE_STATIC = -2

/**
 * A coordinator of KIP-848 groups for the tests of the client: member epochs, incremental reconciliation, parked heartbeats, sessions, fencing; all in memory,
 * where it survives `pause` and `resume`, the death and the return of its broker.
 */
export class ScriptedCoordinator {
  sessionTimeoutMs = 10_000
  heartbeatIntervalMs = 3_000
  readonly groups = new Map<string, ScriptedGroup>()
  readonly commits: ScriptedCommit[] = []
  /** An error to answer instead, of the whole request. */
  failure: KafkaErrorCode | undefined
  readonly #clock: Clock
  readonly #catalog: ScriptedCatalog
  #isPaused = false

  constructor(clock: Clock, catalog: ScriptedCatalog) {
    this.#clock = clock
    this.#catalog = catalog
  }

  group(groupId: string): ScriptedGroup {
    const group = this.groups.get(groupId) ?? new ScriptedGroup()
    this.groups.set(groupId, group)
    return group
  }

  /** What the group has committed; undefined: nothing. */
  committed(groupId: string, topic: string, partition: number): number | undefined {
    const topicId = this.#catalog.topics.get(topic)?.topicId
    return topicId === undefined ? undefined : this.group(groupId).offsets.get(`${uuidToString(topicId)} ${partition}`)
  }

  /** The broker dies: nobody is heard, no time passes for members. */
  pause(): void {
    this.#isPaused = true
    for (const group of this.groups.values()) for (const member of group.members.values()) stopTimers(member)
  }

  /** The broker is back: every member has a whole session. */
  resume(): void {
    this.#isPaused = false
    for (const group of this.groups.values()) for (const member of group.members.values()) this.#renewSession(group, member)
  }

  /** Answers a request about groups; undefined: it is about something else. */
  handle(api: AnyApi, request: unknown): { response: unknown } | Promise<{ response: unknown }> | undefined {
    switch (api) {
      case apis.findCoordinator:
      case apis.consumerGroupHeartbeat:
      case apis.offsetCommit:
      case apis.offsetFetch:
        break
      default:
        return undefined
    }
    // What was on its way when the broker died comes to nothing.
    if (this.#isPaused) throw new KafkaError('COORDINATOR_NOT_AVAILABLE')
    if (this.failure !== undefined) throw new KafkaError(this.failure)
    if (api === apis.consumerGroupHeartbeat) return this.#heartbeat(request as HeartbeatRequest)
    if (api === apis.offsetCommit) return { response: this.#commit(request as CommitRequest) }
    if (api === apis.offsetFetch) return { response: this.#fetchOffsets(request as FetchRequest) }
    const { groupIds } = request as RequestOf<typeof apis.findCoordinator>
    return { response: { coordinators: groupIds.map((groupId) => ({ groupId, errorCode: 0, errorMessage: null, brokerId: 1 })) } }
  }

  /** Throws the member out, as after its session. */
  expel(groupId: string, memberId: string): void {
    const group = this.group(groupId)
    const member = group.members.get(memberId)
    if (member !== undefined) this.#remove(group, member)
  }

  /** Partitions or topics have come or gone. */
  refresh(): void {
    for (const group of this.groups.values()) this.#retarget(group)
  }

  #heartbeat(request: HeartbeatRequest): { response: unknown } | Promise<{ response: unknown }> {
    const group = this.group(request.groupId)
    const { memberEpoch, memberId } = request
    if (memberEpoch === LEAVE || memberEpoch === LEAVE_STATIC) return { response: this.#leave(group, request) }
    const member = memberEpoch === JOIN ? this.#join(group, request) : group.members.get(memberId)
    if (member === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID')
    if (memberEpoch !== JOIN && memberEpoch !== member.epoch) {
      // One behind, as when the answer with the newest was lost.
      if (memberEpoch > member.epoch || request.ownedPartitions === null) throw new KafkaError('FENCED_MEMBER_EPOCH')
    }
    this.#renewSession(group, member)
    this.#release(member)
    const isFull = request.ownedPartitions !== null && request.subscribedTopicNames !== null
    const owned = request.ownedPartitions === null ? undefined : keysOf(request.ownedPartitions)
    if (owned !== undefined && [...member.pending].every((key) => !owned.has(key))) {
      member.pending.clear()
      member.rebalance?.cancel()
    }
    this.#reconcileAll(group)
    const isNews = isFull || this.#hasNews(member)
    if (isNews || owned !== undefined || request.maxWaitMs === 0) return { response: this.#answer(member, isFull) }
    return this.#park(member, Math.min(request.maxWaitMs, this.heartbeatIntervalMs))
  }

  #park(member: ScriptedMember, waitMs: number): Promise<{ response: unknown }> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(waitMs, () => this.#release(member))
      member.parked = { timer, resolve: (response) => resolve({ response }) }
    })
  }

  #join(group: ScriptedGroup, request: HeartbeatRequest): ScriptedMember {
    const { memberId, instanceId, subscribedTopicNames, subscribedTopicRegex, rebalanceTimeoutMs } = request
    const namesake = [...group.members.values()].find((other) => instanceId !== null && other.instanceId === instanceId)
    if (namesake !== undefined && namesake.memberId !== memberId && !namesake.isAway) throw new KafkaError('UNRELEASED_INSTANCE_ID')
    const known = group.members.get(memberId)
    known?.pending.clear()
    known?.rebalance?.cancel()
    const member: ScriptedMember = known ?? {
      memberId,
      instanceId,
      epoch: 0,
      rebalanceTimeoutMs,
      names: [],
      regex: undefined,
      assigned: new Set(),
      pending: new Set(),
      target: new Set(),
      isAway: false,
      told: '',
      session: undefined,
      rebalance: undefined,
      parked: undefined,
    }
    member.names = subscribedTopicNames ?? []
    member.regex = subscribedTopicRegex === null ? undefined : new RegExp(`^(?:${subscribedTopicRegex})$`)
    if (namesake !== undefined && namesake !== member) {
      stopTimers(namesake)
      group.members.delete(namesake.memberId)
      member.assigned = namesake.assigned
      member.target = namesake.target
      member.epoch = group.epoch
    }
    const isNew = !group.members.has(memberId)
    group.members.set(memberId, member)
    if (isNew && namesake === undefined) this.#retarget(group)
    else member.epoch = group.epoch
    return member
  }

  #leave(group: ScriptedGroup, { memberId, memberEpoch }: HeartbeatRequest): HeartbeatResponse {
    const member = group.members.get(memberId)
    if (member === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID')
    if (memberEpoch === LEAVE_STATIC) {
      member.isAway = true
      member.pending.clear()
      member.rebalance?.cancel()
      this.#release(member)
    } else this.#remove(group, member)
    return { memberEpoch, heartbeatIntervalMs: 0, sessionTimeoutMs: 0, assignment: null }
  }

  #remove(group: ScriptedGroup, member: ScriptedMember): void {
    const parked = member.parked
    stopTimers(member)
    // Whoever is parked hears at its next heartbeat that it is out.
    parked?.resolve(this.#answer(member, false))
    group.members.delete(member.memberId)
    this.#retarget(group)
  }

  /** A new group epoch: as even as can be, and as little moved as can be. */
  #retarget(group: ScriptedGroup): void {
    group.epoch++
    const members = [...group.members.values()]
    const taken = new Map<string, ScriptedMember>()
    const all = [...this.#catalog.topics].flatMap(([name, { topicId, partitions }]) =>
      partitions.map((_, partition) => ({ name, key: `${uuidToString(topicId)} ${partition}` })),
    )
    const wants = (member: ScriptedMember, name: string): boolean => member.regex?.test(name) ?? member.names.includes(name)
    const wanted = all.filter(({ name }) => members.some((member) => wants(member, name)))
    const quota = members.length === 0 ? 0 : Math.floor(wanted.length / members.length)
    let extra = members.length === 0 ? 0 : wanted.length % members.length
    for (const member of members) {
      const kept = wanted.filter(({ name, key }) => member.target.has(key) && !taken.has(key) && wants(member, name))
      const hasExtra = kept.length > quota && extra > 0
      if (hasExtra) extra--
      member.target = new Set(kept.slice(0, hasExtra ? quota + 1 : quota).map(({ key }) => key))
      for (const key of member.target) taken.set(key, member)
    }
    for (const { name, key } of wanted) {
      if (taken.has(key)) continue
      const [next] = members.filter((member) => wants(member, name)).sort((a, b) => a.target.size - b.target.size)
      next?.target.add(key)
      if (next !== undefined) taken.set(key, next)
    }
    this.#reconcileAll(group)
  }

  #reconcileAll(group: ScriptedGroup): void {
    for (const member of group.members.values()) this.#reconcile(group, member)
    for (const member of group.members.values()) if (member.parked !== undefined && this.#hasNews(member)) this.#release(member)
  }

  #reconcile(group: ScriptedGroup, member: ScriptedMember): void {
    if (member.pending.size > 0) return
    const revoked = [...member.assigned].filter((key) => !member.target.has(key))
    if (revoked.length > 0) {
      for (const key of revoked) member.assigned.delete(key)
      member.pending = new Set(revoked)
      member.rebalance = this.#clock.setTimer(member.rebalanceTimeoutMs, () => this.#remove(group, member))
      return
    }
    for (const key of member.target) if (!isHeldByOther(group, member, key)) member.assigned.add(key)
    member.epoch = group.epoch
  }

  #hasNews(member: ScriptedMember): boolean {
    return fingerprint(member) !== member.told
  }

  #answer(member: ScriptedMember, isFull: boolean): HeartbeatResponse {
    const hasNews = isFull || this.#hasNews(member)
    member.told = fingerprint(member)
    return {
      memberEpoch: member.epoch,
      heartbeatIntervalMs: this.heartbeatIntervalMs,
      sessionTimeoutMs: this.sessionTimeoutMs,
      assignment: hasNews ? toWire(member.assigned) : null,
    }
  }

  /** Answers the parked heartbeat, if there is one. */
  #release(member: ScriptedMember): void {
    const { parked } = member
    if (parked === undefined) return
    member.parked = undefined
    parked.timer.cancel()
    parked.resolve(this.#answer(member, false))
  }

  #renewSession(group: ScriptedGroup, member: ScriptedMember): void {
    member.isAway = false
    member.session?.cancel()
    member.session = this.#clock.setTimer(this.sessionTimeoutMs, () => {
      if (!this.#isPaused) this.#remove(group, member)
    })
  }

  #commit({ groupId, memberId, memberEpoch, topics }: CommitRequest): ResponseOf<typeof apis.offsetCommit> {
    const group = this.group(groupId)
    const member = group.members.get(memberId)
    if (member === undefined && (memberId !== '' || group.members.size > 0)) throw new KafkaError('UNKNOWN_MEMBER_ID')
    if (member !== undefined && memberEpoch !== member.epoch) throw new KafkaError('STALE_MEMBER_EPOCH')
    return {
      topics: topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map(({ partition, offset }) => {
          const key = `${uuidToString(topicId)} ${partition}`
          group.offsets.set(key, offset)
          this.commits.push({ group: groupId, memberId, memberEpoch, key, offset })
          return { partition, errorCode: 0 }
        }),
      })),
    }
  }

  #fetchOffsets({ groups }: FetchRequest): ResponseOf<typeof apis.offsetFetch> {
    const answers = groups.map(({ groupId, topics }) => ({
      groupId,
      errorCode: 0,
      topics: (topics ?? []).map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map((partition) => {
          const offset = this.group(groupId).offsets.get(`${uuidToString(topicId)} ${partition}`) ?? -1
          return { partition, errorCode: 0, offset, leaderEpoch: -1, metadata: '' }
        }),
      })),
    }))
    return { groups: answers }
  }
}

function stopTimers(member: ScriptedMember): void {
  member.session?.cancel()
  member.rebalance?.cancel()
  member.parked?.timer.cancel()
  member.parked = undefined
}

function isHeldByOther(group: ScriptedGroup, member: ScriptedMember, key: string): boolean {
  return [...group.members.values()].some((other) => other !== member && (other.assigned.has(key) || other.pending.has(key)))
}

function fingerprint({ epoch, assigned }: ScriptedMember): string {
  return `${epoch}: ${[...assigned].sort().join(', ')}`
}

function keysOf(topics: TopicPartitions): Set<string> {
  return new Set(topics.flatMap(({ topicId, partitions }) => partitions.map((partition) => `${uuidToString(topicId)} ${partition}`)))
}

function toWire(keys: ReadonlySet<string>): TopicPartitions {
  const byTopic = Map.groupBy(keys, (key) => key.slice(0, key.lastIndexOf(' ')))
  return [...byTopic].map(([topicId, ofTopic]) => ({
    topicId: uuidFromString(topicId),
    partitions: ofTopic.map((key) => Number(key.slice(key.lastIndexOf(' ') + 1))),
  }))
}

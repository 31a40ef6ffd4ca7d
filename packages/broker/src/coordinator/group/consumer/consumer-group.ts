import type { Timer } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import { CONSUMER_PROTOCOL_TYPE } from '../consumer-protocol.ts'
import {
  type ConsumerGroupMetadata,
  type ConsumerGroupRecord,
  type ConsumerMemberMetadata,
  NO_HASH,
  type ResolvedRegex,
} from '../records/consumer-records.ts'
import { ConsumerMember } from './consumer-member.ts'
import { type CurrentAssignment, NOTHING_ASSIGNED } from './current-assignment.ts'
import { PartitionIndex } from './partition-index.ts'
import { NO_PARTITIONS, type PartitionSet, partitionsOf } from './partition-set.ts'
import { Subscriptions } from './subscriptions.ts'

/** Where a group of the consumer protocol is (Kafka's `ConsumerGroupState`). */
export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

const NOT_SAID_YET: ConsumerMemberMetadata = {
  instanceId: null,
  rackId: null,
  clientId: '',
  clientHost: '',
  subscribedTopicNames: [],
  subscribedTopicRegex: null,
  rebalanceTimeoutMs: 0,
  serverAssignor: null,
}

/**
 * One group of the consumer protocol (KIP-848): its members, what each shall have (the target assignment, made for one group epoch) and what
 * each has.
 *
 * `replay` alone changes what its records say; the operations beside this file decide which records there are. What must always hold: a
 * partition is had by one member at most, having to give it up included.
 */
export class ConsumerGroup {
  readonly type = 'consumer'
  readonly protocolType = CONSUMER_PROTOCOL_TYPE
  readonly groupId: string
  readonly subscriptions = new Subscriptions()
  /** When a target assignment was made last, monotonic milliseconds. */
  assignedAtMs = Number.NEGATIVE_INFINITY
  /** Makes the next target assignment. */
  assignTimer: Timer | undefined
  /** Since when it has no members, wall clock, as far as anybody has looked; -1: it has some, or nobody has. */
  emptySinceMs = -1
  readonly #members = new Map<string, ConsumerMember>()
  readonly #staticMembers = new Map<string, string>()
  readonly #targets = new Map<string, PartitionSet>()
  readonly #regexes = new Map<string, ReadonlySet<string>>()
  /** Who has each partition. */
  readonly #owners = new PartitionIndex()
  /** Who shall have each partition. */
  readonly #targetOwners = new PartitionIndex()
  /** Members that shall have partitions which have become free since somebody looked. */
  #awaitedReleases = new Set<string>()
  #epoch = 0
  #metadataHash = NO_HASH
  #assignmentEpoch = 0

  constructor(groupId: string) {
    this.groupId = groupId
  }

  get members(): ReadonlyMap<string, ConsumerMember> {
    return this.#members
  }

  /** Rises whenever there is a reason to assign anew. */
  get epoch(): number {
    return this.#epoch
  }

  /** The group epoch that the target assignment was made for. */
  get assignmentEpoch(): number {
    return this.#assignmentEpoch
  }

  /** Of the topics that the target assignment was made for. */
  get metadataHash(): string {
    return this.#metadataHash
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  /** Looks at every member. */
  get state(): ConsumerGroupState {
    if (this.isEmpty) return 'Empty'
    if (this.#epoch > this.#assignmentEpoch) return 'Assigning'
    for (const member of this.#members.values()) if (!member.isReconciledTo(this.#assignmentEpoch)) return 'Reconciling'
    return 'Stable'
  }

  staticMember(instanceId: string): ConsumerMember | undefined {
    return this.#members.get(this.#staticMembers.get(instanceId) ?? '')
  }

  /** The member of that id. Throws UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID when another one has its instance id. */
  ensureMember(memberId: string, instanceId: string | null): ConsumerMember {
    if (instanceId !== null) {
      const present = this.staticMember(instanceId)
      if (present === undefined)
        throw new KafkaError('UNKNOWN_MEMBER_ID', `nobody in group ${this.groupId} has the instance id ${instanceId}`)
      if (present.memberId !== memberId)
        throw new KafkaError('FENCED_INSTANCE_ID', `another member of group ${this.groupId} has the instance id ${instanceId}`)
    }
    const member = this.#members.get(memberId)
    if (member === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID', `there is no member ${memberId} in group ${this.groupId}`)
    return member
  }

  /** What a member shall have. */
  targetOf(memberId: string): PartitionSet {
    return this.#targets.get(memberId) ?? NO_PARTITIONS
  }

  /** Whether nobody but `memberId` has the partition. */
  isFree(topicId: string, partition: number, memberId: string): boolean {
    const owner = this.#owners.get(topicId, partition)
    return owner === undefined || owner === memberId
  }

  /** The topics that a regular expression of the group was found to match; undefined: nobody looked yet. */
  resolved(regex: string): ReadonlySet<string> | undefined {
    return this.#regexes.get(regex)
  }

  /** Every regular expression there is a record of. */
  resolvedRegexes(): Iterable<string> {
    return this.#regexes.keys()
  }

  /** Whether one of `topics` was named by a member, or may match a regular expression of one. */
  mayBeSubscribedTo(topics: ReadonlySet<string>): boolean {
    if (this.subscriptions.hasRegex) return true
    for (const topic of topics) if (this.subscriptions.hasName(topic)) return true
    return false
  }

  /** Names of the topics that anybody in it is subscribed to, whether they are there or not. */
  subscribedTopics(): Set<string> {
    const topics = new Set(this.subscriptions.names())
    for (const regex of this.subscriptions.regexes()) for (const topic of this.#regexes.get(regex) ?? []) topics.add(topic)
    return topics
  }

  /** The members that shall have partitions which have become free since this was asked last. */
  takeAwaitedReleases(): ReadonlySet<string> {
    const awaited = this.#awaitedReleases
    if (awaited.size > 0) this.#awaitedReleases = new Set()
    return awaited
  }

  replay(record: ConsumerGroupRecord): void {
    switch (record.type) {
      case 'consumerGroup':
        this.#replayGroup(record.value)
        break
      case 'consumerMember':
        this.#replayMember(record.memberId, record.value)
        break
      case 'targetEpoch':
        this.#replayTargetEpoch(record.value)
        break
      case 'target':
        this.#replayTarget(record.memberId, record.value)
        break
      case 'currentAssignment':
        this.#replayCurrent(record.memberId, record.value)
        break
      case 'regex':
        this.#replayRegex(record.regex, record.value)
        break
    }
  }

  /** Leaves no timer behind. */
  cancelTimers(): void {
    this.assignTimer?.cancel()
    for (const member of this.#members.values()) member.cancelTimers()
  }

  #replayGroup(value: ConsumerGroupMetadata | null): void {
    if (value === null) return
    this.#epoch = value.epoch
    this.#metadataHash = value.metadataHash
  }

  #replayMember(memberId: string, metadata: ConsumerMemberMetadata | null): void {
    const present = this.#members.get(memberId)
    if (present !== undefined) {
      this.subscriptions.remove(present.metadata)
      const { instanceId } = present.metadata
      if (instanceId !== null && this.#staticMembers.get(instanceId) === memberId) this.#staticMembers.delete(instanceId)
    }
    if (metadata === null) {
      this.#replayCurrent(memberId, null)
      present?.cancelTimers()
      this.#members.delete(memberId)
      return
    }
    this.subscriptions.add(metadata)
    if (metadata.instanceId !== null) this.#staticMembers.set(metadata.instanceId, memberId)
    if (present === undefined) this.#members.set(memberId, new ConsumerMember(memberId, metadata))
    else present.metadata = metadata
  }

  #replayTargetEpoch(assignmentEpoch: number | null): void {
    this.#assignmentEpoch = assignmentEpoch ?? 0
    if (this.#assignmentEpoch < this.#epoch) return
    this.assignTimer?.cancel()
    this.assignTimer = undefined
  }

  #replayTarget(memberId: string, target: PartitionSet | null): void {
    for (const [topicId, partition] of partitionsOf(this.targetOf(memberId))) this.#targetOwners.remove(topicId, partition, memberId)
    if (target === null) {
      this.#targets.delete(memberId)
      return
    }
    this.#targets.set(memberId, target)
    for (const [topicId, partition] of partitionsOf(target)) this.#targetOwners.set(topicId, partition, memberId)
  }

  #replayCurrent(memberId: string, current: CurrentAssignment | null): void {
    const member = this.#members.get(memberId) ?? (current === null ? undefined : this.#addUnknown(memberId))
    if (member === undefined) return
    const before = member.current
    member.current = current ?? NOTHING_ASSIGNED
    if (before.assigned === member.current.assigned && before.pendingRevocation === member.current.pendingRevocation) return
    this.#release(memberId, before)
    for (const [topicId, partition] of partitionsOf(member.current.assigned)) this.#owners.set(topicId, partition, memberId)
    for (const [topicId, partition] of partitionsOf(member.current.pendingRevocation)) this.#owners.set(topicId, partition, memberId)
  }

  /** Compaction may leave what a member has before what it said of itself, when it said something new since. */
  #addUnknown(memberId: string): ConsumerMember {
    const member = new ConsumerMember(memberId, NOT_SAID_YET)
    this.#members.set(memberId, member)
    return member
  }

  #release(memberId: string, { assigned, pendingRevocation }: CurrentAssignment): void {
    for (const partitions of [assigned, pendingRevocation]) {
      for (const [topicId, partition] of partitionsOf(partitions)) {
        this.#owners.remove(topicId, partition, memberId)
        const next = this.#targetOwners.get(topicId, partition)
        if (next !== undefined && next !== memberId) this.#awaitedReleases.add(next)
      }
    }
  }

  #replayRegex(regex: string, value: ResolvedRegex | null): void {
    if (value === null) this.#regexes.delete(regex)
    else this.#regexes.set(regex, new Set(value.topics))
  }
}

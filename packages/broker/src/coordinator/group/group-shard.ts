import type { Random, Timer } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import type { ClusterImage } from '../../controller/cluster-image.ts'
import type { Logger } from '../../logger.ts'
import type { ShardContext, ShardState } from '../runtime/shard-state.ts'
import type { Turn } from '../runtime/turn.ts'
import { ClassicGroup } from './classic-group.ts'
import { CommittedOffsets } from './committed-offsets.ts'
import { ConsumerGroup } from './consumer/consumer-group.ts'
import { ConsumerTimers } from './consumer/consumer-timers.ts'
import { expelMember } from './consumer/membership.ts'
import type { RegexResolver } from './consumer/regex-resolver.ts'
import { reactToTopics, scheduleAssignment } from './consumer/target-assignment.ts'
import type { ConsumerTimes, GroupSettings } from './group-settings.ts'
import { inconsistentProtocol } from './group-type-errors.ts'
import { expireOffsets } from './operations/expire-offsets.ts'
import { forgetTopics } from './operations/forget-topics.ts'
import { removeMember, removePending } from './rebalance.ts'
import type { ConsumerGroupRecord } from './records/consumer-records.ts'
import type { GroupRecord } from './records/group-records.ts'
import { Sessions } from './sessions.ts'

export type GroupTurn = Turn<GroupRecord>

export interface GroupShardOptions {
  readonly settings: GroupSettings
  readonly random: Random
  readonly logger: Logger
  /** The metadata as this broker knows it now. */
  readonly image: () => ClusterImage
  readonly regexes: RegexResolver
  /** How often members of a group of the consumer protocol are to be heard of. */
  readonly consumerTimes: (groupId: string) => ConsumerTimes
}

/** A group of either protocol. */
export type Group = ClassicGroup | ConsumerGroup

/** How long records that the disk refused are left alone. */
const APPEND_RETRY_MS = 1000
/** Between two turns of a task too large for one, so that others have theirs. */
const SOON_MS = 100

/**
 * The groups whose records lie in one partition of `__consumer_offsets`, and their offsets.
 *
 * Owns what `replay` makes of the records; the operations read it, and change by themselves only what is of the moment (who waits, who was
 * heard from). Called by the shard's runtime, one operation at a time.
 */
export class GroupShard implements ShardState<GroupRecord> {
  readonly settings: GroupSettings
  readonly random: Random
  readonly logger: Logger
  readonly image: () => ClusterImage
  readonly regexes: RegexResolver
  readonly consumerTimes: (groupId: string) => ConsumerTimes
  readonly context: ShardContext<GroupRecord>
  readonly sessions: Sessions
  readonly consumerTimers: ConsumerTimers
  readonly groups = new Map<string, Group>()
  readonly #offsets = new Map<string, CommittedOffsets>()
  /** Looks at the topics again. */
  #topicsTimer: Timer | undefined

  constructor(context: ShardContext<GroupRecord>, options: GroupShardOptions) {
    const { settings, random, logger, image, regexes, consumerTimes } = options
    this.context = context
    this.settings = settings
    this.random = random
    this.logger = logger
    this.image = image
    this.regexes = regexes
    this.consumerTimes = consumerTimes
    this.sessions = new Sessions({
      context,
      logger,
      onMemberExpired: (turn, expired) => removeMember(this, turn, expired),
      onPendingExpired: (turn, expired) => removePending(this, turn, expired),
    })
    this.consumerTimers = new ConsumerTimers({
      context,
      logger,
      sessionTimeoutMs: (groupId) => consumerTimes(groupId).sessionTimeoutMs,
      onExpired: (turn, expired) => expelMember(this, turn, expired),
    })
  }

  offsetsOf(groupId: string): CommittedOffsets | undefined {
    return this.#offsets.get(groupId)
  }

  /** Throws UNKNOWN_MEMBER_ID: whoever asks for a classic group that is not there takes itself for a member of it. */
  ensureGroupOfMember(groupId: string): ClassicGroup {
    const group = this.groups.get(groupId)
    if (group?.type !== 'classic') throw new KafkaError('UNKNOWN_MEMBER_ID', `there is no group ${groupId} of the classic protocol`)
    return group
  }

  /** As `ensureGroupOfMember`, for the consumer protocol. Throws INCONSISTENT_GROUP_PROTOCOL where classic members are in it. */
  ensureConsumerGroup(groupId: string): ConsumerGroup {
    const group = this.groups.get(groupId)
    if (group?.type === 'consumer') return group
    if (group !== undefined && !group.isEmpty) throw inconsistentProtocol(groupId)
    throw new KafkaError('UNKNOWN_MEMBER_ID', `there is no group ${groupId} of the consumer protocol`)
  }

  /** The classic group, made if there is none: an empty one is nothing that has to be recorded. One of the other protocol gives way to it. */
  classicGroupOf(groupId: string): ClassicGroup {
    const present = this.groups.get(groupId)
    if (present?.type === 'classic') return present
    present?.cancelTimers()
    const group = new ClassicGroup(groupId)
    this.groups.set(groupId, group)
    return group
  }

  replay(record: GroupRecord): void {
    switch (record.type) {
      case 'group':
        this.#replayGroup(record.groupId, record.value)
        break
      case 'offset':
        this.#replayOffset(record)
        break
      default:
        this.#replayConsumerGroup(record)
    }
  }

  activate(turn: GroupTurn): void {
    for (const group of this.groups.values()) {
      if (group.type === 'classic') for (const member of group.members.values()) this.sessions.renew(group, member)
      else this.#activateConsumerGroup(group)
    }
    this.reactToTopics(turn)
    const { topics } = this.image()
    this.forgetTopics(turn, (topic) => !topics.has(topic))
    this.#scheduleExpiry(this.settings.offsetsRetentionCheckIntervalMs)
  }

  /** Topics came, went or grew, those of `changed` or any: groups that are subscribed to them are assigned anew. */
  reactToTopics(turn: GroupTurn, changed?: ReadonlySet<string>): void {
    const before = turn.records.length
    for (const group of this.groups.values()) {
      if (group.type === 'consumer' && (changed === undefined || group.mayBeSubscribedTo(changed))) reactToTopics(this, turn, group)
    }
    if (turn.records.length === before) return
    // Where the records cannot be appended, it is tried again: nobody else would.
    this.#topicsTimer?.cancel()
    this.#topicsTimer = this.context.setTimer(APPEND_RETRY_MS, (later) => this.reactToTopics(later))
  }

  /** Forgets offsets of topics that are gone, in as many turns as it takes. */
  forgetTopics(turn: GroupTurn, isGone: (topic: string) => boolean): void {
    if (forgetTopics(this, turn, isGone)) return
    this.context.setTimer(SOON_MS, (later) => this.forgetTopics(later, isGone))
  }

  #replayGroup(groupId: string, value: Extract<GroupRecord, { type: 'group' }>['value']): void {
    if (value !== null) this.classicGroupOf(groupId).settle(value)
    else if (this.groups.get(groupId)?.type === 'classic') this.#forget(groupId)
  }

  #replayConsumerGroup(record: ConsumerGroupRecord): void {
    const { groupId } = record
    const present = this.groups.get(groupId)
    if (record.value === null) {
      if (present?.type !== 'consumer') return
      if (record.type === 'consumerGroup') this.#forget(groupId)
      else present.replay(record)
      return
    }
    if (present?.type === 'consumer') {
      present.replay(record)
      return
    }
    present?.cancelTimers()
    const group = new ConsumerGroup(groupId)
    this.groups.set(groupId, group)
    group.replay(record)
  }

  /** Offsets that are there keep the name of their group alive. */
  #forget(groupId: string): void {
    this.groups.get(groupId)?.cancelTimers()
    this.groups.delete(groupId)
    if (this.#offsets.has(groupId)) this.classicGroupOf(groupId)
  }

  #activateConsumerGroup(group: ConsumerGroup): void {
    group.takeAwaitedReleases()
    for (const member of group.members.values()) {
      this.consumerTimers.expectHeartbeat({ group, member })
      if (member.current.state === 'UnrevokedPartitions') this.consumerTimers.expectRevocation({ group, member })
    }
    if (group.epoch > group.assignmentEpoch) this.context.setTimer(0, (later) => scheduleAssignment(this, later, group))
  }

  #replayOffset({ groupId, topic, partition, value }: Extract<GroupRecord, { type: 'offset' }>): void {
    const offsets = this.#offsets.get(groupId)
    if (value === null) {
      offsets?.delete(topic, partition)
      if (offsets?.isEmpty === true) this.#offsets.delete(groupId)
      return
    }
    if (!this.groups.has(groupId)) this.classicGroupOf(groupId)
    if (offsets !== undefined) {
      offsets.set(topic, partition, value)
      return
    }
    const first = new CommittedOffsets()
    first.set(topic, partition, value)
    this.#offsets.set(groupId, first)
  }

  #scheduleExpiry(delayMs: number): void {
    this.context.setTimer(delayMs, (turn) => {
      const isDone = expireOffsets(this, turn)
      this.#scheduleExpiry(isDone ? this.settings.offsetsRetentionCheckIntervalMs : SOON_MS)
    })
  }
}

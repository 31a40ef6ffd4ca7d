import type { Random } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import type { Logger } from '../../logger.ts'
import type { ShardContext, ShardState } from '../runtime/shard-state.ts'
import type { Turn } from '../runtime/turn.ts'
import { ClassicGroup } from './classic-group.ts'
import { CommittedOffsets } from './committed-offsets.ts'
import type { GroupSettings } from './group-settings.ts'
import { expireOffsets } from './operations/expire-offsets.ts'
import { forgetTopics } from './operations/forget-topics.ts'
import { removeMember, removePending } from './rebalance.ts'
import type { GroupRecord } from './records/group-records.ts'
import { Sessions } from './sessions.ts'

export type GroupTurn = Turn<GroupRecord>

export interface GroupShardOptions {
  readonly settings: GroupSettings
  readonly random: Random
  readonly logger: Logger
  /** Whether there is a partition that offsets may be committed for. */
  readonly hasTopic: (topic: string) => boolean
}

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
  readonly hasTopic: (topic: string) => boolean
  readonly context: ShardContext<GroupRecord>
  readonly sessions: Sessions
  readonly groups = new Map<string, ClassicGroup>()
  readonly #offsets = new Map<string, CommittedOffsets>()

  constructor(context: ShardContext<GroupRecord>, { settings, random, logger, hasTopic }: GroupShardOptions) {
    this.context = context
    this.settings = settings
    this.random = random
    this.logger = logger
    this.hasTopic = hasTopic
    this.sessions = new Sessions({
      context,
      logger,
      onMemberExpired: (turn, expired) => removeMember(this, turn, expired),
      onPendingExpired: (turn, expired) => removePending(this, turn, expired),
    })
  }

  offsetsOf(groupId: string): CommittedOffsets | undefined {
    return this.#offsets.get(groupId)
  }

  /** Throws UNKNOWN_MEMBER_ID: whoever asks for a group that is not there takes itself for a member of it. */
  ensureGroupOfMember(groupId: string): ClassicGroup {
    const group = this.groups.get(groupId)
    if (group === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID', `there is no group ${groupId}`)
    return group
  }

  /** The group, made if it is not there: an empty one is nothing that has to be recorded. */
  groupOf(groupId: string): ClassicGroup {
    const present = this.groups.get(groupId)
    if (present !== undefined) return present
    const group = new ClassicGroup(groupId)
    this.groups.set(groupId, group)
    return group
  }

  replay(record: GroupRecord): void {
    if (record.type === 'group') this.#replayGroup(record.groupId, record.value)
    else this.#replayOffset(record)
  }

  activate(turn: GroupTurn): void {
    for (const group of this.groups.values()) for (const member of group.members.values()) this.sessions.renew(group, member)
    this.forgetTopics(turn, (topic) => !this.hasTopic(topic))
    this.#scheduleExpiry(this.settings.offsetsRetentionCheckIntervalMs)
  }

  /** Forgets offsets of topics that are gone, in as many turns as it takes. */
  forgetTopics(turn: GroupTurn, isGone: (topic: string) => boolean): void {
    if (forgetTopics(this, turn, isGone)) return
    this.context.setTimer(SOON_MS, (later) => this.forgetTopics(later, isGone))
  }

  #replayGroup(groupId: string, value: Extract<GroupRecord, { type: 'group' }>['value']): void {
    if (value !== null) {
      this.groupOf(groupId).settle(value)
      return
    }
    this.groups.get(groupId)?.cancelTimers()
    this.groups.delete(groupId)
  }

  #replayOffset({ groupId, topic, partition, value }: Extract<GroupRecord, { type: 'offset' }>): void {
    const offsets = this.#offsets.get(groupId)
    if (value === null) {
      offsets?.delete(topic, partition)
      if (offsets?.isEmpty === true) this.#offsets.delete(groupId)
      return
    }
    this.groupOf(groupId)
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

import type { Logger } from '../../logger.ts'
import type { ShardContext } from '../runtime/shard-state.ts'
import type { Turn } from '../runtime/turn.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'
import type { GroupRecord } from './records/group-records.ts'

/** How long a new member may wait for its first JoinGroup to be answered: it cannot say that it lives, nor that it has gone (as in Kafka). */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60_000
/** A timer that fires so late says more of this process (stopped, starved) than of the member, whose heartbeats may lie unread. */
const MAX_TIMER_LATENESS_MS = 1000

interface GroupMember {
  readonly group: ClassicGroup
  readonly member: ClassicMember
}

export interface SessionsOptions {
  readonly context: ShardContext<GroupRecord>
  readonly logger: Logger
  /** A member was not heard from in time. */
  readonly onMemberExpired: (turn: Turn<GroupRecord>, expired: GroupMember) => void
  /** Nobody joined with an id that was given out. */
  readonly onPendingExpired: (turn: Turn<GroupRecord>, expired: { readonly group: ClassicGroup; readonly memberId: string }) => void
}

/** Who was heard from, and who was not. Measured in monotonic time, and in no log: after a load every member has a whole session. */
export class Sessions {
  readonly #options: SessionsOptions

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** The member was heard from: its session starts anew. */
  renew(group: ClassicGroup, member: ClassicMember): void {
    this.#expect({ group, member }, member.sessionTimeoutMs)
  }

  /** The member waits for its first rebalance. */
  awaitFirstJoin(group: ClassicGroup, member: ClassicMember): void {
    this.#expect({ group, member }, NEW_MEMBER_JOIN_TIMEOUT_MS)
  }

  /** A member id was given out: whoever has it is to join with it. */
  awaitPending(
    group: ClassicGroup,
    { memberId, sessionTimeoutMs }: { readonly memberId: string; readonly sessionTimeoutMs: number },
  ): void {
    const { context, onPendingExpired } = this.#options
    const timer = context.setTimer(sessionTimeoutMs, (turn) => onPendingExpired(turn, { group, memberId }))
    group.pendingMembers.set(memberId, timer)
  }

  /** Heartbeats are many and expiries few: a heartbeat only moves the end, and the timer, when it fires, looks where that is now. */
  #expect(at: GroupMember, withinMs: number): void {
    const { member } = at
    member.sessionEndsMs = this.#options.context.monotonicMs() + withinMs
    if (member.sessionTimer === undefined || member.sessionTimerDueMs > member.sessionEndsMs) this.#arm(at)
  }

  #arm(at: GroupMember): void {
    const { member } = at
    const { context } = this.#options
    member.sessionTimer?.cancel()
    member.sessionTimerDueMs = member.sessionEndsMs
    member.sessionTimer = context.setTimer(member.sessionEndsMs - context.monotonicMs(), (turn) => this.#onTimer(turn, at))
  }

  #onTimer(turn: Turn<GroupRecord>, at: GroupMember): void {
    const { context, logger, onMemberExpired } = this.#options
    const { group, member } = at
    member.sessionTimer = undefined
    const nowMs = context.monotonicMs()
    if (nowMs - member.sessionTimerDueMs > MAX_TIMER_LATENESS_MS) {
      this.renew(group, member)
    } else if (nowMs < member.sessionEndsMs) {
      this.#arm(at)
    } else if (!member.isExcusedFromHeartbeats) {
      logger.info({ group: group.groupId, member: member.memberId }, 'a member was not heard from in time; its group goes on without it')
      onMemberExpired(turn, at)
    }
  }
}

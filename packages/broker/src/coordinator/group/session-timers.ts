import type { Timer } from '@kafka-ts/io'
import type { Logger } from '../../logger.ts'
import type { ShardContext } from '../runtime/shard-state.ts'
import type { Turn } from '../runtime/turn.ts'
import type { GroupRecord } from './records/group-records.ts'

/** A timer that fires so late says more of this process (stopped, starved) than of the member, whose heartbeats may lie unread. */
const MAX_TIMER_LATENESS_MS = 1000

/** A member, as far as its session goes. */
export interface SessionHolder {
  readonly memberId: string
  /** When its session ends, monotonic milliseconds. */
  sessionEndsMs: number
  sessionTimer: Timer | undefined
  /** When `sessionTimer` looks. */
  sessionTimerDueMs: number
}

/** A member of a group. */
export interface Membership<Group, Member> {
  readonly group: Group
  readonly member: Member
}

export interface SessionTimersOptions<Group, Member> {
  readonly context: ShardContext<GroupRecord>
  readonly logger: Logger
  /** How long a member is given when the timer says more of this process than of the member. */
  readonly sessionTimeoutMs: (of: Membership<Group, Member>) => number
  /** Whether a member need not be heard of now. */
  readonly isExcused: (member: Member) => boolean
  /** A member was not heard from in time. */
  readonly onExpired: (turn: Turn<GroupRecord>, expired: Membership<Group, Member>) => void
}

/** Who was heard from, and who was not. Measured in monotonic time, and in no log: after a load every member has a whole session. */
export class SessionTimers<Group extends { readonly groupId: string }, Member extends SessionHolder> {
  readonly #options: SessionTimersOptions<Group, Member>

  constructor(options: SessionTimersOptions<Group, Member>) {
    this.#options = options
  }

  /** Heartbeats are many and expiries few: a heartbeat only moves the end, and the timer, when it fires, looks where that is now. */
  expect(of: Membership<Group, Member>, withinMs: number): void {
    const { member } = of
    member.sessionEndsMs = this.#options.context.monotonicMs() + withinMs
    if (member.sessionTimer === undefined || member.sessionTimerDueMs > member.sessionEndsMs) this.#arm(of)
  }

  #arm(of: Membership<Group, Member>): void {
    const { member } = of
    const { context } = this.#options
    member.sessionTimer?.cancel()
    member.sessionTimerDueMs = member.sessionEndsMs
    member.sessionTimer = context.setTimer(member.sessionEndsMs - context.monotonicMs(), (turn) => this.#onTimer(turn, of))
  }

  #onTimer(turn: Turn<GroupRecord>, of: Membership<Group, Member>): void {
    const { context, logger, sessionTimeoutMs, isExcused, onExpired } = this.#options
    const { group, member } = of
    member.sessionTimer = undefined
    const nowMs = context.monotonicMs()
    if (nowMs - member.sessionTimerDueMs > MAX_TIMER_LATENESS_MS) {
      this.expect(of, sessionTimeoutMs(of))
    } else if (nowMs < member.sessionEndsMs) {
      this.#arm(of)
    } else if (!isExcused(member)) {
      logger.info({ group: group.groupId, member: member.memberId }, 'a member was not heard from in time; its group goes on without it')
      onExpired(turn, of)
    }
  }
}

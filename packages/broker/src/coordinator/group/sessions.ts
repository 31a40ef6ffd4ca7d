import type { Logger } from '../../logger.ts'
import type { ShardContext } from '../runtime/shard-state.ts'
import type { Turn } from '../runtime/turn.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'
import type { GroupRecord } from './records/group-records.ts'
import { type Membership, SessionTimers } from './session-timers.ts'

/** How long a new member may wait for its first JoinGroup to be answered: it cannot say that it lives, nor that it has gone (as in Kafka). */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60_000

export interface SessionsOptions {
  readonly context: ShardContext<GroupRecord>
  readonly logger: Logger
  /** A member was not heard from in time. */
  readonly onMemberExpired: (turn: Turn<GroupRecord>, expired: Membership<ClassicGroup, ClassicMember>) => void
  /** Nobody joined with an id that was given out. */
  readonly onPendingExpired: (turn: Turn<GroupRecord>, expired: { readonly group: ClassicGroup; readonly memberId: string }) => void
}

/** Which members of classic groups were heard from, and which were not. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #timers: SessionTimers<ClassicGroup, ClassicMember>

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#timers = new SessionTimers({
      context: options.context,
      logger: options.logger,
      sessionTimeoutMs: ({ member }) => member.sessionTimeoutMs,
      isExcused: (member) => member.isExcusedFromHeartbeats,
      onExpired: options.onMemberExpired,
    })
  }

  /** The member was heard from: its session starts anew. */
  renew(group: ClassicGroup, member: ClassicMember): void {
    this.#timers.expect({ group, member }, member.sessionTimeoutMs)
  }

  /** The member waits for its first rebalance. */
  awaitFirstJoin(group: ClassicGroup, member: ClassicMember): void {
    this.#timers.expect({ group, member }, NEW_MEMBER_JOIN_TIMEOUT_MS)
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
}

import type { Logger } from '../../../logger.ts'
import type { ShardContext } from '../../runtime/shard-state.ts'
import type { Turn } from '../../runtime/turn.ts'
import type { GroupRecord } from '../records/group-records.ts'
import { type Membership, SessionTimers } from '../session-timers.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerMember } from './consumer-member.ts'

type GroupMember = Membership<ConsumerGroup, ConsumerMember>

export interface ConsumerTimersOptions {
  readonly context: ShardContext<GroupRecord>
  readonly logger: Logger
  readonly sessionTimeoutMs: (groupId: string) => number
  /** A member was not heard from in time, or did not give up its partitions in time. */
  readonly onExpired: (turn: Turn<GroupRecord>, expired: GroupMember) => void
}

/** How long members of the consumer protocol have: until their next heartbeat, and to give up partitions. */
export class ConsumerTimers {
  readonly #options: ConsumerTimersOptions
  readonly #sessions: SessionTimers<ConsumerGroup, ConsumerMember>

  constructor(options: ConsumerTimersOptions) {
    const { context, logger, sessionTimeoutMs, onExpired } = options
    this.#options = options
    this.#sessions = new SessionTimers({
      context,
      logger,
      sessionTimeoutMs: ({ group }) => sessionTimeoutMs(group.groupId),
      isExcused: () => false,
      onExpired,
    })
  }

  /** The member was heard from, or told something: its session starts anew. */
  expectHeartbeat(of: GroupMember): void {
    this.#sessions.expect(of, this.#options.sessionTimeoutMs(of.group.groupId))
  }

  /** The member is to give up partitions. */
  expectRevocation(of: GroupMember): void {
    const { group, member } = of
    const { context, logger, onExpired } = this.#options
    member.rebalanceTimer?.cancel()
    member.rebalanceTimer = context.setTimer(member.metadata.rebalanceTimeoutMs, (turn) => {
      if (member.current.state !== 'UnrevokedPartitions') return
      logger.info(
        { group: group.groupId, member: member.memberId },
        'a member did not give up its partitions in time; its group goes on without it',
      )
      onExpired(turn, of)
    })
  }

  /** The member is about to be taken out: unless that is recorded, it expires again. */
  retrySoon(of: GroupMember, delayMs: number): void {
    this.#sessions.expect(of, delayMs)
  }
}

import type { Timer } from '@kafka-ts/io'
import type { Reply } from '../../runtime/turn.ts'
import type { ConsumerHeartbeatResult } from '../operations/consumer-heartbeat.ts'
import type { ConsumerMemberMetadata } from '../records/consumer-records.ts'
import { type CurrentAssignment, NOTHING_ASSIGNED } from './current-assignment.ts'

/** The member epoch of somebody who joins. */
export const JOIN_EPOCH = 0
/** The member epoch of somebody who leaves for good. */
export const LEAVE_EPOCH = -1
/** The member epoch of a static member that leaves and will be back. */
export const LEAVE_STATIC_EPOCH = -2

/** A heartbeat that waits for news. */
export interface ParkedHeartbeat {
  readonly reply: Reply<ConsumerHeartbeatResult>
  readonly timer: Timer
  /** The answer is to hold the whole assignment, also when nothing of it changes. */
  readonly wantsAssignment: boolean
}

/** One member of a group of the consumer protocol. What its records say is set by `ConsumerGroup` alone. */
export class ConsumerMember {
  readonly memberId: string
  metadata: ConsumerMemberMetadata
  current: CurrentAssignment = NOTHING_ASSIGNED
  /** Of the moment: its one heartbeat that waits. */
  parked: ParkedHeartbeat | undefined
  /** Ends the time to give up partitions. */
  rebalanceTimer: Timer | undefined
  /** When its session ends, monotonic milliseconds. */
  sessionEndsMs = 0
  sessionTimer: Timer | undefined
  /** When `sessionTimer` looks. */
  sessionTimerDueMs = 0

  constructor(memberId: string, metadata: ConsumerMemberMetadata) {
    this.memberId = memberId
    this.metadata = metadata
  }

  get memberEpoch(): number {
    return this.current.memberEpoch
  }

  /** A static member that has left and will be back. */
  get isAway(): boolean {
    return this.current.memberEpoch === LEAVE_STATIC_EPOCH
  }

  /** Whether it has all that an assignment gives it, and nothing else. */
  isReconciledTo(assignmentEpoch: number): boolean {
    return this.isAway || (this.current.state === 'Stable' && this.current.memberEpoch === assignmentEpoch)
  }

  /** Forgets the heartbeat that waits; the caller has seen to its answer. */
  unpark(): void {
    this.parked?.timer.cancel()
    this.parked = undefined
  }

  cancelTimers(): void {
    this.sessionTimer?.cancel()
    this.rebalanceTimer?.cancel()
    this.parked?.timer.cancel()
  }
}

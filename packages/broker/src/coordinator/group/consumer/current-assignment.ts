import { type AssignedPartitions, NO_PARTITIONS } from './partition-set.ts'

/**
 * How far a member is on the way to its target (Kafka's `MemberState`): there; it still has to give something up; it waits for what others
 * have to give up. Unknown: a later version of Kafka wrote something else.
 */
export type MemberState = 'Stable' | 'UnrevokedPartitions' | 'UnreleasedPartitions' | 'Unknown'

/** What a member has. Immutable. */
export interface CurrentAssignment {
  /** What the member is to send; 0: it has not been told one yet; -2: a static member that has left and will be back. */
  readonly memberEpoch: number
  /** A member that did not get the last answer still sends this one; -1: there is none. */
  readonly previousMemberEpoch: number
  readonly state: MemberState
  /** What it may work on. */
  readonly assigned: AssignedPartitions
  /** What it must give up: nobody else has it before it says that it has. */
  readonly pendingRevocation: AssignedPartitions
}

/** Of a member that has not been told anything. */
export const NOTHING_ASSIGNED: CurrentAssignment = {
  memberEpoch: 0,
  previousMemberEpoch: -1,
  state: 'Stable',
  assigned: NO_PARTITIONS,
  pendingRevocation: NO_PARTITIONS,
}

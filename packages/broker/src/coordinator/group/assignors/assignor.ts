import type { PartitionSet } from '../consumer/partition-set.ts'

/** A member that partitions are to be assigned to. */
export interface AssignorMember {
  readonly memberId: string
  readonly instanceId: string | null
  /** Topics it is subscribed to, by id; members with the same subscription share one object. */
  readonly topicIds: ReadonlySet<string>
  /** What it was to have so far. No partition is in it twice, nor in that of another member. */
  readonly previous: PartitionSet
}

/** What there is to assign. */
export interface AssignorInput {
  readonly members: readonly AssignorMember[]
  /** How many partitions each topic has that somebody is subscribed to, by topic id. */
  readonly partitionCounts: ReadonlyMap<string, number>
}

/** What each member shall have. Every partition of every topic that somebody is subscribed to is in it once. */
export type TargetAssignment = ReadonlyMap<string, PartitionSet>

/** Shares out partitions; the same input always gives the same result. */
export type Assignor = (input: AssignorInput) => TargetAssignment

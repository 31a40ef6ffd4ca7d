import type { TopicPartition, TopicPartitionOffset } from '../record.ts'
import type { TopicLike } from '../topic.ts'
import type { AdminCallOptions } from './admin-types.ts'

export interface GroupName {
  readonly groupId: string
}

/** Which protocol a group speaks: `consumer` is KIP-848's, where the broker assigns partitions. */
export type GroupType = 'classic' | 'consumer'

/** The states of classic groups, and those of the consumer protocol: `Empty Assigning Reconciling Stable`. */
export type GroupState =
  | 'Empty'
  | 'PreparingRebalance'
  | 'CompletingRebalance'
  | 'Assigning'
  | 'Reconciling'
  | 'Stable'
  | 'Dead'
  | 'Unknown'

export interface GroupListing extends GroupName {
  readonly type: GroupType
  readonly state: GroupState
  /** `consumer` for consumers; empty where only offsets are known. */
  readonly protocolType: string
}

export interface GroupMember {
  readonly memberId: string
  /** Of a static member (KIP-345), else null. */
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  /** Where it connects from. */
  readonly clientHost: string
  /** The generation of the group, in a classic one. */
  readonly memberEpoch: number
  readonly subscribedTopics: readonly string[]
  readonly subscribedTopicRegex: string | null
  /** What it works on. Empty where a classic group uses a protocol of its own, or is not Stable. */
  readonly assignment: readonly TopicPartition[]
  /** What it shall work on once the others have given it up. */
  readonly targetAssignment: readonly TopicPartition[]
}

export interface GroupDescription extends GroupListing {
  /** Broker id. */
  readonly coordinator: number
  /** Empty while none has been chosen. */
  readonly assignor: string
  /** The generation, in a classic group. */
  readonly groupEpoch: number
  readonly members: readonly GroupMember[]
}

/** A committed offset: of the next record to work on. */
export interface GroupOffset extends TopicPartitionOffset {
  /** Of the last record worked on; -1: not known. */
  readonly leaderEpoch: number
  /** What the committer kept beside it. */
  readonly metadata: string
}

/** An offset to commit; see `GroupOffset`. */
export interface NewGroupOffset extends TopicPartitionOffset {
  readonly leaderEpoch?: number
  readonly metadata?: string
}

/** Options of `listGroups`. */
export interface ListGroupsOptions extends AdminCallOptions {
  /** Only groups in one of these states. */
  readonly states?: readonly GroupState[]
  readonly types?: readonly GroupType[]
}

/** Options of `fetchGroupOffsets`. */
export interface FetchGroupOffsetsOptions extends AdminCallOptions {
  /** Only offsets of these topics. */
  readonly topics?: readonly TopicLike[]
  /** Wait for transactions that may still change the offsets (KIP-447). */
  readonly requireStable?: boolean
}

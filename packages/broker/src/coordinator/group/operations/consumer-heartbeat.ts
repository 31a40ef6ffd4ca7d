/** Partitions of one topic. */
export interface TopicPartitions {
  /** Kafka's text form. */
  readonly topicId: string
  readonly partitions: readonly number[]
}

/** Where a member comes from. */
export interface ConsumerClient {
  readonly clientId: string
  readonly clientHost: string
}

/** A heartbeat of the consumer protocol (KIP-848). What is null or -1 is as the member said before. */
export interface ConsumerHeartbeatRequest {
  readonly groupId: string
  readonly memberId: string
  /** What the member was last answered; 0 joins, -1 leaves, -2 leaves as a static member that will be back. */
  readonly memberEpoch: number
  readonly instanceId: string | null
  readonly rackId: string | null
  /** How long the member may take to give up partitions. */
  readonly rebalanceTimeoutMs: number
  readonly subscribedTopicNames: readonly string[] | null
  /** RE2 syntax, for whole names; empty: none. */
  readonly subscribedTopicRegex: string | null
  readonly serverAssignor: string | null
  /** Everything the member still works on. */
  readonly ownedPartitions: readonly TopicPartitions[] | null
  /** How long the answer may wait for news; 0: not at all. It never waits longer than the heartbeat interval. */
  readonly maxWaitMs: number
}

/** What a member is told. */
export interface ConsumerHeartbeatResult {
  readonly memberId: string
  readonly memberEpoch: number
  readonly heartbeatIntervalMs: number
  readonly sessionTimeoutMs: number
  /** All that the member may work on from now on; null: as before. */
  readonly assignment: readonly TopicPartitions[] | null
  /** The member is on its way to another assignment, so there may be more to tell soon: a heartbeat that cannot wait had better come early. */
  readonly isReconciling: boolean
}

import type { TopicPartitions } from './consumer-heartbeat.ts'

export interface DescribedConsumerMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly memberEpoch: number
  readonly subscribedTopicNames: readonly string[]
  readonly subscribedTopicRegex: string | null
  /** What it works on, or still has to give up. */
  readonly assignment: readonly TopicPartitions[]
  /** What it shall work on once the others have given it up. */
  readonly targetAssignment: readonly TopicPartitions[]
}

/** A group of the consumer protocol. */
export interface DescribedConsumerGroup {
  readonly groupId: string
  readonly state: 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'
  readonly groupEpoch: number
  /** The group epoch that the target assignment was made for. */
  readonly assignmentEpoch: number
  readonly assignor: string
  readonly members: readonly DescribedConsumerMember[]
}

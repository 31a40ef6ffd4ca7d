import type { ConsumerGroupHeartbeatRequest, TopicPartitions } from '@kafka-ts/protocol'
import type { Subscribed } from './group-consumer-config.ts'

/** Who a member is and what it asks for; the same for all of its life. */
export interface MemberIdentity {
  readonly groupId: string
  readonly memberId: string
  readonly instanceId: string | undefined
  readonly rackId: string | undefined
  readonly assignor: string | undefined
  readonly rebalanceTimeoutMs: number
  readonly subscribed: Subscribed
}

/** What changes from one heartbeat to the next. */
export interface HeartbeatContent {
  readonly memberEpoch: number
  /** Tell everything, as the coordinator may not know it: when joining, and after a request whose outcome is not known. It then answers with the whole assignment. */
  readonly isFull: boolean
  /** undefined: as told before. */
  readonly ownedPartitions: TopicPartitions | undefined
  readonly maxWaitMs: number
}

/** A heartbeat, with what the coordinator knows already left out. */
export function heartbeatRequest(identity: MemberIdentity, content: HeartbeatContent): ConsumerGroupHeartbeatRequest {
  const { groupId, memberId, instanceId = null, rackId = null, assignor = null, rebalanceTimeoutMs, subscribed } = identity
  const { memberEpoch, isFull, ownedPartitions = null, maxWaitMs } = content
  return {
    groupId,
    memberId,
    memberEpoch,
    instanceId,
    rackId: isFull ? rackId : null,
    rebalanceTimeoutMs: isFull ? rebalanceTimeoutMs : -1,
    subscribedTopicNames: isFull ? [...subscribed.names] : null,
    subscribedTopicRegex: isFull && subscribed.regex !== undefined ? subscribed.regex : null,
    serverAssignor: isFull ? assignor : null,
    ownedPartitions,
    maxWaitMs,
  }
}

/** A heartbeat that only says goodbye. */
export function leaveRequest(identity: MemberIdentity, leaveEpoch: number): ConsumerGroupHeartbeatRequest {
  return heartbeatRequest(identity, { memberEpoch: leaveEpoch, isFull: false, ownedPartitions: undefined, maxWaitMs: 0 })
}

import type { ConsumerClient, ConsumerHeartbeatRequest } from '../operations/consumer-heartbeat.ts'
import type { ConsumerMemberMetadata } from '../records/consumer-records.ts'

/** What a member says of itself, together with what it said before. */
export function metadataOf(
  request: ConsumerHeartbeatRequest,
  { clientId, clientHost }: ConsumerClient,
  before: ConsumerMemberMetadata | undefined,
): ConsumerMemberMetadata {
  const { subscribedTopicNames: names, subscribedTopicRegex: regex, rebalanceTimeoutMs } = request
  return {
    instanceId: request.instanceId ?? before?.instanceId ?? null,
    rackId: request.rackId ?? before?.rackId ?? null,
    clientId,
    clientHost,
    subscribedTopicNames: names === null ? (before?.subscribedTopicNames ?? []) : [...new Set(names)].sort(),
    subscribedTopicRegex: regex === null ? (before?.subscribedTopicRegex ?? null) : regex === '' ? null : regex,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? (before?.rebalanceTimeoutMs ?? 0) : rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? before?.serverAssignor ?? null,
  }
}

export function isSameMetadata(one: ConsumerMemberMetadata, other: ConsumerMemberMetadata): boolean {
  return (
    one.instanceId === other.instanceId &&
    one.rackId === other.rackId &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    hasSameSubscription(one, other)
  )
}

/** Whether an assignment made for the one is as good for the other. */
export function hasSameSubscription(one: ConsumerMemberMetadata, other: ConsumerMemberMetadata): boolean {
  return (
    one.subscribedTopicRegex === other.subscribedTopicRegex &&
    one.serverAssignor === other.serverAssignor &&
    one.subscribedTopicNames.length === other.subscribedTopicNames.length &&
    one.subscribedTopicNames.every((name, index) => name === other.subscribedTopicNames[index])
  )
}

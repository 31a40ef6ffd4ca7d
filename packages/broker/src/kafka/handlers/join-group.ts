import type { JoinGroupResponse, KafkaApis } from '@kafka-ts/kafka-wire'
import { type JoinResult, joinError } from '../../coordinator/group/group-results.ts'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** From here on a member is given its id before it joins (KIP-394). */
const KNOWN_MEMBER_ID_VERSION = 4
/** From here on the protocol of an error is null, before it is empty. */
const NULL_PROTOCOL_VERSION = 7
/** From here on a leader can be told that there is nothing to assign (KIP-814). */
const SKIP_ASSIGNMENT_VERSION = 9

/** Lets a member join its group. The answer may take as long as the other members' rebalance timeout. */
export const handleJoinGroup: KafkaHandler<KafkaApis['joinGroup']> = async ({ core, connection, clientId }, request, version) => {
  const { memberId, sessionTimeoutMs, rebalanceTimeoutMs, protocols } = request
  try {
    const result = await core.groups.joinGroup({
      groupId: request.groupId,
      memberId,
      groupInstanceId: request.groupInstanceId,
      clientId: clientId ?? '',
      clientHost: `/${connection.remote.host}`,
      sessionTimeoutMs,
      rebalanceTimeoutMs: rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
      protocolType: request.protocolType,
      protocols,
      requiresKnownMemberId: version >= KNOWN_MEMBER_ID_VERSION,
      supportsSkippingAssignment: version >= SKIP_ASSIGNMENT_VERSION,
    })
    return toResponse(result, version)
  } catch (error) {
    return toResponse(joinError(groupErrorOf(error), memberId), version)
  }
}

function toResponse({ leaderId, protocolName, members, ...result }: JoinResult, version: number): JoinGroupResponse {
  const name = version >= NULL_PROTOCOL_VERSION ? protocolName : (protocolName ?? '')
  return { ...NO_THROTTLE, ...result, protocolName: name, leader: leaderId, members: [...members] }
}

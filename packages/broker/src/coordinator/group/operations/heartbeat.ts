import { errorCode } from '@kafka-ts/protocol'
import type { GroupShard } from '../group-shard.ts'

export interface HeartbeatRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/**
 * Keeps a member in its group, and tells it of a rebalance by an error code. Throws UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID,
 * ILLEGAL_GENERATION.
 */
export function heartbeat(shard: GroupShard, request: HeartbeatRequest): number {
  const group = shard.ensureGroupOfMember(request.groupId)
  const member = group.ensureCurrentMember(request)
  // Members may send heartbeats as soon as they have joined, before they have an assignment.
  shard.sessions.renew(group, member)
  return errorCode(group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE')
}

import type { Reply } from '../../runtime/turn.ts'
import { type ClassicGroup, memberErrorOf } from '../classic-group.ts'
import type { ClassicMember } from '../classic-member.ts'
import { type SyncResult, syncError } from '../group-results.ts'
import type { GroupShard, GroupTurn } from '../group-shard.ts'
import { answerSync } from '../rebalance.ts'

/** A member that asks for its assignment; the leader hands in everybody's. */
export interface SyncRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** null: an older client does not say. */
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[]
}

const NOTHING = new Uint8Array(0)

/** Gives a member its assignment (`GroupMetadataManager.classicGroupSync`). undefined: it waits for the leader. */
export function syncGroup(
  shard: GroupShard,
  turn: GroupTurn,
  { request, reply }: { readonly request: SyncRequest; readonly reply: Reply<SyncResult> },
): SyncResult | undefined {
  let group: ClassicGroup
  let member: ClassicMember
  try {
    group = shard.ensureGroupOfMember(request.groupId)
    member = group.ensureCurrentMember(request)
  } catch (error) {
    return syncError(memberErrorOf(error))
  }
  if (!isSameProtocol(group, request)) return syncError('INCONSISTENT_GROUP_PROTOCOL')
  switch (group.state) {
    case 'Empty':
      return syncError('UNKNOWN_MEMBER_ID')
    case 'PreparingRebalance':
      return syncError('REBALANCE_IN_PROGRESS')
    case 'CompletingRebalance':
      group.pendingSync.delete(member.memberId)
      answerSync(turn, member, syncError('REBALANCE_IN_PROGRESS'))
      member.awaitingSync = reply
      if (group.leaderId === member.memberId) assign(shard, turn, { group, assignments: request.assignments })
      return undefined
    case 'Stable':
      group.pendingSync.delete(member.memberId)
      return toResult(group, member.assignment)
  }
}

/** The assignments are recorded, which makes the group Stable; everybody who waits gets its own once that is committed. */
function assign(
  shard: GroupShard,
  turn: GroupTurn,
  { group, assignments }: { readonly group: ClassicGroup; readonly assignments: SyncRequest['assignments'] },
): void {
  const byMember = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]))
  const assignmentOf = ({ memberId }: ClassicMember): Uint8Array => byMember.get(memberId) ?? NOTHING
  turn.append({ type: 'group', groupId: group.groupId, value: group.toMetadata(assignmentOf, turn.nowMs) })
  for (const member of group.members.values()) {
    if (member.awaitingSync === undefined) continue
    answerSync(turn, member, toResult(group, assignmentOf(member)))
    shard.sessions.renew(group, member)
  }
}

function isSameProtocol(group: ClassicGroup, { protocolType, protocolName }: SyncRequest): boolean {
  return (protocolType === null || protocolType === group.protocolType) && (protocolName === null || protocolName === group.protocolName)
}

function toResult({ protocolType, protocolName }: ClassicGroup, assignment: Uint8Array): SyncResult {
  return { errorCode: 0, protocolType, protocolName, assignment }
}

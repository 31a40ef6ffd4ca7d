import { errorCode } from '@kafka-ts/protocol'
import { type ClassicGroup, memberErrorOf } from '../classic-group.ts'
import type { GroupShard, GroupTurn } from '../group-shard.ts'
import { dropMember, rebalance } from '../rebalance.ts'

/** A member that leaves. Empty `memberId`: a static member is taken out by whoever knows its instance id. */
export interface Leaver {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** Takes members out of their group, with one rebalance for all. One error code each, in order (KIP-345). */
export function leaveGroup(
  shard: GroupShard,
  turn: GroupTurn,
  { groupId, leavers }: { readonly groupId: string; readonly leavers: readonly Leaver[] },
): readonly number[] {
  const group = shard.groups.get(groupId)
  if (group?.type !== 'classic') return leavers.map(() => errorCode('UNKNOWN_MEMBER_ID'))
  const codes = leavers.map((leaver) => leave(turn, group, leaver))
  if (codes.includes(errorCode('NONE')) && !group.isEmpty) rebalance(shard, turn, group)
  return codes
}

function leave(turn: GroupTurn, group: ClassicGroup, { memberId, groupInstanceId }: Leaver): number {
  if (group.pendingMembers.has(memberId)) {
    group.forgetPending(memberId)
    return errorCode('NONE')
  }
  try {
    const knownId = memberId === '' && groupInstanceId !== null ? (group.staticMemberId(groupInstanceId) ?? '') : memberId
    dropMember(turn, { group, member: group.ensureMember(knownId, groupInstanceId) })
    return errorCode('NONE')
  } catch (error) {
    return errorCode(memberErrorOf(error))
  }
}

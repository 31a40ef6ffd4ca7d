import { KafkaError } from '@kafka-ts/protocol'
import type { GroupShard, GroupTurn } from '../group-shard.ts'
import type { Membership } from '../session-timers.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, LEAVE_STATIC_EPOCH } from './consumer-member.ts'
import { NO_PARTITIONS } from './partition-set.ts'
import { followReleases, releaseParked } from './respond.ts'
import { raiseEpoch } from './target-assignment.ts'

type GroupMember = Membership<ConsumerGroup, ConsumerMember>

/** How long records that the disk refused are left alone. */
const APPEND_RETRY_MS = 1000

/** A member is out: the others share what it had. Whatever it sends from now on, it is told that it is not known. */
export function expelMember(shard: GroupShard, turn: GroupTurn, of: GroupMember): void {
  const { group, member } = of
  if (group.members.get(member.memberId) !== member) return
  // The records end its session. Where they cannot be appended, it is tried again: nobody else would.
  shard.consumerTimers.retrySoon(of, APPEND_RETRY_MS)
  if (member.parked !== undefined)
    turn.refuse(member.parked.reply, new KafkaError('UNKNOWN_MEMBER_ID', `member ${member.memberId} is out of group ${group.groupId}`))
  member.unpark()
  removeMember(shard, turn, of)
}

/** A member leaves for good. */
export function leave(shard: GroupShard, turn: GroupTurn, of: GroupMember): void {
  releaseParked(shard, turn, of)
  removeMember(shard, turn, of)
}

/** A static member leaves and will be back: what it has waits for it, as long as its session lasts; what it was to give up is free (KIP-345). */
export function leaveForNow(shard: GroupShard, turn: GroupTurn, of: GroupMember): void {
  const { group, member } = of
  const { memberId, current } = member
  releaseParked(shard, turn, of)
  shard.consumerTimers.expectHeartbeat(of)
  member.rebalanceTimer?.cancel()
  const value = { ...current, memberEpoch: LEAVE_STATIC_EPOCH, previousMemberEpoch: current.memberEpoch, pendingRevocation: NO_PARTITIONS }
  turn.append({ type: 'currentAssignment', groupId: group.groupId, memberId, value })
  followReleases(shard, turn, group)
}

/** Records that there is no such member any more. */
export function recordRemoval(turn: GroupTurn, { group, member }: GroupMember): void {
  const of = { groupId: group.groupId, memberId: member.memberId }
  turn.append({ type: 'currentAssignment', ...of, value: null })
  turn.append({ type: 'target', ...of, value: null })
  turn.append({ type: 'consumerMember', ...of, value: null })
}

/** Records that there is no such group any more. It has no members. */
export function recordDeletion(turn: GroupTurn, group: ConsumerGroup): void {
  const { groupId } = group
  for (const regex of group.resolvedRegexes()) turn.append({ type: 'regex', groupId, regex, value: null })
  turn.append({ type: 'targetEpoch', groupId, value: null })
  turn.append({ type: 'consumerGroup', groupId, value: null })
}

function removeMember(shard: GroupShard, turn: GroupTurn, of: GroupMember): void {
  recordRemoval(turn, of)
  raiseEpoch(shard, turn, of.group)
  followReleases(shard, turn, of.group)
}

import { uuidToString } from '@kafka-ts/protocol'
import type { Reply } from '../../runtime/turn.ts'
import { type ClassicGroup, memberErrorOf } from '../classic-group.ts'
import { ClassicMember, type MemberDescription } from '../classic-member.ts'
import type { ConsumerGroup } from '../consumer/consumer-group.ts'
import { recordDeletion } from '../consumer/membership.ts'
import { type JoinResult, joinError, syncError } from '../group-results.ts'
import type { GroupShard, GroupTurn } from '../group-shard.ts'
import { answerJoin, answerSync, dropMember, joinResult, rebalance } from '../rebalance.ts'

/** A member that wants to join, or is to join again. `memberId` is empty when it has none yet. */
export interface JoinRequest extends MemberDescription {
  readonly groupId: string
  readonly protocolType: string
  /** From version 4 on a new member is given its id first and joins with that: who never comes back is forgotten soon (KIP-394). */
  readonly requiresKnownMemberId: boolean
  /** From version 9 on a leader that came back can be told that there is nothing to assign (KIP-814). */
  readonly supportsSkippingAssignment: boolean
}

/** One JoinGroup on its way. */
interface Join {
  readonly group: ClassicGroup
  readonly request: JoinRequest
  readonly reply: Reply<JoinResult>
}

/** Lets a member join (`GroupMetadataManager.classicGroupJoin`). undefined: it waits for the others. */
export function joinGroup(shard: GroupShard, turn: GroupTurn, { request, reply }: Omit<Join, 'group'>): JoinResult | undefined {
  const { groupId, memberId, sessionTimeoutMs } = request
  const { minSessionTimeoutMs, maxSessionTimeoutMs } = shard.settings
  if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs)
    return joinError('INVALID_SESSION_TIMEOUT', memberId)
  if (memberId !== '' && !shard.groups.has(groupId)) return joinError('UNKNOWN_MEMBER_ID', memberId)
  const present = shard.groups.get(groupId)
  if (present?.type === 'consumer') return changeType(shard, turn, { group: present, request, reply })
  const group = shard.classicGroupOf(groupId)
  if (!hasRoomFor(shard, group, memberId)) {
    const member = group.members.get(memberId)
    if (member !== undefined) dropMember(turn, { group, member })
    return joinError('GROUP_MAX_SIZE_REACHED', '')
  }
  if (!group.supports(request.protocolType, request.protocols)) return joinError('INCONSISTENT_GROUP_PROTOCOL', memberId)
  return memberId === '' ? joinNew(shard, turn, { group, request, reply }) : joinKnown(shard, turn, { group, request, reply })
}

/** An empty group of the consumer protocol becomes a classic one, and then lets the member join. */
function changeType(
  shard: GroupShard,
  turn: GroupTurn,
  { group, request, reply }: Omit<Join, 'group'> & { readonly group: ConsumerGroup },
): JoinResult | undefined {
  if (request.memberId !== '') return joinError('UNKNOWN_MEMBER_ID', request.memberId)
  if (!group.isEmpty) return joinError('INCONSISTENT_GROUP_PROTOCOL', request.memberId)
  recordDeletion(turn, group)
  turn.follow((later) => {
    const result = joinGroup(shard, later, { request, reply })
    if (result !== undefined) later.answer(reply, result)
  }, reply)
  return undefined
}

/** In a rebalance those who came first stay, also when the limit was lowered meanwhile. */
function hasRoomFor({ settings }: GroupShard, group: ClassicGroup, memberId: string): boolean {
  const member = group.members.get(memberId)
  switch (group.state) {
    case 'Empty':
      return true
    case 'PreparingRebalance':
      return member?.awaitingJoin !== undefined || group.awaitingJoinCount < settings.maxSize
    case 'CompletingRebalance':
    case 'Stable':
      return member !== undefined || group.members.size < settings.maxSize
  }
}

function joinNew(shard: GroupShard, turn: GroupTurn, join: Join): JoinResult | undefined {
  const { group, request } = join
  const { groupInstanceId, clientId, sessionTimeoutMs } = request
  const memberId = `${groupInstanceId ?? clientId}-${uuidToString(shard.random.uuid())}`
  if (groupInstanceId !== null) {
    const presentId = group.staticMemberId(groupInstanceId)
    const present = presentId === undefined ? undefined : group.members.get(presentId)
    return present === undefined
      ? addMember(shard, turn, { ...join, memberId })
      : replaceStatic(shard, turn, { ...join, present, memberId })
  }
  if (!request.requiresKnownMemberId) return addMember(shard, turn, { ...join, memberId })
  shard.sessions.awaitPending(group, { memberId, sessionTimeoutMs })
  return joinError('MEMBER_ID_REQUIRED', memberId)
}

function joinKnown(shard: GroupShard, turn: GroupTurn, join: Join): JoinResult | undefined {
  const { group, request } = join
  const { memberId, groupInstanceId, protocols } = request
  if (groupInstanceId === null && group.pendingMembers.has(memberId)) return addMember(shard, turn, { ...join, memberId })
  let member: ClassicMember
  try {
    member = group.ensureMember(memberId, groupInstanceId)
  } catch (error) {
    return joinError(memberErrorOf(error), memberId)
  }
  switch (group.state) {
    case 'Empty':
      return joinError('UNKNOWN_MEMBER_ID', memberId)
    case 'PreparingRebalance':
      return rejoin(shard, turn, { ...join, member })
    case 'CompletingRebalance':
      // The same again: it may not have got the answer to its first JoinGroup of this generation.
      return member.matches(protocols) ? joinResult({ group, member }) : rejoin(shard, turn, { ...join, member })
    case 'Stable': {
      // A leader joins again when something changed that only it looks at, such as the partitions of the topics.
      const isChange = group.leaderId === memberId || !member.matches(protocols)
      return isChange ? rejoin(shard, turn, { ...join, member }) : joinResult({ group, member })
    }
  }
}

function addMember(
  shard: GroupShard,
  turn: GroupTurn,
  { group, request, reply, memberId }: Join & { readonly memberId: string },
): undefined {
  const member = new ClassicMember({ ...request, memberId })
  member.isNew = true
  member.awaitingJoin = reply
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.hasNewMember = true
  group.add(member, request.protocolType)
  shard.sessions.awaitFirstJoin(group, member)
  rebalance(shard, turn, group)
}

function rejoin(
  shard: GroupShard,
  turn: GroupTurn,
  { group, request, reply, member }: Join & { readonly member: ClassicMember },
): undefined {
  // Who asked before, on another connection, does not wait any more.
  answerJoin(turn, member, joinError('REBALANCE_IN_PROGRESS', member.memberId))
  member.update(request)
  member.awaitingJoin = reply
  rebalance(shard, turn, group)
}

/** A static member came back without its id: it goes on where it was, under a new one, and whoever has the old one is fenced (KIP-345). */
function replaceStatic(
  shard: GroupShard,
  turn: GroupTurn,
  { group, request, reply, present, memberId }: Join & { readonly present: ClassicMember; readonly memberId: string },
): JoinResult | undefined {
  const formerLeaderId = group.leaderId ?? ''
  answerJoin(turn, present, joinError('FENCED_INSTANCE_ID', present.memberId))
  answerSync(turn, present, syncError('FENCED_INSTANCE_ID'))
  const member = new ClassicMember({ ...request, memberId })
  group.replaceStatic(present, member)
  shard.sessions.renew(group, member)
  if (group.state === 'Stable' && group.selectProtocol() === group.protocolName) {
    turn.append({ type: 'group', groupId: group.groupId, value: group.toMetadata(({ assignment }) => assignment, turn.nowMs) })
    const result = joinResult({ group, member })
    // Older clients must not take themselves for the leader again: they would assign to the id that is gone.
    if (!request.supportsSkippingAssignment) return { ...result, leaderId: formerLeaderId, members: [] }
    return { ...result, skipAssignment: group.leaderId === memberId }
  }
  member.awaitingJoin = reply
  // In a rebalance that waits for the leader, the leader may be assigning to the old id just now: everybody joins again.
  rebalance(shard, turn, group)
  return undefined
}

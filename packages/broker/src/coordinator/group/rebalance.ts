import type { ClassicGroup } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'
import { type JoinResult, joinError, type SyncResult, syncError } from './group-results.ts'
import type { GroupShard, GroupTurn } from './group-shard.ts'

/**
 * How a classic group gets from one generation to the next, as Kafka's `GroupMetadataManager` has it: everybody joins (or runs out of
 * time), everybody hears of the new generation, the leader hands in the assignments, everybody gets its own.
 */

/** How long a record that the disk refused is left alone. */
const APPEND_RETRY_MS = 1000

interface GroupMember {
  readonly group: ClassicGroup
  readonly member: ClassicMember
}

/** Something changed: a rebalance begins, or the one under way may be complete. */
export function rebalance(shard: GroupShard, turn: GroupTurn, group: ClassicGroup): void {
  if (group.canRebalance) prepareRebalance(shard, turn, group)
  else maybeCompleteJoin(shard, turn, group)
}

/** Everybody is to join again. */
export function prepareRebalance(shard: GroupShard, turn: GroupTurn, group: ClassicGroup): void {
  if (group.state === 'CompletingRebalance') refuseSyncs(shard, turn, group)
  group.syncTimer?.cancel()
  const isInitial = group.state === 'Empty'
  group.prepareRebalance()
  const { initialRebalanceDelayMs } = shard.settings
  if (!isInitial) completeJoinOrWait(shard, turn, group)
  else if (initialRebalanceDelayMs === 0) completeJoin(shard, turn, group)
  else delayInitialJoin(shard, group, { delayMs: initialRebalanceDelayMs, remainingMs: group.rebalanceTimeoutMs - initialRebalanceDelayMs })
}

/** Ends the time to join if nobody is missing. The first rebalance of a group waits its delay out instead. */
export function maybeCompleteJoin(shard: GroupShard, turn: GroupTurn, group: ClassicGroup): void {
  const isWaiting = group.state === 'PreparingRebalance' && group.previousState !== 'Empty'
  if (isWaiting && group.hasAllMembersJoined) completeJoin(shard, turn, group)
}

/** A member is gone: the others share what it had. */
export function removeMember(shard: GroupShard, turn: GroupTurn, { group, member }: GroupMember): void {
  dropMember(turn, { group, member })
  if (group.state !== 'Empty') rebalance(shard, turn, group)
}

/** Takes a member out without a rebalance, which the caller sees to. */
export function dropMember(turn: GroupTurn, { group, member }: GroupMember): void {
  answerJoin(turn, member, joinError('UNKNOWN_MEMBER_ID', member.memberId))
  answerSync(turn, member, syncError('UNKNOWN_MEMBER_ID'))
  group.remove(member.memberId)
}

/** Nobody came with an id that was given out. */
export function removePending(
  shard: GroupShard,
  turn: GroupTurn,
  { group, memberId }: { readonly group: ClassicGroup; readonly memberId: string },
): void {
  group.forgetPending(memberId)
  maybeCompleteJoin(shard, turn, group)
}

/** Gives a member that waits for its JoinGroup its answer. */
export function answerJoin(turn: GroupTurn, member: ClassicMember, result: JoinResult): void {
  if (member.awaitingJoin !== undefined) turn.answer(member.awaitingJoin, result)
  member.awaitingJoin = undefined
}

/** Gives a member that waits for its SyncGroup its answer. */
export function answerSync(turn: GroupTurn, member: ClassicMember, result: SyncResult): void {
  if (member.awaitingSync !== undefined) turn.answer(member.awaitingSync, result)
  member.awaitingSync = undefined
}

/** What a member is told of the present generation. */
export function joinResult({ group, member }: GroupMember): JoinResult {
  return {
    ...joinError('NONE', member.memberId),
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leaderId: group.leaderId ?? '',
    members: group.leaderId === member.memberId ? group.joinedMembers() : [],
  }
}

function completeJoinOrWait(shard: GroupShard, turn: GroupTurn, group: ClassicGroup): void {
  if (group.hasAllMembersJoined) completeJoin(shard, turn, group)
  else setJoinTimer(shard, group)
}

function setJoinTimer(shard: GroupShard, group: ClassicGroup): void {
  group.joinTimer?.cancel()
  group.joinTimer = shard.context.setTimer(group.rebalanceTimeoutMs, (turn) => completeJoin(shard, turn, group))
}

/** Members that start together should not rebalance once each: as long as others come, it waits on, up to the rebalance timeout. */
function delayInitialJoin(
  shard: GroupShard,
  group: ClassicGroup,
  { delayMs, remainingMs }: { readonly delayMs: number; readonly remainingMs: number },
): void {
  group.joinTimer?.cancel()
  group.joinTimer = shard.context.setTimer(delayMs, (turn) => {
    if (!group.hasNewMember || remainingMs <= 0) {
      completeJoin(shard, turn, group)
      return
    }
    group.hasNewMember = false
    const next = Math.min(shard.settings.initialRebalanceDelayMs, remainingMs)
    delayInitialJoin(shard, group, { delayMs: next, remainingMs: remainingMs - next })
  })
}

/** The time to join is over: whoever did not come is out, but for static members, whose session decides. */
function completeJoin(shard: GroupShard, turn: GroupTurn, group: ClassicGroup): void {
  group.joinTimer?.cancel()
  group.hasNewMember = false
  for (const member of [...group.members.values()]) if (member.awaitingJoin === undefined && !member.isStatic) group.remove(member.memberId)
  if (group.members.size === 0) {
    // The record ends the rebalance. Where it cannot be appended, it is tried again: nobody else would.
    group.joinTimer = shard.context.setTimer(APPEND_RETRY_MS, (later) => completeJoin(shard, later, group))
    turn.append({ type: 'group', groupId: group.groupId, value: group.toEmptyMetadata(turn.nowMs) })
    return
  }
  if (!group.electJoinedLeader()) {
    // Only static members that did not come are left: their sessions end, or they come.
    setJoinTimer(shard, group)
    return
  }
  group.beginGeneration()
  for (const member of group.members.values()) {
    answerJoin(turn, member, joinResult({ group, member }))
    member.isNew = false
    group.pendingSync.add(member.memberId)
    shard.sessions.renew(group, member)
  }
  const { generationId } = group
  group.syncTimer?.cancel()
  group.syncTimer = shard.context.setTimer(group.rebalanceTimeoutMs, (later) => expirePendingSync(shard, later, { group, generationId }))
}

/** Members that joined and then did not ask for their assignment would hold it for nothing. */
function expirePendingSync(
  shard: GroupShard,
  turn: GroupTurn,
  { group, generationId }: { readonly group: ClassicGroup; readonly generationId: number },
): void {
  const isSameGeneration = group.generationId === generationId && (group.state === 'CompletingRebalance' || group.state === 'Stable')
  if (!isSameGeneration || group.pendingSync.size === 0) return
  for (const memberId of [...group.pendingSync]) group.remove(memberId)
  prepareRebalance(shard, turn, group)
}

/** Those who wait for the leader's assignments are to join again instead. */
function refuseSyncs(shard: GroupShard, turn: GroupTurn, group: ClassicGroup): void {
  for (const member of group.members.values()) {
    if (member.awaitingSync === undefined) continue
    answerSync(turn, member, syncError('REBALANCE_IN_PROGRESS'))
    shard.sessions.renew(group, member)
  }
}

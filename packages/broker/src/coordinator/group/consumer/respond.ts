import { KafkaError } from '@kafka-ts/protocol'
import type { Reply } from '../../runtime/turn.ts'
import type { GroupShard, GroupTurn } from '../group-shard.ts'
import type { ConsumerHeartbeatRequest, ConsumerHeartbeatResult } from '../operations/consumer-heartbeat.ts'
import type { Membership } from '../session-timers.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { type ConsumerMember, JOIN_EPOCH } from './consumer-member.ts'
import type { CurrentAssignment } from './current-assignment.ts'
import { type AssignedPartitions, toTopicPartitions } from './partition-set.ts'
import { type OwnedPartitions, reconcile } from './reconcile.ts'

/**
 * What members are told, and when. A member takes a step towards its target only when it can hear of it: in the answer to its heartbeat, or, while
 * one is parked, as soon as there is a step to take.
 */

type GroupMember = Membership<ConsumerGroup, ConsumerMember>

/** A heartbeat of a member that is in its group as the request says. */
export interface AdmittedHeartbeat {
  readonly request: ConsumerHeartbeatRequest
  readonly memberId: string
  readonly reply: Reply<ConsumerHeartbeatResult>
}

/** Answers a heartbeat, or parks it until there is something to tell. */
export function respond(shard: GroupShard, turn: GroupTurn, { request, memberId, reply }: AdmittedHeartbeat): void {
  const group = shard.ensureConsumerGroup(request.groupId)
  const of = { group, member: group.ensureMember(memberId, null) }
  releaseParked(shard, turn, of)
  shard.consumerTimers.expectHeartbeat(of)
  const { current } = of.member
  const next = takeStep(shard, turn, of, request.ownedPartitions)
  const isNews = next.memberEpoch !== request.memberEpoch || next.assigned !== current.assigned || isFull(request)
  // It may have missed an answer and not know. That is no news: a member that takes its time would be told again and again.
  const wantsAssignment = isNews || (request.ownedPartitions !== null && !isSame(request.ownedPartitions, next.assigned))
  if (next.memberEpoch === JOIN_EPOCH || (request.maxWaitMs > 0 && !isNews)) park(shard, of, { request, reply, wantsAssignment })
  else turn.answer(reply, resultOf(shard, of, { current: next, hasAssignment: wantsAssignment }))
  followReleases(shard, turn, group)
}

/** The target is new: whoever has a heartbeat parked takes a step. */
export function tellAll(shard: GroupShard, turn: GroupTurn, group: ConsumerGroup): void {
  for (const member of group.members.values()) tell(shard, turn, { group, member })
  followReleases(shard, turn, group)
}

/** Once this turn is replayed: whoever waits for partitions that it makes free takes a step. */
export function followReleases(shard: GroupShard, turn: GroupTurn, group: ConsumerGroup): void {
  if (turn.records.length === 0) return
  turn.follow((later) => {
    for (const memberId of group.takeAwaitedReleases()) {
      const member = group.members.get(memberId)
      if (member !== undefined) tell(shard, later, { group, member })
    }
    followReleases(shard, later, group)
  })
}

/** Answers the parked heartbeat of a member, if there is one, as if its time were up. */
export function releaseParked(shard: GroupShard, turn: GroupTurn, of: GroupMember): void {
  const { member } = of
  const { parked } = member
  if (parked === undefined) return
  member.unpark()
  if (member.memberEpoch !== JOIN_EPOCH)
    turn.answer(parked.reply, resultOf(shard, of, { current: member.current, hasAssignment: parked.wantsAssignment }))
  else turn.refuse(parked.reply, new KafkaError('COORDINATOR_NOT_AVAILABLE', 'the partitions of the group could not be assigned in time'))
}

function tell(shard: GroupShard, turn: GroupTurn, of: GroupMember): void {
  const { member } = of
  const { parked, current } = member
  if (parked === undefined) return
  const next = takeStep(shard, turn, of, null)
  if (next === current) return
  member.unpark()
  shard.consumerTimers.expectHeartbeat(of)
  const hasAssignment = parked.wantsAssignment || next.assigned !== current.assigned
  turn.answer(parked.reply, resultOf(shard, of, { current: next, hasAssignment }))
}

/** What the member has from now on, recorded if it is something new. */
function takeStep(shard: GroupShard, turn: GroupTurn, of: GroupMember, owned: OwnedPartitions | null): CurrentAssignment {
  const { group, member } = of
  const { groupId, assignmentEpoch } = group
  const { memberId, current } = member
  // Who joins waits for the assignment that it gives reason for, rather than being told first that it has nothing.
  if (member.isAway || (current.memberEpoch === JOIN_EPOCH && assignmentEpoch < group.epoch)) return current
  const next = reconcile({
    current,
    target: group.targetOf(memberId),
    targetEpoch: assignmentEpoch,
    owned,
    isFree: (topicId, partition) => group.isFree(topicId, partition, memberId),
  })
  if (next === current) return current
  turn.append({ type: 'currentAssignment', groupId, memberId, value: next })
  const isStillRevoking = current.state === 'UnrevokedPartitions' && next.memberEpoch === current.memberEpoch
  if (next.state !== 'UnrevokedPartitions') member.rebalanceTimer?.cancel()
  else if (!isStillRevoking) shard.consumerTimers.expectRevocation(of)
  return next
}

function park(
  shard: GroupShard,
  of: GroupMember,
  { request, reply, wantsAssignment }: Pick<AdmittedHeartbeat, 'request' | 'reply'> & { readonly wantsAssignment: boolean },
): void {
  const { group, member } = of
  const { heartbeatIntervalMs } = shard.consumerTimes(group.groupId)
  const waitMs = request.maxWaitMs > 0 ? Math.min(request.maxWaitMs, heartbeatIntervalMs) : heartbeatIntervalMs
  const timer = shard.context.setTimer(waitMs, (turn) => {
    if (member.parked?.timer === timer) releaseParked(shard, turn, of)
  })
  member.parked = { reply, timer, wantsAssignment }
}

/** Whether a member says that it works on exactly what it has. */
function isSame(owned: OwnedPartitions, assigned: AssignedPartitions): boolean {
  let count = 0
  for (const epochs of assigned.values()) count += epochs.size
  for (const { topicId, partitions } of owned) {
    const epochs = assigned.get(topicId)
    for (const partition of partitions) if (epochs?.has(partition) !== true) return false
    count -= partitions.length
  }
  return count === 0
}

/** A request with everything in it is that of a member which may have missed an answer, or joins. */
function isFull({
  memberEpoch,
  rebalanceTimeoutMs,
  subscribedTopicNames,
  subscribedTopicRegex,
  ownedPartitions,
}: ConsumerHeartbeatRequest): boolean {
  const hasSubscription = subscribedTopicNames !== null || subscribedTopicRegex !== null
  return memberEpoch === JOIN_EPOCH || (rebalanceTimeoutMs !== -1 && hasSubscription && ownedPartitions !== null)
}

function resultOf(
  shard: GroupShard,
  { group, member }: GroupMember,
  { current, hasAssignment }: { readonly current: CurrentAssignment; readonly hasAssignment: boolean },
): ConsumerHeartbeatResult {
  return {
    memberId: member.memberId,
    memberEpoch: current.memberEpoch,
    ...shard.consumerTimes(group.groupId),
    assignment: hasAssignment ? toTopicPartitions(current.assigned) : null,
    isReconciling: current.state !== 'Stable' || current.memberEpoch !== group.epoch,
  }
}

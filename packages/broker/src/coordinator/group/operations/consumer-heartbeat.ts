import { KafkaError, uuidToString } from '@kafka-ts/protocol'
import type { Reply } from '../../runtime/turn.ts'
import { ConsumerGroup } from '../consumer/consumer-group.ts'
import { type ConsumerMember, JOIN_EPOCH, LEAVE_EPOCH, LEAVE_STATIC_EPOCH } from '../consumer/consumer-member.ts'
import { NOTHING_ASSIGNED } from '../consumer/current-assignment.ts'
import { hasSameSubscription, isSameMetadata, metadataOf } from '../consumer/member-metadata.ts'
import { leave, leaveForNow, recordRemoval } from '../consumer/membership.ts'
import { ensureEpoch, ensureValid } from '../consumer/request-checks.ts'
import { respond } from '../consumer/respond.ts'
import { raiseEpoch } from '../consumer/target-assignment.ts'
import type { GroupShard, GroupTurn } from '../group-shard.ts'
import { inconsistentProtocol } from '../group-type-errors.ts'

/** Partitions of one topic. */
export interface TopicPartitions {
  /** Kafka's text form. */
  readonly topicId: string
  readonly partitions: readonly number[]
}

/** Where a member comes from. */
export interface ConsumerClient {
  readonly clientId: string
  readonly clientHost: string
}

/** A heartbeat of the consumer protocol (KIP-848). What is null or -1 is as the member said before. */
export interface ConsumerHeartbeatRequest {
  readonly groupId: string
  readonly memberId: string
  /** What the member was last answered; 0 joins, -1 leaves, -2 leaves as a static member that will be back. */
  readonly memberEpoch: number
  readonly instanceId: string | null
  readonly rackId: string | null
  /** How long the member may take to give up partitions. */
  readonly rebalanceTimeoutMs: number
  readonly subscribedTopicNames: readonly string[] | null
  /** RE2 syntax, for whole names; empty: none. */
  readonly subscribedTopicRegex: string | null
  readonly serverAssignor: string | null
  /** Everything the member still works on. */
  readonly ownedPartitions: readonly TopicPartitions[] | null
  /** How long the answer may wait for news; 0: not at all. It never waits longer than the heartbeat interval. */
  readonly maxWaitMs: number
}

/** What a member is told. */
export interface ConsumerHeartbeatResult {
  readonly memberId: string
  readonly memberEpoch: number
  readonly heartbeatIntervalMs: number
  readonly sessionTimeoutMs: number
  /** All that the member may work on from now on; null: as before. */
  readonly assignment: readonly TopicPartitions[] | null
  /** The member is on its way to another assignment, so there may be more to tell soon: a heartbeat that cannot wait had better come early. */
  readonly isReconciling: boolean
}

/** One heartbeat on its way. */
interface Heartbeat {
  readonly request: ConsumerHeartbeatRequest
  readonly client: ConsumerClient
  readonly reply: Reply<ConsumerHeartbeatResult>
}

interface Joining extends Heartbeat {
  readonly group: ConsumerGroup
  readonly memberId: string
}

interface Rejoining extends Joining {
  /** The member that it is, or whose place it takes. */
  readonly member: ConsumerMember
}

/**
 * Joins, keeps and leaves (KIP-848; `GroupMetadataManager.consumerGroupHeartbeat`). What the member says of itself is recorded first; the answer
 * follows in a turn of its own, which sees that. undefined: the answer comes by `reply`, now or later.
 */
export function consumerHeartbeat(shard: GroupShard, turn: GroupTurn, heartbeat: Heartbeat): ConsumerHeartbeatResult | undefined {
  const { request } = heartbeat
  ensureValid(shard, request, heartbeat.client)
  switch (request.memberEpoch) {
    case JOIN_EPOCH:
      join(shard, turn, heartbeat)
      return undefined
    case LEAVE_EPOCH:
    case LEAVE_STATIC_EPOCH:
      return goAway(shard, turn, request)
    default:
      stay(shard, turn, heartbeat)
      return undefined
  }
}

function join(shard: GroupShard, turn: GroupTurn, heartbeat: Heartbeat): void {
  const { request } = heartbeat
  const memberId = request.memberId === '' ? uuidToString(shard.random.uuid()) : request.memberId
  const group = groupToJoin(shard, turn, request.groupId)
  const own = group.members.get(memberId)
  const holder = request.instanceId === null ? own : group.staticMember(request.instanceId)
  const joining = { ...heartbeat, group, memberId }
  if (holder === undefined || holder === own) {
    if (own === undefined) joinNew(shard, turn, joining)
    else joinAgain(shard, turn, { ...joining, member: own })
  } else if (holder.isAway && own === undefined) {
    replaceStatic(shard, turn, { ...joining, member: holder })
  } else {
    throw new KafkaError(
      'UNRELEASED_INSTANCE_ID',
      `a member of group ${group.groupId} has the instance id ${request.instanceId} and has not left`,
    )
  }
}

/** The group as it is, or one that is not recorded yet. Throws INCONSISTENT_GROUP_PROTOCOL. */
function groupToJoin(shard: GroupShard, turn: GroupTurn, groupId: string): ConsumerGroup {
  const group = shard.groups.get(groupId)
  if (group?.type === 'consumer') return group
  if (group !== undefined) {
    if (!group.isEmpty) throw inconsistentProtocol(groupId)
    // An empty group may change its type. Where it was never recorded, the first record of the new type replaces it all the same.
    if (group.protocolType !== null) turn.append({ type: 'group', groupId, value: null })
  }
  return new ConsumerGroup(groupId)
}

function joinNew(shard: GroupShard, turn: GroupTurn, { group, memberId, request, client, reply }: Joining): void {
  if (group.members.size >= shard.settings.consumerMaxSize)
    throw new KafkaError('GROUP_MAX_SIZE_REACHED', `group ${group.groupId} has ${group.members.size} members, as many as it may`)
  const value = metadataOf(request, client, undefined)
  turn.append({ type: 'consumerMember', groupId: group.groupId, memberId, value })
  raiseEpoch(shard, turn, group)
  turn.follow((later) => respond(shard, later, { request, memberId, reply }), reply)
}

/** A member that lost its way begins anew. It has nothing any more; whoever goes on with what it had before is of an older epoch. */
function joinAgain(shard: GroupShard, turn: GroupTurn, { group, member, memberId, request, client, reply }: Rejoining): void {
  const { groupId } = group
  const value = metadataOf(request, client, member.metadata)
  const isAsBefore = isSameMetadata(value, member.metadata)
  if (!isAsBefore) turn.append({ type: 'consumerMember', groupId, memberId, value })
  if (member.memberEpoch !== JOIN_EPOCH) turn.append({ type: 'currentAssignment', groupId, memberId, value: NOTHING_ASSIGNED })
  const isNewIncarnation = member.memberEpoch !== JOIN_EPOCH && !member.isAway
  if (isNewIncarnation || !isAsBefore) raiseEpoch(shard, turn, group)
  turn.follow((later) => respond(shard, later, { request, memberId, reply }), reply)
}

/** A static member is back under a new id, and has what waited for it, without anybody else noticing (KIP-345). */
function replaceStatic(shard: GroupShard, turn: GroupTurn, { group, member, memberId, request, client, reply }: Rejoining): void {
  const { groupId } = group
  const value = metadataOf(request, client, member.metadata)
  recordRemoval(turn, { group, member })
  turn.append({ type: 'consumerMember', groupId, memberId, value })
  turn.append({ type: 'target', groupId, memberId, value: group.targetOf(member.memberId) })
  if (!hasSameSubscription(value, member.metadata)) raiseEpoch(shard, turn, group)
  turn.follow((later) => respond(shard, later, { request, memberId, reply }), reply)
}

function stay(shard: GroupShard, turn: GroupTurn, { request, client, reply }: Heartbeat): void {
  const { groupId, memberId } = request
  const group = shard.ensureConsumerGroup(groupId)
  const member = group.ensureMember(memberId, request.instanceId)
  ensureEpoch(member, request)
  const value = metadataOf(request, client, member.metadata)
  if (isSameMetadata(value, member.metadata)) {
    respond(shard, turn, { request, memberId, reply })
    return
  }
  turn.append({ type: 'consumerMember', groupId, memberId, value })
  if (!hasSameSubscription(value, member.metadata)) raiseEpoch(shard, turn, group)
  turn.follow((later) => respond(shard, later, { request, memberId, reply }), reply)
}

function goAway(
  shard: GroupShard,
  turn: GroupTurn,
  { groupId, memberId, memberEpoch, instanceId }: ConsumerHeartbeatRequest,
): ConsumerHeartbeatResult {
  const group = shard.ensureConsumerGroup(groupId)
  const member = group.ensureMember(memberId, instanceId)
  if (memberEpoch === LEAVE_EPOCH) leave(shard, turn, { group, member })
  else leaveForNow(shard, turn, { group, member })
  return { memberId, memberEpoch, ...shard.consumerTimes(groupId), assignment: null, isReconciling: false }
}

import { KafkaError } from '@kafka-ts/protocol'
import type { ClusterImage } from '../../../controller/cluster-image.ts'
import type { GroupShard } from '../group-shard.ts'
import type { ConsumerClient, ConsumerHeartbeatRequest } from '../operations/consumer-heartbeat.ts'
import { type ConsumerMember, JOIN_EPOCH, LEAVE_STATIC_EPOCH } from './consumer-member.ts'
import type { CurrentAssignment } from './current-assignment.ts'
import type { AssignedPartitions } from './partition-set.ts'
import type { OwnedPartitions } from './reconcile.ts'

interface NamedPartition {
  readonly topic: string
  readonly partition: number
}

/** Of every text that goes into a record: what Kafka's serialization holds. */
const MAX_TEXT_BYTES = 0x7fff

/** Throws INVALID_REQUEST, UNSUPPORTED_ASSIGNOR, INVALID_REGULAR_EXPRESSION: what is wrong with a request, whatever group it meets. */
export function ensureValid(shard: GroupShard, request: ConsumerHeartbeatRequest, { clientId }: ConsumerClient): void {
  const { memberId, memberEpoch, instanceId, rackId, serverAssignor, subscribedTopicRegex } = request
  ensure(memberEpoch >= LEAVE_STATIC_EPOCH, `there is no member epoch ${memberEpoch}`)
  ensure(memberId !== '' || memberEpoch === JOIN_EPOCH, 'a member that is in its group has an id')
  ensure(instanceId !== '' && rackId !== '', 'an instance id and a rack id are not empty')
  ensure(memberEpoch !== LEAVE_STATIC_EPOCH || instanceId !== null, 'only a static member can leave for now: it needs its instance id')
  if (memberEpoch === JOIN_EPOCH) ensureJoins(request)
  for (const text of [clientId, memberId, instanceId ?? '', rackId ?? '', ...(request.subscribedTopicNames ?? [])])
    ensure(Buffer.byteLength(text) <= MAX_TEXT_BYTES, `a text of the request has more than ${MAX_TEXT_BYTES} bytes`)
  const { assignors } = shard.settings
  if (serverAssignor !== null && !assignors.some((name) => name === serverAssignor))
    throw new KafkaError('UNSUPPORTED_ASSIGNOR', `this broker has the assignors ${assignors.join(', ')}, not ${serverAssignor}`)
  if (subscribedTopicRegex !== null && subscribedTopicRegex !== '') shard.regexes.ensureValid(subscribedTopicRegex, shard.image())
}

/** Throws FENCED_MEMBER_EPOCH unless the member is in the epoch it was told last, or did not get that answer. */
export function ensureEpoch({ memberId, current }: ConsumerMember, { memberEpoch, ownedPartitions }: ConsumerHeartbeatRequest): void {
  if (memberEpoch === current.memberEpoch) return
  const hasMissedAnswer =
    memberEpoch === current.previousMemberEpoch && (ownedPartitions === null || isSubset(ownedPartitions, current.assigned))
  if (hasMissedAnswer) return
  throw new KafkaError(
    'FENCED_MEMBER_EPOCH',
    `member ${memberId} is in epoch ${current.memberEpoch}, not ${memberEpoch}: it must join again`,
  )
}

/**
 * Throws STALE_MEMBER_EPOCH unless the member is in that epoch, or was in it when it got every one of `partitions`, all of which it still has: it may
 * not have heard of its newest epoch yet, and nobody else has had them since (KIP-1251). Without `partitions` only the newest epoch will do.
 */
export function ensureCurrentEpoch(
  { memberId, current }: ConsumerMember,
  of: {
    readonly memberEpoch: number
    readonly partitions: readonly NamedPartition[] | undefined
    readonly image: ClusterImage
  },
): void {
  if (of.memberEpoch === current.memberEpoch) return
  const hadThem = (partition: NamedPartition): boolean => {
    const since = hasSince(current, partition, of.image)
    return since !== undefined && since <= of.memberEpoch
  }
  if (of.memberEpoch > 0 && of.memberEpoch < current.memberEpoch && of.partitions?.every(hadThem) === true) return
  throw new KafkaError('STALE_MEMBER_EPOCH', `member ${memberId} is in epoch ${current.memberEpoch}, not ${of.memberEpoch}`)
}

/**
 * Throws STALE_MEMBER_EPOCH when a member that gives up partitions one after the other commits what it does not have (any more): others may have it by now,
 * and its epoch moves only once everything is given up.
 */
export function ensureNotGivenUp(
  { memberId, current }: ConsumerMember,
  { partitions, image }: { readonly partitions: readonly NamedPartition[]; readonly image: ClusterImage },
): void {
  if (current.state !== 'UnrevokedPartitions') return
  const other = partitions.find((partition) => hasSince(current, partition, image) === undefined)
  if (other === undefined) return
  throw new KafkaError(
    'STALE_MEMBER_EPOCH',
    `member ${memberId} does not have partition ${other.partition} of ${other.topic} in this epoch`,
  )
}

/** The epoch in which a member got a partition that it has, or is to give up. */
function hasSince(
  { assigned, pendingRevocation }: CurrentAssignment,
  { topic, partition }: NamedPartition,
  { topics }: ClusterImage,
): number | undefined {
  const topicId = topics.get(topic)?.id ?? ''
  return assigned.get(topicId)?.get(partition) ?? pendingRevocation.get(topicId)?.get(partition)
}

function ensureJoins({ rebalanceTimeoutMs, subscribedTopicNames, subscribedTopicRegex, ownedPartitions }: ConsumerHeartbeatRequest): void {
  ensure(rebalanceTimeoutMs > 0, 'who joins says its rebalance timeout')
  ensure(subscribedTopicNames !== null || subscribedTopicRegex !== null, 'who joins says what it subscribes to')
  ensure(ownedPartitions?.length === 0, 'who joins has no partitions, and says so')
}

function ensure(isRight: boolean, message: string): void {
  if (!isRight) throw new KafkaError('INVALID_REQUEST', message)
}

function isSubset(owned: OwnedPartitions, assigned: AssignedPartitions): boolean {
  return owned.every(({ topicId, partitions }) => {
    const own = assigned.get(topicId)
    return partitions.every((partition) => own?.has(partition) === true)
  })
}

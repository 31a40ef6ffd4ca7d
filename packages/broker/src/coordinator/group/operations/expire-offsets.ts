import type { ConsumerGroup } from '../consumer/consumer-group.ts'
import { recordDeletion } from '../consumer/membership.ts'
import { CONSUMER_PROTOCOL_TYPE } from '../consumer-protocol.ts'
import type { Group, GroupShard, GroupTurn } from '../group-shard.ts'
import type { CommittedOffset } from '../records/group-records.ts'
import { subscribedTopics } from '../subscribed-topics.ts'

/** Says of an offset since when nobody needs it, wall clock; undefined: somebody does. */
type IdleSince = (topic: string, committed: CommittedOffset) => number | undefined

/** Records of one turn: what is left comes in the next one. */
const MAX_RECORDS = 10_000

/**
 * Forgets offsets that nobody has needed for the retention time, and groups that have neither members nor offsets (KIP-211;
 * `OffsetMetadataManager.cleanupExpiredOffsets`). False: there is more to do.
 */
export function expireOffsets(shard: GroupShard, turn: GroupTurn): boolean {
  for (const group of shard.groups.values()) {
    if (turn.records.length >= MAX_RECORDS) return false
    expireOf(shard, turn, group)
  }
  return true
}

function expireOf(shard: GroupShard, turn: GroupTurn, group: Group): void {
  const { groupId } = group
  const idleSince = idleSinceOf(group, turn.nowMs)
  let isAnyLeft = false
  for (const { topic, partition, committed } of shard.offsetsOf(groupId)?.all() ?? []) {
    if (isExpired(committed, { sinceMs: idleSince(topic, committed), nowMs: turn.nowMs, retentionMs: shard.settings.offsetsRetentionMs })) {
      turn.append({ type: 'offset', groupId, topic, partition, value: null })
    } else {
      isAnyLeft = true
    }
  }
  if (isAnyLeft || !group.isEmpty) return
  if (group.type === 'consumer') recordDeletion(turn, group)
  else if (group.pendingMembers.size === 0) turn.append({ type: 'group', groupId, value: null })
}

function isExpired(
  { expireTimestampMs }: CommittedOffset,
  { sinceMs, nowMs, retentionMs }: { readonly sinceMs: number | undefined; readonly nowMs: number; readonly retentionMs: number },
): boolean {
  if (sinceMs === undefined) return false
  return expireTimestampMs === -1 ? nowMs - sinceMs >= retentionMs : nowMs >= expireTimestampMs
}

function idleSinceOf(group: Group, nowMs: number): IdleSince {
  if (group.type === 'consumer') return idleSinceOfConsumers(group, nowMs)
  // Nobody ever joined: consumers that assign themselves, of which only the commits are seen.
  if (group.protocolType === null) return (_topic, { commitTimestampMs }) => commitTimestampMs
  if (group.isEmpty) {
    // Kafka counts from the time the group became empty alone, and so forgets at once what somebody reset long after that.
    return (_topic, { commitTimestampMs }) =>
      group.stateTimestampMs === -1 ? commitTimestampMs : Math.max(group.stateTimestampMs, commitTimestampMs)
  }
  if (group.state !== 'Stable' || group.protocolType !== CONSUMER_PROTOCOL_TYPE) return () => undefined
  const subscribed = subscribedTopics(group)
  return (topic, { commitTimestampMs }) => (subscribed?.has(topic) === false ? commitTimestampMs : undefined)
}

/**
 * No record says since when such a group is empty. Kafka goes by the commits alone, and so forgets at once what nobody committed anew for long
 * before the last member left; here it counts from the first look at the empty group, so a restart gives the offsets more time.
 */
function idleSinceOfConsumers(group: ConsumerGroup, nowMs: number): IdleSince {
  if (group.members.size === 0) {
    if (group.emptySinceMs === -1) group.emptySinceMs = nowMs
    return (_topic, { commitTimestampMs }) => Math.max(group.emptySinceMs, commitTimestampMs)
  }
  group.emptySinceMs = -1
  const subscribed = group.subscribedTopics()
  return (topic, { commitTimestampMs }) => (subscribed.has(topic) ? undefined : commitTimestampMs)
}

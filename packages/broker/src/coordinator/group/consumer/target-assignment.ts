import { type ClusterImage, usableTopic } from '../../../controller/cluster-image.ts'
import type { AssignorInput, AssignorMember } from '../assignors/assignor.ts'
import { type AssignorName, assignorOf } from '../assignors/assignors.ts'
import type { GroupShard, GroupTurn } from '../group-shard.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerMember } from './consumer-member.ts'
import { metadataHash } from './metadata-hash.ts'
import { isSameSet, NO_PARTITIONS } from './partition-set.ts'
import { tellAll } from './respond.ts'

/**
 * How a group gets its target assignments. Whatever gives reason to assign anew raises the group epoch, at once; the assignment for the newest
 * epoch is made soon after, once for all that came meanwhile: a thousand members that join cost a dozen assignments, not a thousand.
 */

/** Between two assignments of a group lies at least so much for each of its members; a group of ten assigns as often as it wants to. */
const ASSIGNMENT_INTERVAL_PER_MEMBER_MS = 0.1
/** How long records that the disk refused are left alone. */
const APPEND_RETRY_MS = 1000

/** There is reason to assign anew. */
export function raiseEpoch(shard: GroupShard, turn: GroupTurn, group: ConsumerGroup): void {
  const value = { epoch: group.epoch + 1, metadataHash: group.metadataHash }
  turn.append({ type: 'consumerGroup', groupId: group.groupId, value })
  turn.follow((later) => {
    const current = shard.groups.get(group.groupId)
    if (current?.type === 'consumer') scheduleAssignment(shard, later, current)
  })
}

/** Makes a target assignment for the newest epoch: now, or as soon as the last one is old enough. */
export function scheduleAssignment(shard: GroupShard, turn: GroupTurn, group: ConsumerGroup): void {
  if (group.assignTimer !== undefined) return
  const dueMs = group.assignedAtMs + group.members.size * ASSIGNMENT_INTERVAL_PER_MEMBER_MS
  const delayMs = dueMs - shard.context.monotonicMs()
  if (delayMs <= 0) assign(shard, turn, group)
  else group.assignTimer = shard.context.setTimer(delayMs, (later) => assign(shard, later, group))
}

/** Raises the epoch of a group whose topics are not what they were when its assignment was made; an assignment that is due looks at them anyway. */
export function reactToTopics(shard: GroupShard, turn: GroupTurn, group: ConsumerGroup): void {
  if (group.members.size === 0 || group.epoch > group.assignmentEpoch) return
  const hash = metadataHash(topicsOf(group, resolveRegexes(shard, group)), shard.image())
  if (hash !== group.metadataHash) raiseEpoch(shard, turn, group)
}

function assign(shard: GroupShard, turn: GroupTurn, group: ConsumerGroup): void {
  group.assignTimer?.cancel()
  group.assignTimer = undefined
  if (group.members.size === 0 || group.epoch <= group.assignmentEpoch) return
  group.assignedAtMs = shard.context.monotonicMs()
  // The records end the wait. Where they cannot be appended, it is tried again: nobody else would.
  group.assignTimer = shard.context.setTimer(APPEND_RETRY_MS, (later) => assign(shard, later, group))
  const { groupId, epoch } = group
  const image = shard.image()
  const regexes = resolveRegexes(shard, group)
  recordRegexes(turn, group, { regexes, version: image.revision })
  const hash = metadataHash(topicsOf(group, regexes), image)
  if (hash !== group.metadataHash) turn.append({ type: 'consumerGroup', groupId, value: { epoch, metadataHash: hash } })
  const assigned = assignorOf(assignorNameOf(shard, group))(inputOf(group, { regexes, image }))
  for (const memberId of group.members.keys()) {
    const target = assigned.get(memberId) ?? NO_PARTITIONS
    if (!isSameSet(target, group.targetOf(memberId))) turn.append({ type: 'target', groupId, memberId, value: target })
  }
  turn.append({ type: 'targetEpoch', groupId, value: epoch })
  turn.follow((later) => tellAll(shard, later, group))
}

/** The assignor that the group uses: what most members ask for, or the broker's first. */
export function assignorNameOf({ settings }: GroupShard, { subscriptions }: ConsumerGroup): AssignorName {
  return subscriptions.preferredAssignor(settings.assignors) ?? (settings.assignors[0] as AssignorName)
}

type ResolvedRegexes = ReadonlyMap<string, readonly string[]>

/** What the regular expressions of the members match just now. */
function resolveRegexes(shard: GroupShard, group: ConsumerGroup): ResolvedRegexes {
  const image = shard.image()
  return new Map(Array.from(group.subscriptions.regexes(), (regex) => [regex, shard.regexes.topicsOf(regex, image)]))
}

function topicsOf(group: ConsumerGroup, regexes: ResolvedRegexes): ReadonlySet<string> {
  const topics = new Set(group.subscriptions.names())
  for (const matches of regexes.values()) for (const topic of matches) topics.add(topic)
  return topics
}

function recordRegexes(
  turn: GroupTurn,
  group: ConsumerGroup,
  { regexes, version }: { readonly regexes: ResolvedRegexes; readonly version: number },
): void {
  const { groupId } = group
  for (const [regex, topics] of regexes) {
    const known = group.resolved(regex)
    if (known?.size === topics.length && topics.every((topic) => known.has(topic))) continue
    turn.append({ type: 'regex', groupId, regex, value: { topics, version, timestampMs: turn.nowMs } })
  }
  for (const regex of group.resolvedRegexes()) if (!regexes.has(regex)) turn.append({ type: 'regex', groupId, regex, value: null })
}

function inputOf(
  group: ConsumerGroup,
  { regexes, image }: { readonly regexes: ResolvedRegexes; readonly image: ClusterImage },
): AssignorInput {
  const partitionCounts = new Map<string, number>()
  const known = new Map<string, ReadonlySet<string>>()
  const members = Array.from(group.members.values(), (member): AssignorMember => {
    const { subscribedTopicNames, subscribedTopicRegex, instanceId } = member.metadata
    const key = JSON.stringify([subscribedTopicNames, subscribedTopicRegex])
    let topicIds = known.get(key)
    if (topicIds === undefined) {
      topicIds = topicIdsOf(member, { regexes, image, partitionCounts })
      // The same topics by other words are the same subscription.
      const sameTopics = [...topicIds].sort().join()
      topicIds = known.get(sameTopics) ?? topicIds
      known.set(key, topicIds).set(sameTopics, topicIds)
    }
    return { memberId: member.memberId, instanceId, topicIds, previous: group.targetOf(member.memberId) }
  })
  return { members, partitionCounts }
}

/** The topics of a member, whose partitions are counted by the way. */
function topicIdsOf(
  { metadata }: ConsumerMember,
  from: { readonly regexes: ResolvedRegexes; readonly image: ClusterImage; readonly partitionCounts: Map<string, number> },
): ReadonlySet<string> {
  const { subscribedTopicNames, subscribedTopicRegex } = metadata
  const topicIds = new Set<string>()
  for (const name of [...subscribedTopicNames, ...(from.regexes.get(subscribedTopicRegex ?? '') ?? [])]) {
    const topic = usableTopic(from.image, name)
    if (topic === undefined) continue
    topicIds.add(topic.id)
    from.partitionCounts.set(topic.id, topic.partitions.length)
  }
  return topicIds
}

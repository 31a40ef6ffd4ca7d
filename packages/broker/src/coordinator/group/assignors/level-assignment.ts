import type { PartitionSet } from '../consumer/partition-set.ts'
import type { Assignor, AssignorInput, AssignorMember } from './assignor.ts'

/** A member while partitions move. */
interface Holder {
  readonly member: AssignorMember
  /** Partitions of each topic, by topic id. */
  readonly own: Map<string, number[]>
  /** All of them. */
  load: number
}

/** A topic, who may have its partitions, and those that nobody has. */
interface Topic {
  readonly topicId: string
  readonly subscribers: readonly Holder[]
  unassigned: number[]
}

/** Rounds over all topics. Each round that changes something brings loads closer together, so there is an end; a few rounds are the rule. */
const MAX_ROUNDS = 100

/**
 * Shares out partitions among members of different subscriptions. Topic by topic the partitions are laid on those who have the least to do
 * otherwise, as water fills a vessel of uneven ground, until no topic changes any more: then no partition can go to a member that has two
 * fewer than the one who has it. A topic that is level already is left as it is.
 */
export const assignByLevels: Assignor = (input) => {
  const holders = input.members.map((member) => holderOf(member, input))
  const topics = topicsOf(input, holders)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let isChanged = false
    for (const topic of topics) if (level(topic)) isChanged = true
    if (!isChanged) break
  }
  return new Map(holders.map(({ member, own }) => [member.memberId, toSet(own)]))
}

function holderOf(member: AssignorMember, { partitionCounts }: AssignorInput): Holder {
  const own = new Map<string, number[]>()
  let load = 0
  for (const [topicId, partitions] of member.previous) {
    if (!member.topicIds.has(topicId)) continue
    const there = partitions.filter((partition) => partition < (partitionCounts.get(topicId) ?? 0))
    if (there.length === 0) continue
    own.set(topicId, there)
    load += there.length
  }
  return { member, own, load }
}

/** Topics that few may have come first: they leave the least choice. */
function topicsOf({ partitionCounts }: AssignorInput, holders: readonly Holder[]): Topic[] {
  const topics = Array.from(partitionCounts, ([topicId, count]): Topic => {
    const subscribers = holders.filter(({ member }) => member.topicIds.has(topicId))
    const taken = new Set(subscribers.flatMap(({ own }) => own.get(topicId) ?? []))
    return { topicId, subscribers, unassigned: Array.from({ length: count }, (_, index) => index).filter((index) => !taken.has(index)) }
  })
  return topics.sort((one, other) => one.subscribers.length - other.subscribers.length)
}

/** Brings a topic to its level. False: it was there. */
function level(topic: Topic): boolean {
  const { topicId, subscribers } = topic
  const counts = levelCounts(topic)
  const surplus = topic.unassigned
  topic.unassigned = []
  for (const [index, holder] of subscribers.entries()) {
    const own = holder.own.get(topicId)
    const excess = (own?.length ?? 0) - (counts[index] ?? 0)
    if (own === undefined || excess <= 0) continue
    surplus.push(...own.splice(own.length - excess))
    holder.load -= excess
  }
  if (surplus.length === 0) return false
  for (const [index, holder] of subscribers.entries()) {
    const own = holder.own.get(topicId) ?? []
    const missing = (counts[index] ?? 0) - own.length
    if (missing <= 0) continue
    holder.own.set(topicId, [...own, ...surplus.splice(surplus.length - missing)])
    holder.load += missing
  }
  return true
}

/** How many partitions of the topic each subscriber shall have, in their order, so that loads are as even as this topic can make them. */
function levelCounts({ topicId, subscribers, unassigned }: Topic): number[] {
  const own = subscribers.map((holder) => holder.own.get(topicId)?.length ?? 0)
  const elsewhere = subscribers.map(({ load }, index) => load - (own[index] ?? 0))
  const total = own.reduce((sum, count) => sum + count, unassigned.length)
  const waterLevel = highestLevel(elsewhere, total)
  const counts = elsewhere.map((load) => Math.max(0, waterLevel - load))
  let rest = counts.reduce((left, count) => left - count, total)
  // The rest lies one deep on those at the level: first on those who have that much already.
  for (const isKeeping of [true, false]) {
    for (let index = 0; index < counts.length && rest > 0; index++) {
      const isAtLevel = (elsewhere[index] as number) <= waterLevel && counts[index] === waterLevel - (elsewhere[index] as number)
      if (!isAtLevel || isKeeping !== (own[index] as number) > (counts[index] as number)) continue
      counts[index] = (counts[index] as number) + 1
      rest--
    }
  }
  return counts
}

/** The highest level to which `total` partitions fill everybody who is below it. */
function highestLevel(loads: readonly number[], total: number): number {
  const rising = [...loads].sort((one, other) => one - other)
  let below = 0
  let level = 0
  for (const [index, load] of rising.entries()) {
    // Filling the first `index` members up to `load`.
    if (load * index - below > total) break
    below += load
    level = Math.floor((total + below) / (index + 1))
  }
  return level
}

function toSet(own: ReadonlyMap<string, number[]>): PartitionSet {
  const set = new Map<string, readonly number[]>()
  for (const [topicId, partitions] of own)
    if (partitions.length > 0)
      set.set(
        topicId,
        partitions.sort((one, other) => one - other),
      )
  return set
}

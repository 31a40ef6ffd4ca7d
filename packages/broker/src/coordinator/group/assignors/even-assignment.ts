import { type PartitionSet, partitionsOf } from '../consumer/partition-set.ts'
import type { Assignor, AssignorInput, AssignorMember } from './assignor.ts'
import { PartitionLists } from './partition-lists.ts'

interface Share {
  readonly lists: PartitionLists
  /** Partitions it still has room for, not counting one of the larger shares. */
  room: number
}

/**
 * Shares out partitions among members that are all subscribed to all topics, in time that grows with the partitions and the members. As many
 * partitions stay where they are as can: the larger shares, where the division leaves a rest, go to those who have as much already.
 */
export const assignEvenly: Assignor = (input) => {
  const { members, partitionCounts } = input
  const total = [...partitionCounts.values()].reduce((sum, count) => sum + count, 0)
  const quota = Math.floor(total / Math.max(members.length, 1))
  let largerShares = total - quota * members.length
  const taken = new Map<string, Set<number>>()
  const shares = members.map((member): Share => {
    const own = stillThere(member, input)
    const isLarger = own.length > quota && largerShares > 0
    if (isLarger) largerShares--
    const lists = new PartitionLists()
    for (const [topicId, partition] of own.slice(0, quota + (isLarger ? 1 : 0))) {
      lists.add(topicId, partition)
      take(taken, topicId, partition)
    }
    return { lists, room: Math.max(0, quota - lists.size) }
  })
  const free = freePartitions(partitionCounts, taken)
  handOut(free, shares, (share) => share.room > 0)
  // What is left is the rest of the division: one each for those who have no larger share yet.
  for (const share of shares) share.room = quota + 1 - share.lists.size
  handOut(free, shares, (share) => share.room > 0)
  return new Map(members.map(({ memberId }, index): [string, PartitionSet] => [memberId, shares[index]?.lists.toSet() ?? new Map()]))
}

/** What a member has that can still be its. */
function stillThere({ previous, topicIds }: AssignorMember, { partitionCounts }: AssignorInput): (readonly [string, number])[] {
  return [...partitionsOf(previous)].filter(
    ([topicId, partition]) => topicIds.has(topicId) && partition < (partitionCounts.get(topicId) ?? 0),
  )
}

function take(taken: Map<string, Set<number>>, topicId: string, partition: number): void {
  const partitions = taken.get(topicId)
  if (partitions === undefined) taken.set(topicId, new Set([partition]))
  else partitions.add(partition)
}

function freePartitions(
  partitionCounts: AssignorInput['partitionCounts'],
  taken: ReadonlyMap<string, ReadonlySet<number>>,
): Iterator<[string, number]> {
  function* walk(): Iterator<[string, number]> {
    for (const [topicId, count] of partitionCounts) {
      const takenHere = taken.get(topicId)
      for (let partition = 0; partition < count; partition++) if (takenHere?.has(partition) !== true) yield [topicId, partition]
    }
  }
  return walk()
}

/** One partition a turn to everybody who has room, until there is no room or no partition: so a topic is spread over many. */
function handOut(free: Iterator<[string, number]>, shares: readonly Share[], hasRoom: (share: Share) => boolean): void {
  for (let open = shares.filter(hasRoom); open.length > 0; open = open.filter(hasRoom)) {
    for (const share of open) {
      const next = free.next()
      if (next.done === true) return
      share.lists.add(...next.value)
      share.room--
    }
  }
}

import type { Assignor, AssignorInput, AssignorMember } from './assignor.ts'

/**
 * Gives each member one range of each topic it is subscribed to, ranges of sizes that differ by one at most. Members are in the order of their
 * instance ids, or of their member ids, so that topics with equal partitions and subscribers are cut alike: who has a partition of one has
 * the same of the other (what joins rely on).
 */
export const assignRanges: Assignor = ({ members, partitionCounts }: AssignorInput) => {
  const assigned = new Map(members.map(({ memberId }) => [memberId, new Map<string, readonly number[]>()]))
  const ordered = [...members].sort(compareMembers)
  for (const [topicId, count] of partitionCounts) {
    const subscribers = ordered.filter(({ topicIds }) => topicIds.has(topicId))
    const smaller = Math.floor(count / subscribers.length)
    const larger = count % subscribers.length
    let next = 0
    for (const [index, { memberId }] of subscribers.entries()) {
      const size = smaller + (index < larger ? 1 : 0)
      if (size === 0) break
      const first = next
      assigned.get(memberId)?.set(
        topicId,
        Array.from({ length: size }, (_, place) => first + place),
      )
      next += size
    }
  }
  return assigned
}

function compareMembers(one: AssignorMember, other: AssignorMember): number {
  const [left, right] = [one.instanceId ?? one.memberId, other.instanceId ?? other.memberId]
  return left < right ? -1 : left > right ? 1 : 0
}

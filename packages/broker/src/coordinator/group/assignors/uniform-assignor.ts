import type { Assignor, AssignorInput } from './assignor.ts'
import { assignEvenly } from './even-assignment.ts'
import { assignByLevels } from './level-assignment.ts'

/**
 * Gives members as nearly the same number of partitions as their subscriptions allow, and lets each keep as much of what it has as that
 * allows. With equal subscriptions nobody has more than one partition more than anybody else.
 */
export const assignUniformly: Assignor = (input) => (hasEqualSubscriptions(input) ? assignEvenly(input) : assignByLevels(input))

function hasEqualSubscriptions({ members }: AssignorInput): boolean {
  const first = members[0]?.topicIds
  return members.every(({ topicIds }) => topicIds === first)
}

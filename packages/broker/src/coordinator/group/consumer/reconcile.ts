import type { CurrentAssignment } from './current-assignment.ts'
import { type AssignedPartitions, NO_PARTITIONS, type PartitionSet } from './partition-set.ts'

/** Where a member is, and where it shall get to. */
export interface Reconciliation {
  readonly current: CurrentAssignment
  readonly target: PartitionSet
  readonly targetEpoch: number
  /** Everything the member says it still works on; null: it does not say. */
  readonly owned: OwnedPartitions | null
  /** Whether nobody else has the partition. */
  readonly isFree: (topicId: string, partition: number) => boolean
}

/** What a member says it works on. */
export type OwnedPartitions = readonly { readonly topicId: string; readonly partitions: readonly number[] }[]

interface Difference {
  readonly kept: AssignedPartitions
  readonly pendingRevocation: AssignedPartitions
  readonly granted: readonly (readonly [topicId: string, partition: number])[]
  readonly isAnyUnreleased: boolean
}

/**
 * One step of a member towards its target (KIP-848; Kafka's `CurrentAssignmentBuilder`): first it gives up what is not in the target, each partition as soon as
 * it says that it works on it no more, and keeps its epoch until that is all of it; then it gets the epoch of the target and everything of it that is free; the rest follows as the others
 * give it up. The same object: there is no step to take.
 */
export function reconcile(step: Reconciliation): CurrentAssignment {
  const { current, targetEpoch, owned } = step
  if (current.state === 'Stable' && current.memberEpoch === targetEpoch) return current
  const isRevoking = current.state === 'UnrevokedPartitions'
  if (isRevoking && owned === null) return current
  if (isRevoking && owned !== null) {
    const stillOwned = ownedOf(current.pendingRevocation, owned)
    if (stillOwned === current.pendingRevocation) return current
    // The others have what is given up at once, whatever else the member is still at work on (Kafka waits for all of it).
    if (stillOwned.size > 0) return { ...current, pendingRevocation: stillOwned }
  }
  const difference = differenceOf(step)
  const { kept, pendingRevocation, granted, isAnyUnreleased } = difference
  if (pendingRevocation.size > 0) {
    // What was given up may be another's from now on: an epoch of its own tells requests of before from those of after. It stays below that of
    // the target, since only a newer target than the last one can ask for more.
    const memberEpoch = isRevoking ? current.memberEpoch + 1 : current.memberEpoch
    return { ...withEpoch(current, memberEpoch), state: 'UnrevokedPartitions', assigned: kept, pendingRevocation }
  }
  const assigned = granted.length === 0 ? kept : withGranted(kept, granted, targetEpoch)
  const state = isAnyUnreleased ? 'UnreleasedPartitions' : 'Stable'
  if (assigned === current.assigned && state === current.state && targetEpoch === current.memberEpoch) return current
  return { ...withEpoch(current, targetEpoch), state, assigned, pendingRevocation: NO_PARTITIONS }
}

/** What of `partitions` a member says it still works on; the same object when that is all of it. */
function ownedOf(partitions: AssignedPartitions, owned: OwnedPartitions): AssignedPartitions {
  const own = new Map<string, Set<number>>()
  for (const { topicId, partitions: ofTopic } of owned) own.set(topicId, new Set([...(own.get(topicId) ?? []), ...ofTopic]))
  const left = new Map<string, ReadonlyMap<number, number>>()
  let isAll = true
  for (const [topicId, epochs] of partitions) {
    const still = [...epochs].filter(([partition]) => own.get(topicId)?.has(partition) === true)
    if (still.length < epochs.size) isAll = false
    if (still.length > 0) left.set(topicId, new Map(still))
  }
  return isAll ? partitions : left
}

function withEpoch(current: CurrentAssignment, memberEpoch: number): CurrentAssignment {
  return memberEpoch === current.memberEpoch ? current : { ...current, memberEpoch, previousMemberEpoch: current.memberEpoch }
}

function differenceOf({ current, target, isFree }: Reconciliation): Difference {
  const { kept, dropped } = divide(current.assigned, target)
  const granted: [string, number][] = []
  let isAnyUnreleased = false
  for (const [topicId, partitions] of target) {
    const own = current.assigned.get(topicId)
    for (const partition of partitions) {
      if (own?.has(partition) === true) continue
      if (isFree(topicId, partition)) granted.push([topicId, partition])
      else isAnyUnreleased = true
    }
  }
  return { kept, pendingRevocation: dropped, granted, isAnyUnreleased }
}

/** What of `assigned` is in the target, the same object when all of it is, and what is not. */
function divide(
  assigned: AssignedPartitions,
  target: PartitionSet,
): { readonly kept: AssignedPartitions; readonly dropped: AssignedPartitions } {
  const kept = new Map<string, ReadonlyMap<number, number>>()
  const dropped = new Map<string, ReadonlyMap<number, number>>()
  for (const [topicId, epochs] of assigned) {
    const wanted = new Set(target.get(topicId))
    const keptHere = new Map<number, number>()
    const droppedHere = new Map<number, number>()
    for (const [partition, epoch] of epochs) (wanted.has(partition) ? keptHere : droppedHere).set(partition, epoch)
    if (droppedHere.size === 0) kept.set(topicId, epochs)
    else if (keptHere.size > 0) kept.set(topicId, keptHere)
    if (droppedHere.size > 0) dropped.set(topicId, droppedHere)
  }
  return dropped.size === 0 ? { kept: assigned, dropped: NO_PARTITIONS } : { kept, dropped }
}

/** In order again, as they are told. */
function withGranted(kept: AssignedPartitions, granted: Difference['granted'], epoch: number): AssignedPartitions {
  const all = new Map<string, ReadonlyMap<number, number>>(kept)
  const byTopic = Map.groupBy(granted, ([topicId]) => topicId)
  for (const [topicId, partitions] of byTopic) {
    const added = partitions.map(([, partition]): [number, number] => [partition, epoch])
    all.set(topicId, new Map([...(kept.get(topicId) ?? []), ...added].sort(([one], [other]) => one - other)))
  }
  return all
}

import { describe, expect, it } from 'vitest'
import { type CurrentAssignment, NOTHING_ASSIGNED } from './current-assignment.ts'
import { type Reconciliation, reconcile } from './reconcile.ts'

const T = 'topic'
const epochs = (...partitions: readonly (readonly [number, number])[]) => new Map([[T, new Map(partitions)]])
const target = (...partitions: readonly number[]) => new Map([[T, partitions]])
const owned = (...partitions: readonly number[]) => [{ topicId: T, partitions }]

/** A member that has partitions 0 and 1 since epoch 3. */
const settled: CurrentAssignment = {
  memberEpoch: 3,
  previousMemberEpoch: 2,
  state: 'Stable',
  assigned: epochs([0, 3], [1, 3]),
  pendingRevocation: new Map(),
}
const step = (changes: Partial<Reconciliation>): CurrentAssignment =>
  reconcile({ current: settled, target: target(0, 1), targetEpoch: 3, owned: null, isFree: () => true, ...changes })

describe('a step of a member towards its target', () => {
  it('is none when it is there', () => {
    expect(step({})).toBe(settled)
  })

  it('is the new epoch alone when its partitions stay, and they stay assigned since when they were', () => {
    const next = step({ targetEpoch: 4 })
    expect(next).toMatchObject({ memberEpoch: 4, previousMemberEpoch: 3, state: 'Stable' })
    expect(next.assigned).toBe(settled.assigned)
  })

  it('gets at once what is free, and waits for the rest in the new epoch', () => {
    const next = step({ target: target(0, 1, 2, 3), targetEpoch: 4, isFree: (_topic, partition) => partition !== 3 })
    expect(next).toEqual({
      memberEpoch: 4,
      previousMemberEpoch: 3,
      state: 'UnreleasedPartitions',
      assigned: epochs([0, 3], [1, 3], [2, 4]),
      pendingRevocation: new Map(),
    })
    const waiting = { target: target(0, 1, 2, 3), targetEpoch: 4, current: next }
    expect(step({ ...waiting, isFree: (_topic, partition) => partition !== 3 })).toBe(next)
    expect(step(waiting)).toMatchObject({
      memberEpoch: 4,
      previousMemberEpoch: 3,
      state: 'Stable',
      assigned: epochs([0, 3], [1, 3], [2, 4], [3, 4]),
    })
  })

  it('gives up first, in its old epoch, and gets nothing new until it says that it has', () => {
    const revoking = step({ target: target(0, 2), targetEpoch: 4 })
    expect(revoking).toEqual({
      memberEpoch: 3,
      previousMemberEpoch: 2,
      state: 'UnrevokedPartitions',
      assigned: epochs([0, 3]),
      pendingRevocation: epochs([1, 3]),
    })
    const to = { current: revoking, target: target(0, 2), targetEpoch: 4 }
    expect(step({ ...to, owned: null })).toBe(revoking)
    expect(step({ ...to, owned: owned(0, 1) })).toBe(revoking)
    expect(step({ ...to, owned: owned(0) })).toMatchObject({ memberEpoch: 4, state: 'Stable', assigned: epochs([0, 3], [2, 4]) })
  })

  it('lets go of each partition as soon as it is given up, and stays in its epoch until that is all of them', () => {
    const revoking = step({ target: target(2), targetEpoch: 4 })
    expect(revoking).toMatchObject({ memberEpoch: 3, pendingRevocation: epochs([0, 3], [1, 3]) })
    const to = { target: target(2), targetEpoch: 4 }
    const half = step({ ...to, current: revoking, owned: owned(1) })
    expect(half).toEqual({ ...revoking, pendingRevocation: epochs([1, 3]) })
    expect(step({ ...to, current: half, owned: owned(1) })).toBe(half)
    // What it gave up is gone, even if an older heartbeat that still names it comes late.
    expect(step({ ...to, current: half, owned: owned(0, 1) })).toBe(half)
    expect(step({ ...to, current: half, owned: owned() })).toMatchObject({ memberEpoch: 4, state: 'Stable', assigned: epochs([2, 4]) })
  })

  it('is in another epoch once it has given something up, even when it must give up more: what it sent before is told apart', () => {
    const revoking = step({ target: target(0), targetEpoch: 4 })
    const more = step({ current: revoking, target: new Map(), targetEpoch: 5, owned: owned(0) })
    expect(more).toMatchObject({ memberEpoch: 4, previousMemberEpoch: 3, state: 'UnrevokedPartitions', pendingRevocation: epochs([0, 3]) })
    expect(step({ current: more, target: new Map(), targetEpoch: 5, owned: [] })).toMatchObject({ memberEpoch: 5, state: 'Stable' })
  })

  it('begins from nothing with everything that is free', () => {
    expect(step({ current: NOTHING_ASSIGNED, targetEpoch: 7 })).toMatchObject({
      memberEpoch: 7,
      previousMemberEpoch: 0,
      state: 'Stable',
      assigned: epochs([0, 7], [1, 7]),
    })
  })

  it('is taken anew from a state that is not known here', () => {
    const unknown = { ...settled, state: 'Unknown' as const }
    expect(step({ current: unknown })).toMatchObject({ memberEpoch: 3, state: 'Stable' })
  })
})

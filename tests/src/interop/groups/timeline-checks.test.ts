import { describe, expect, it } from 'vitest'
import type { TimelineEvent } from './member-events.ts'
import { missedRecords, outOfOrder, type Presence, recoveryMs, sharedOwnerships, workOf } from './timeline-checks.ts'

let atMs = 0
const owns = (member: string, ...partitions: number[]): TimelineEvent => ({
  kind: 'owns',
  member,
  memberId: `${member} id`,
  partitions,
  atMs: ++atMs,
})
const worked = (member: string, ...offsets: number[]): TimelineEvent => ({ kind: 'worked', member, partition: 0, offsets, atMs: ++atMs })
const outside = (member: string, kind: 'killed' | 'frozen' | 'thawed' | 'left'): TimelineEvent => ({ kind, member, atMs: ++atMs })

/** The broker has both in the group, now. */
const bothPresent = (): Presence => ({ atMs: ++atMs, memberIds: new Set(['a id', 'b id']) })

describe('a timeline of members', () => {
  it('is right when a partition goes from one to another and some of it is worked on twice', () => {
    const timeline = [owns('a', 0), worked('a', 0, 1, 2), owns('a'), owns('b', 0), worked('b', 1, 2, 3)]
    const presence = bothPresent()
    const work = workOf(timeline)
    expect(missedRecords(work, new Map([[0, 4]]))).toEqual([])
    expect(outOfOrder(work)).toEqual([])
    expect(sharedOwnerships(timeline, [presence])).toEqual([])
  })

  it('shows a record that nobody worked on', () => {
    expect(missedRecords(workOf([worked('a', 0, 2)]), new Map([[0, 4]]))).toEqual([
      { partition: 0, offset: 1 },
      { partition: 0, offset: 3 },
    ])
  })

  it('shows a record that was worked on before the one in front of it', () => {
    expect(outOfOrder(workOf([worked('a', 0, 1), worked('b', 3), worked('a', 2)]))).toMatchObject([{ member: 'b', offset: 3, expected: 2 }])
  })

  it('shows a partition that two members owned while the broker had both in the group', () => {
    const first = [owns('a', 0, 1), owns('b', 1)]
    const presence = bothPresent()
    const timeline = [...first, owns('a', 0)]
    expect(sharedOwnerships(timeline, [presence])).toEqual(['partition 1 is of a and of b for 2 ms'])
    expect(sharedOwnerships(timeline, [presence], 2)).toEqual([])
    expect(sharedOwnerships(first, [presence])).toEqual(['partition 1 is of a and of b for Infinity ms'])
  })

  it('does not blame a member for what it still believes when the broker has given it up', () => {
    const timeline = [owns('a', 0), owns('b', 0)]
    expect(sharedOwnerships(timeline, [{ atMs: ++atMs, memberIds: new Set(['b id']) }])).toEqual([])
  })

  it('takes from a member that is killed or frozen what it owns', () => {
    const killed = [owns('a', 0), outside('a', 'killed'), owns('b', 0)]
    expect(sharedOwnerships(killed, [bothPresent()])).toEqual([])
    const frozen = [owns('a', 0), outside('a', 'frozen'), owns('b', 0), outside('a', 'thawed')]
    const presence = bothPresent()
    expect(sharedOwnerships([...frozen, owns('a')], [presence])).toEqual([])
  })

  it('does not count what a member does between its thaw and learning what it has lost', () => {
    const frozen = [
      owns('a', 0),
      worked('a', 0),
      outside('a', 'frozen'),
      outside('a', 'thawed'),
      worked('a', 1),
      owns('a', 0),
      worked('a', 2),
    ]
    expect(missedRecords(workOf(frozen), new Map([[0, 3]]))).toEqual([{ partition: 0, offset: 1 }])
  })

  it('tells how long partitions lay idle until somebody else went on', () => {
    const timeline = [worked('a', 0), outside('a', 'killed')]
    const sinceMs = atMs
    const loss = { member: 'a', partitions: [0], sinceMs }
    expect(recoveryMs(timeline, loss)).toBe(Number.POSITIVE_INFINITY)
    atMs += 10
    expect(recoveryMs([...timeline, worked('b', 1)], loss)).toBe(11)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PartitionSet, partitionsOf } from '../consumer/partition-set.ts'
import type { Assignor, AssignorInput, AssignorMember, TargetAssignment } from './assignor.ts'
import { assignRanges } from './range-assignor.ts'
import { assignUniformly } from './uniform-assignor.ts'

const TOPICS = ['a', 'b', 'c', 'd']

/** Who is subscribed to what, and how many partitions there are. */
interface Situation {
  readonly counts: readonly number[]
  /** A member by place; undefined: not there. */
  readonly subscriptions: readonly (readonly number[] | undefined)[]
}

const counts = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: TOPICS.length, maxLength: TOPICS.length })
const someTopics = fc.uniqueArray(fc.nat({ max: TOPICS.length - 1 }), { minLength: 0, maxLength: TOPICS.length })
const mixed: fc.Arbitrary<Situation> = fc.record({
  counts,
  subscriptions: fc.array(fc.option(someTopics, { nil: undefined }), { minLength: 1, maxLength: 9 }),
})
const equal: fc.Arbitrary<Situation> = fc.record({
  counts,
  subscriptions: fc
    .tuple(someTopics, fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }))
    .map(([topics, present]) => present.map((is) => (is ? topics : undefined))),
})

/** The input to an assignor, with what an earlier assignment gave. As a group does, equal subscriptions share one object. */
function inputOf({ counts: numbers, subscriptions }: Situation, previous: TargetAssignment = new Map()): AssignorInput {
  const shared = new Map<string, ReadonlySet<string>>()
  const wanted = new Set<string>()
  const members = subscriptions.flatMap((topics, place): AssignorMember[] => {
    if (topics === undefined) return []
    const key = topics.toSorted().join()
    const topicIds = shared.get(key) ?? new Set(topics.map((topic) => TOPICS[topic] as string))
    shared.set(key, topicIds)
    for (const topic of topicIds) wanted.add(topic)
    const memberId = `m${place}`
    return [{ memberId, instanceId: null, topicIds, previous: previous.get(memberId) ?? new Map() }]
  })
  const partitionCounts = new Map(TOPICS.map((topic, index): [string, number] => [topic, numbers[index] ?? 0]))
  for (const topic of TOPICS) if (!wanted.has(topic)) partitionCounts.delete(topic)
  return { members, partitionCounts }
}

const sizeOf = (set: PartitionSet | undefined): number => [...partitionsOf(set ?? new Map())].length

/** Every partition of every topic is somebody's who is subscribed to it, and nobody else's. */
function expectComplete(input: AssignorInput, assigned: TargetAssignment): void {
  const seen: string[] = []
  for (const { memberId, topicIds } of input.members) {
    for (const [topicId, partitions] of assigned.get(memberId) ?? []) {
      expect(topicIds.has(topicId)).toBe(true)
      expect(partitions.length).toBeGreaterThan(0)
      expect(partitions).toEqual(partitions.toSorted((one, other) => one - other))
    }
    for (const [topicId, partition] of partitionsOf(assigned.get(memberId) ?? new Map())) seen.push(`${topicId}/${partition}`)
  }
  const all = [...input.partitionCounts].flatMap(([topicId, count]) =>
    Array.from({ length: count }, (_, partition) => `${topicId}/${partition}`),
  )
  expect(seen.sort()).toEqual(all.sort())
}

/** Partitions of which somebody who had them is still there and subscribed, and which went to somebody else. */
function movedCount(input: AssignorInput, assigned: TargetAssignment): number {
  let moved = 0
  for (const { memberId, topicIds, previous } of input.members) {
    const now = new Set([...partitionsOf(assigned.get(memberId) ?? new Map())].map(String))
    for (const at of partitionsOf(previous)) {
      if (topicIds.has(at[0]) && at[1] < (input.partitionCounts.get(at[0]) ?? 0) && !now.has(String(at))) moved++
    }
  }
  return moved
}

describe.each<[string, Assignor]>([
  ['uniform', assignUniformly],
  ['range', assignRanges],
])('the %s assignor', (_name, assign) => {
  it('gives every partition to one member that is subscribed to its topic, whatever was before', () => {
    fc.assert(
      fc.property(mixed, mixed, (before, after) => {
        const previous = assign(inputOf(before))
        const input = inputOf(after, previous)
        expectComplete(input, assign(input))
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same for the same', () => {
    fc.assert(
      fc.property(mixed, mixed, (before, after) => {
        const input = inputOf(after, assign(inputOf(before)))
        expect(assign(input)).toEqual(assign(input))
      }),
      { numRuns: 100 },
    )
  })
})

describe('the uniform assignor', () => {
  it('gives nobody more than one partition more than anybody else, when subscriptions are equal', () => {
    fc.assert(
      fc.property(equal, equal, (before, after) => {
        const input = inputOf(after, assignUniformly(inputOf(before)))
        const sizes = [...assignUniformly(input).values()].map(sizeOf)
        expect(Math.max(0, ...sizes) - Math.min(...sizes, Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 300 },
    )
  })

  it('moves as few partitions as that allows, when subscriptions are equal', () => {
    fc.assert(
      fc.property(equal, equal, (before, after) => {
        const input = inputOf(after, assignUniformly(inputOf(before)))
        const had = input.members.map(({ previous, topicIds }) => {
          return [...partitionsOf(previous)].filter(
            ([topic, partition]) => topicIds.has(topic) && partition < (input.partitionCounts.get(topic) ?? 0),
          ).length
        })
        const total = [...input.partitionCounts.values()].reduce((sum, count) => sum + count, 0)
        const quota = Math.floor(total / Math.max(1, input.members.length))
        const larger = total - quota * input.members.length
        // Whatever is above the quota has to go, but for one partition each of as many members as there are larger shares.
        const excess = had.map((count) => Math.max(0, count - quota)).reduce((sum, count) => sum + count, 0)
        const spared = Math.min(larger, had.filter((count) => count > quota).length)
        expect(movedCount(input, assignUniformly(input))).toBe(excess - spared)
      }),
      { numRuns: 300 },
    )
  })

  it('leaves no partition with a member that has two more than another one that could have it', () => {
    fc.assert(
      fc.property(mixed, mixed, (before, after) => {
        const input = inputOf(after, assignUniformly(inputOf(before)))
        const assigned = assignUniformly(input)
        for (const one of input.members) {
          for (const other of input.members) {
            if (sizeOf(assigned.get(one.memberId)) < sizeOf(assigned.get(other.memberId)) + 2) continue
            for (const topicId of assigned.get(one.memberId)?.keys() ?? []) expect(other.topicIds.has(topicId)).toBe(false)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('moves nothing when nothing changed', () => {
    fc.assert(
      fc.property(mixed, (situation) => {
        const previous = assignUniformly(inputOf(situation))
        expect(assignUniformly(inputOf(situation, previous))).toEqual(previous)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the range assignor', () => {
  it('gives each member one range of each topic, of sizes that differ by one at most', () => {
    fc.assert(
      fc.property(mixed, (situation) => {
        const input = inputOf(situation)
        const assigned = assignRanges(input)
        for (const topicId of input.partitionCounts.keys()) {
          const subscribers = input.members.filter(({ topicIds }) => topicIds.has(topicId))
          const ranges = subscribers.map(({ memberId }) => assigned.get(memberId)?.get(topicId) ?? [])
          for (const range of ranges) expect(range).toEqual(range.map((_, index) => (range[0] as number) + index))
          const sizes = ranges.map((range) => range.length)
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('cuts topics of equal partitions and subscribers alike', () => {
    const situation = {
      counts: [7, 7, 3, 0],
      subscriptions: [
        [0, 1],
        [0, 1],
        [0, 1, 2],
      ],
    }
    const assigned = assignRanges(inputOf(situation))
    for (const ranges of assigned.values()) expect(ranges.get('a')).toEqual(ranges.get('b'))
  })
})

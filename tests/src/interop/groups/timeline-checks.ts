import type { TimelineEvent } from './member-events.ts'

/** How much later than it happened something may be known of a member whose events carry the time of their arrival. */
export const ARRIVAL_SLACK_MS = 150

/** What was worked on in one partition, by whom and when. */
export interface Work {
  readonly member: string
  readonly atMs: number
  readonly partition: number
  readonly offset: number
}

/**
 * All that was worked on, in order of time. What a member does between its thaw and the next word on what it owns is left out: it lost its
 * partitions while it was frozen and does not know yet. Nothing of that may count, so somebody else must have done it.
 */
export function workOf(timeline: readonly TimelineEvent[]): Work[] {
  const isZombie = new Map<string, boolean>()
  const work: Work[] = []
  for (const event of inOrder(timeline)) {
    if (event.kind === 'thawed') isZombie.set(event.member, true)
    else if (event.kind === 'owns') isZombie.set(event.member, false)
    else if (event.kind === 'worked' && isZombie.get(event.member) !== true) {
      const { member, atMs, partition } = event
      for (const offset of event.offsets) work.push({ member, atMs, partition, offset })
    }
  }
  return work
}

/** Every record below the ends that nobody has worked on. */
export function missedRecords(work: readonly Work[], ends: ReadonlyMap<number, number>): { partition: number; offset: number }[] {
  const done = new Set(work.map(({ partition, offset }) => `${partition} ${offset}`))
  const missed: { partition: number; offset: number }[] = []
  for (const [partition, end] of ends) {
    for (let offset = 0; offset < end; offset++) if (!done.has(`${partition} ${offset}`)) missed.push({ partition, offset })
  }
  return missed
}

/**
 * Work on a record before all of its partition in front of it had been worked on at least once: that would break the order of a key, whose
 * records are in one partition. Working again on what was done before is allowed: at least once.
 */
export function outOfOrder(work: readonly Work[]): (Work & { readonly expected: number })[] {
  const next = new Map<number, number>()
  const wrong: (Work & { expected: number })[] = []
  for (const one of work) {
    const expected = next.get(one.partition) ?? 0
    if (one.offset > expected) wrong.push({ ...one, expected })
    if (one.offset >= expected) next.set(one.partition, one.offset + 1)
  }
  return wrong
}

/** Who was in the group at a time, by the broker's word. */
export interface Presence {
  readonly atMs: number
  readonly memberIds: ReadonlySet<string>
}

/**
 * When two members owned a partition at the same time by their own word, although the broker still had the first in the group. Whom the broker
 * has given up, for it was not heard of in time, cannot know yet that its partitions are somebody else's: its generation is over. Who is killed or
 * frozen owns nothing from then on.
 */
export function sharedOwnerships(timeline: readonly TimelineEvent[], presences: readonly Presence[], slackMs = 0): string[] {
  const spans = ownershipSpans(timeline)
  const shared: string[] = []
  for (const ofPartition of Map.groupBy(spans, ({ partition }) => partition).values()) {
    for (const one of ofPartition) {
      for (const other of ofPartition) {
        if (one.member === other.member || one.fromMs > other.fromMs) continue
        const untilMs = Math.min(one.untilMs, other.untilMs)
        const isSeen = presences.some(
          ({ atMs, memberIds }) => atMs > other.fromMs && atMs < untilMs - slackMs && memberIds.has(one.memberId),
        )
        if (isSeen) shared.push(`partition ${one.partition} is of ${one.member} and of ${other.member} for ${untilMs - other.fromMs} ms`)
      }
    }
  }
  return shared
}

interface OwnershipSpan {
  readonly member: string
  readonly memberId: string
  readonly partition: number
  readonly fromMs: number
  readonly untilMs: number
}

function ownershipSpans(timeline: readonly TimelineEvent[]): OwnershipSpan[] {
  const ended: OwnershipSpan[] = []
  const open = new Map<string, readonly OwnershipSpan[]>()
  for (const event of inOrder(timeline)) {
    if (event.kind === 'worked' || event.kind === 'thawed') continue
    const { member, atMs } = event
    const before = open.get(member) ?? []
    const owned = new Set(event.kind === 'owns' ? event.partitions : [])
    for (const span of before) if (!owned.has(span.partition)) ended.push({ ...span, untilMs: atMs })
    const kept = before.filter(({ partition }) => owned.has(partition))
    const isKept = new Set(kept.map(({ partition }) => partition))
    const memberId = event.kind === 'owns' ? event.memberId : ''
    const begun = [...owned].filter((partition) => !isKept.has(partition))
    open.set(member, [
      ...kept,
      ...begun.map((partition) => ({ member, memberId, partition, fromMs: atMs, untilMs: Number.POSITIVE_INFINITY })),
    ])
  }
  return [...ended, ...[...open.values()].flat()]
}

/** How long it took from `sinceMs` until somebody else worked on each of the partitions; Infinity where nobody did. */
export function recoveryMs(
  timeline: readonly TimelineEvent[],
  { member, partitions, sinceMs }: { readonly member: string; readonly partitions: readonly number[]; readonly sinceMs: number },
): number {
  const firsts = partitions.map((partition) => {
    const first = workOf(timeline).find((one) => one.partition === partition && one.member !== member && one.atMs > sinceMs)
    return (first?.atMs ?? Number.POSITIVE_INFINITY) - sinceMs
  })
  return Math.max(0, ...firsts)
}

function inOrder(timeline: readonly TimelineEvent[]): TimelineEvent[] {
  return timeline.toSorted((a, b) => a.atMs - b.atMs)
}

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

export interface SharedOwnership {
  readonly partition: number
  readonly members: readonly [string, string]
  readonly fromMs: number
  readonly untilMs: number
}

/** When two members owned a partition at the same time by their own word. Who is killed or frozen owns nothing from then on. */
export function sharedOwnerships(timeline: readonly TimelineEvent[], slackMs = 0): SharedOwnership[] {
  const spans = ownershipSpans(timeline)
  const shared: SharedOwnership[] = []
  for (const ofPartition of Map.groupBy(spans, ({ partition }) => partition).values()) {
    for (const [index, one] of ofPartition.entries()) {
      for (const other of ofPartition.slice(index + 1)) {
        const fromMs = Math.max(one.fromMs, other.fromMs)
        const untilMs = Math.min(one.untilMs, other.untilMs)
        if (one.member === other.member || untilMs - fromMs <= slackMs) continue
        shared.push({ partition: one.partition, members: [one.member, other.member], fromMs, untilMs })
      }
    }
  }
  return shared
}

interface OwnershipSpan {
  readonly member: string
  readonly partition: number
  readonly fromMs: number
  readonly untilMs: number
}

function ownershipSpans(timeline: readonly TimelineEvent[]): OwnershipSpan[] {
  const spans: OwnershipSpan[] = []
  const since = new Map<string, Map<number, number>>()
  for (const event of inOrder(timeline)) {
    if (event.kind === 'worked' || event.kind === 'thawed') continue
    const before = since.get(event.member) ?? new Map<number, number>()
    const owned = new Set(event.kind === 'owns' ? event.partitions : [])
    for (const [partition, fromMs] of before) {
      if (!owned.has(partition)) spans.push({ member: event.member, partition, fromMs, untilMs: event.atMs })
    }
    since.set(event.member, new Map([...owned].map((partition) => [partition, before.get(partition) ?? event.atMs])))
  }
  for (const [member, owned] of since) {
    for (const [partition, fromMs] of owned) spans.push({ member, partition, fromMs, untilMs: Number.POSITIVE_INFINITY })
  }
  return spans
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

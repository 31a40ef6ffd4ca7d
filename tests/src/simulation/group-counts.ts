import type { HistoryEvent } from './history.ts'

/** What happened in the groups of a run: a check that saw none of it has checked nothing. */
export interface GroupCounts {
  /** Members that were taken in, the same ones again included. */
  readonly joins: number
  /** Partitions that members began to work on. */
  readonly assigned: number
  readonly revoked: number
  /** Partitions of members that were fenced, silent for too long, or had no answer. */
  readonly lost: number
  /** Offsets whose commit was acknowledged. */
  readonly commits: number
  /** Records that were worked on, some of them again. */
  readonly worked: number
  /** The newest epoch that anybody saw: every change of the group is one. */
  readonly epochs: number
}

export const NO_GROUP: GroupCounts = { joins: 0, assigned: 0, revoked: 0, lost: 0, commits: 0, worked: 0, epochs: 0 }

/** Counts over the history of one run. */
export function countGroups(events: readonly HistoryEvent[]): GroupCounts {
  const counts = { ...NO_GROUP }
  for (const event of events) {
    if (event.f === 'committed') counts.commits++
    else if (event.f === 'work' && event.phase === 'done') counts.worked++
    else if (event.f === 'holding') counts[event.phase] += event.places.length
    else if (event.f === 'membership' && event.phase === 'joined') counts.joins++
    else if (event.f === 'ownership') counts.epochs = Math.max(counts.epochs, event.epoch)
  }
  return counts
}

export function addGroupCounts(one: GroupCounts, other: GroupCounts): GroupCounts {
  const names = Object.keys(NO_GROUP) as (keyof GroupCounts)[]
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as GroupCounts
}

/** `joins 12, assigned 40, ...` */
export function describeGroupCounts(counts: GroupCounts): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

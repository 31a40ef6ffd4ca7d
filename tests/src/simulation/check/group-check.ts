import { type HistoryEvent, type Place, placeName } from '../history.ts'
import type { HistoryCheck } from './check-history.ts'
import type { Report } from './violation.ts'

type Work = Extract<HistoryEvent, { f: 'work' }>

/** What is known of one partition that a group works on. */
class GroupPlace {
  /** Offsets somebody was done with. */
  readonly done = new Set<number>()
  /** All below are done. */
  doneBefore = 0
  /** Offsets of each key that were begun, by anybody. */
  readonly begun = new Map<string, Set<number>>()
  /** What the group was last seen to have committed. */
  seenOffset = 0
  /** Commits that were acknowledged, in order of time. */
  readonly acknowledged: { readonly atMs: number; readonly offset: number }[] = []

  finish(offset: number): void {
    this.done.add(offset)
    while (this.done.has(this.doneBefore)) this.doneBefore++
  }
}

/**
 * I25: a partition has one owner; committed offsets never fall, by whoever's hand, and an acknowledged commit is never lost.
 * Groups: no more is committed than was done, and no record is begun before those in front of it (of its key, or of its partition) were done once.
 */
export class GroupCheck implements HistoryCheck {
  readonly #report: Report
  readonly #places = new Map<string, GroupPlace>()

  constructor(report: Report) {
    this.#report = report
  }

  onEvent(event: HistoryEvent): void {
    if (event.f === 'work') this.#onWork(event)
    else if (event.f === 'committed') this.#placeOf(event).acknowledged.push({ atMs: event.atMs, offset: event.offset })
    else if (event.f === 'group-offset') this.#onGroupOffset(event)
    else if (event.f === 'ownership') this.#onOwnership(event)
  }

  #onWork(event: Work): void {
    const place = this.#placeOf(event)
    const { offset, process, atMs } = event
    if (event.phase === 'done') {
      place.finish(offset)
      return
    }
    const early = this.#undoneBefore(place, event)
    if (early !== undefined)
      this.#report('groups', atMs, `${process} began offset ${offset} of ${placeName(event)} before ${early} was done`)
    if (event.key === null) return
    const ofKey = place.begun.get(event.key) ?? new Set()
    place.begun.set(event.key, ofKey.add(offset))
  }

  /** An offset that should have been done before this one was begun. */
  #undoneBefore(place: GroupPlace, { offset, key, isOrdered }: Work): number | undefined {
    if (isOrdered) return place.doneBefore < offset ? place.doneBefore : undefined
    return key === null ? undefined : [...(place.begun.get(key) ?? [])].find((begun) => begun < offset && !place.done.has(begun))
  }

  #onGroupOffset(event: Extract<HistoryEvent, { f: 'group-offset' }>): void {
    const place = this.#placeOf(event)
    const { offset, askedMs, atMs } = event
    const name = placeName(event)
    if (offset < place.seenOffset) this.#report('I25', atMs, `the committed offset of ${name} fell from ${place.seenOffset} to ${offset}`)
    if (offset > place.doneBefore) this.#report('groups', atMs, `${offset} is committed of ${name}, and ${place.doneBefore} was not done`)
    const lost = place.acknowledged.find((commit) => commit.atMs < askedMs && commit.offset > offset)
    if (lost !== undefined) this.#report('I25', atMs, `the commit of ${lost.offset} of ${name}, acknowledged at ${lost.atMs} ms, is lost`)
    place.seenOffset = offset
  }

  #onOwnership({ atMs, owners }: Extract<HistoryEvent, { f: 'ownership' }>): void {
    const byPlace = new Map<string, string>()
    for (const owner of owners) {
      const name = placeName(owner)
      const other = byPlace.get(name)
      if (other !== undefined) this.#report('I25', atMs, `${other} and ${owner.member} both own ${name}`)
      byPlace.set(name, owner.member)
    }
  }

  #placeOf(event: Place): GroupPlace {
    const name = placeName(event)
    const place = this.#places.get(name) ?? new GroupPlace()
    this.#places.set(name, place)
    return place
  }
}

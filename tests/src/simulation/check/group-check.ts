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

/** A partition that somebody was given while another one, by its own word, still worked on it. */
interface Overlap {
  readonly place: string
  readonly sinceMs: number
  readonly holder: string
  readonly other: string
}

/**
 * I25: a partition has one owner, by what the coordinator says and by the word of its members; the epoch of a group never falls; committed offsets never fall, by whoever's hand, and an acknowledged commit is never lost.
 * Groups: no more is committed than was done, and no record is begun before those in front of it (of its key, or of its partition) were done once.
 */
export class GroupCheck implements HistoryCheck {
  readonly #report: Report
  readonly #places = new Map<string, GroupPlace>()
  /** Who holds each partition, by its own word. */
  readonly #holders = new Map<string, Set<string>>()
  /** Of the holder nobody knows yet whether it is still in the group. */
  #overlaps: Overlap[] = []
  #epoch = 0

  constructor(report: Report) {
    this.#report = report
  }

  onEvent(event: HistoryEvent): void {
    if (event.f === 'work') this.#onWork(event)
    else if (event.f === 'committed') this.#onCommitted(event)
    else if (event.f === 'group-offset') this.#onGroupOffset(event)
    else if (event.f === 'ownership') this.#onOwnership(event)
    else if (event.f === 'holding') this.#onHolding(event)
    else if (event.f === 'membership') this.#letGo(event.member)
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

  #onCommitted(event: Extract<HistoryEvent, { f: 'committed' }>): void {
    const place = this.#placeOf(event)
    const { atMs, process, offset } = event
    place.acknowledged.push({ atMs, offset })
    if (offset > place.doneBefore)
      this.#report('groups', atMs, `${process} has committed ${offset} of ${placeName(event)}, and ${place.doneBefore} was not done`)
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

  #onHolding({ atMs, phase, member, places }: Extract<HistoryEvent, { f: 'holding' }>): void {
    for (const place of places.map(placeName)) {
      const holders = this.#holders.get(place) ?? new Set()
      this.#holders.set(place, holders)
      if (phase === 'assigned') {
        for (const holder of holders) this.#overlaps.push({ place, sinceMs: atMs, holder, other: member })
        holders.add(member)
      } else {
        holders.delete(member)
        this.#overlaps = this.#overlaps.filter((overlap) => overlap.place !== place || overlap.holder !== member)
      }
    }
  }

  /** A member that begins anew holds nothing, nor does one that is gone. */
  #letGo(member: string): void {
    for (const holders of this.#holders.values()) holders.delete(member)
    this.#overlaps = this.#overlaps.filter(({ holder }) => holder !== member)
  }

  /** A holder that was still in the group when the other one had the partition was in good standing all the time: it lets go before it joins again. */
  #onMembers({ atMs, askedMs, members }: Extract<HistoryEvent, { f: 'ownership' }>): void {
    const present = new Set(members)
    const found = this.#overlaps.filter(({ holder, sinceMs }) => sinceMs <= askedMs && present.has(holder))
    for (const { place, holder, other } of found) this.#report('I25', atMs, `${other} was given ${place}, on which ${holder} works`)
    this.#overlaps = this.#overlaps.filter((overlap) => !found.includes(overlap) && present.has(overlap.holder))
  }

  #onOwnership(event: Extract<HistoryEvent, { f: 'ownership' }>): void {
    const { atMs, epoch, owners } = event
    this.#onMembers(event)
    if (epoch < this.#epoch) this.#report('I25', atMs, `the epoch of the group fell from ${this.#epoch} to ${epoch}`)
    this.#epoch = epoch
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

import type { JoinResult } from '../group/group-results.ts'
import { GROUP, type GroupRig } from './group-rig.ts'
import type { Identity } from './model-client.ts'

/** What the members of one group were told, and whether it can all be true. */
export class GroupHistory {
  readonly #rig: GroupRig
  /** `generation/partition` to the member it was assigned to. */
  readonly #owners = new Map<string, string>()
  readonly #acked = new Map<number, number>()
  readonly #sent = new Map<number, Set<number>>()
  /** What cannot be true together. */
  readonly violations: string[] = []
  #newestAssigned = 0
  #nextOffset = 1
  assignments = 0
  commits = 0
  refusals = 0

  constructor(rig: GroupRig) {
    this.#rig = rig
  }

  /** Generations rise: nobody is let into one that is older than one that has been assigned. */
  onJoined({ errorCode, generationId }: JoinResult): void {
    if (errorCode === 0 && generationId < this.#newestAssigned) {
      this.violations.push(`a member joined generation ${generationId} after generation ${this.#newestAssigned} was assigned`)
    }
  }

  /** A partition has one owner in a generation. */
  onAssigned({ memberId, generationId }: Identity, assignment: Uint8Array): void {
    this.assignments++
    this.#newestAssigned = Math.max(this.#newestAssigned, generationId)
    for (const partition of assignment) {
      const key = `${generationId}/${partition}`
      const owner = this.#owners.get(key) ?? memberId
      if (owner !== memberId)
        this.violations.push(`partition ${partition} has two owners in generation ${generationId}: ${owner} and ${memberId}`)
      this.#owners.set(key, owner)
    }
  }

  /** Commits an offset higher than any before; it must be refused when a newer generation has been assigned by then. */
  async commit(by: Identity | undefined, partition: number): Promise<void> {
    if (by === undefined) return
    const offset = this.#nextOffset++
    const newestBefore = this.#newestAssigned
    const sent = this.#sent.get(partition) ?? new Set()
    this.#sent.set(partition, sent.add(offset))
    const code = await this.#rig.commit(offset, { ...by, partition }).catch(() => undefined)
    if (code !== 0) {
      this.refusals++
      return
    }
    this.commits++
    if (by.generationId < newestBefore)
      this.violations.push(`generation ${by.generationId} committed while ${newestBefore} had its assignments`)
    this.#acked.set(partition, Math.max(offset, this.#acked.get(partition) ?? 0))
  }

  /** What was acknowledged is there, or something that was sent later. */
  async checkOffsets(): Promise<void> {
    for (const [partition, acked] of this.#acked) {
      const found = await this.#rig.see((state) => state.offsetsOf(GROUP)?.get('orders', partition)?.offset)
      if (found === undefined || found < acked || this.#sent.get(partition)?.has(found) !== true) {
        this.violations.push(`offset ${acked} of partition ${partition} was acknowledged, ${found} is there`)
      }
    }
  }
}

import type { GroupShard } from '../group/group-shard.ts'
import { commitOffsets } from '../group/operations/commit-offsets.ts'
import { GROUP, type GroupRig } from './group-rig.ts'

/** Who a commit comes from: a member, in an epoch, in one of the lives it had under its id. */
export interface ConsumerIdentity {
  readonly memberId: string
  readonly memberEpoch: number
  readonly incarnation: number
}

/** What the members of a group of the consumer protocol were told, and whether it can all be true (I25). */
export class ConsumerHistory {
  readonly #rig: GroupRig
  readonly #acked = new Map<number, number>()
  readonly #sent = new Map<number, Set<number>>()
  /** Of each member id: the last of its lives that was told it has joined. */
  readonly #incarnations = new Map<string, number>()
  /** What cannot be true together. */
  readonly violations: string[] = []
  #nextOffset = 1
  #nextIncarnation = 1
  assignments = 0
  commits = 0
  refusals = 0

  constructor(rig: GroupRig) {
    this.#rig = rig
  }

  /** Of a member that begins to join. */
  newIncarnation(): number {
    return this.#nextIncarnation++
  }

  /** A member was told that it has joined: whoever it was before is not any more. */
  onJoined(memberId: string, incarnation: number): void {
    this.#incarnations.set(memberId, Math.max(incarnation, this.#incarnations.get(memberId) ?? 0))
  }

  /** Commits an offset higher than any before. It must be refused unless the member has the partition, in this life. */
  async commit(by: ConsumerIdentity, partition: number): Promise<void> {
    const offset = this.#nextOffset++
    const sent = this.#sent.get(partition) ?? new Set()
    this.#sent.set(partition, sent.add(offset))
    let owner: string | undefined
    let isThisLife = false
    const { memberId, memberEpoch: generationId } = by
    const offsets = [{ topic: 'orders', partition, offset, leaderEpoch: -1, metadata: '' }]
    const codes = await this.#rig.shard
      .run((state, turn) => {
        owner = ownerOf(state, partition)
        isThisLife = by.incarnation >= (this.#incarnations.get(memberId) ?? 0)
        return commitOffsets(state, turn, { groupId: GROUP, memberId, generationId, groupInstanceId: null, retentionTimeMs: -1, offsets })
      })
      .catch(() => undefined)
    if (codes?.[0] !== 0) {
      this.refusals++
      return
    }
    this.commits++
    if (owner !== memberId) this.violations.push(`${memberId} committed partition ${partition}, which ${owner} has`)
    if (!isThisLife) this.violations.push(`${memberId} committed partition ${partition} in the name of a former life`)
    this.#acked.set(partition, Math.max(offset, this.#acked.get(partition) ?? 0))
  }

  /** What was acknowledged is there, or something that was sent later; partitions that were deleted meanwhile apart. */
  async checkOffsets(hasBeenDeleted: (partition: number) => boolean): Promise<void> {
    for (const [partition, acked] of this.#acked) {
      if (hasBeenDeleted(partition)) continue
      const found = await this.#rig.see((state) => state.offsetsOf(GROUP)?.get('orders', partition)?.offset)
      if (found === undefined || found < acked || this.#sent.get(partition)?.has(found) !== true) {
        this.violations.push(`offset ${acked} of partition ${partition} was acknowledged, ${found} is there`)
      }
    }
  }
}

/** Who has a partition of `orders`, in the eyes of the coordinator. */
function ownerOf(state: GroupShard, partition: number): string | undefined {
  const group = state.groups.get(GROUP)
  if (group?.type !== 'consumer') return undefined
  const topicId = state.image().topics.get('orders')?.id ?? ''
  for (const { memberId, current } of group.members.values()) {
    if (current.assigned.get(topicId)?.has(partition) || current.pendingRevocation.get(topicId)?.has(partition)) return memberId
  }
  return undefined
}

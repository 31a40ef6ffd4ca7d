import { ensureCurrentEpoch } from '../consumer/request-checks.ts'
import type { GroupShard } from '../group-shard.ts'
import type { CommittedOffset } from '../records/group-records.ts'

/** Offsets of one topic. */
export interface FetchedTopic {
  readonly topic: string
  readonly partitions: readonly { readonly partition: number; readonly committed: CommittedOffset | undefined }[]
}

/** Who asks for offsets. */
export interface FetchingMember {
  readonly memberId: string
  readonly memberEpoch: number
}

/** Somebody who is no member, or does not say: nothing is checked. */
export const NO_MEMBER: FetchingMember = { memberId: '', memberEpoch: -1 }

/** Which offsets of which group are asked for, and by whom. */
export interface FetchRequest {
  readonly groupId: string
  /** null: every one there is. */
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null
  readonly member: FetchingMember
}

/** The committed offsets of a group. A group that is not there has none. Throws UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH. */
export function fetchOffsets(shard: GroupShard, { groupId, topics, member }: FetchRequest): FetchedTopic[] {
  ensureMayFetch(shard, { groupId, topics, member })
  const offsets = shard.offsetsOf(groupId)
  if (topics !== null) {
    return topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((partition) => ({ partition, committed: offsets?.get(topic, partition) })),
    }))
  }
  return Array.from(offsets?.topics() ?? [], ([topic, partitions]) => ({
    topic,
    partitions: Array.from(partitions, ([partition, committed]) => ({ partition, committed })),
  }))
}

/** Whoever is not (any more) the member of the consumer protocol that it says may not rely on what it would be told. */
function ensureMayFetch(shard: GroupShard, { groupId, topics, member: { memberId, memberEpoch } }: FetchRequest): void {
  const group = shard.groups.get(groupId)
  if (group?.type !== 'consumer' || (memberId === '' && memberEpoch < 0)) return
  const partitions = topics?.flatMap(({ topic, partitions: asked }) => asked.map((partition) => ({ topic, partition })))
  ensureCurrentEpoch(group.ensureMember(memberId, null), { memberEpoch, partitions, image: shard.image() })
}

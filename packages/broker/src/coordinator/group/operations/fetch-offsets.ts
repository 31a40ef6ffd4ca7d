import type { GroupShard } from '../group-shard.ts'
import type { CommittedOffset } from '../records/group-records.ts'

/** Which offsets of a group are asked for. */
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

/** The committed offsets of a group; null asks for every one there is. A group that is not there has none. */
export function fetchOffsets(
  shard: GroupShard,
  groupId: string,
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null,
): FetchedTopic[] {
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

import type { KafkaApis, OffsetFetchGroupResponse, OffsetFetchTopicPartitionResponse } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import type { GroupCoordinator } from '../../coordinator/group/group-coordinator.ts'
import type { FetchedTopic } from '../../coordinator/group/operations/fetch-offsets.ts'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** From here on an error of the whole group is told as such. */
const GROUP_ERROR_VERSION = 2
/** From here on several groups may be asked for at once (KIP-709). */
const BATCHED_VERSION = 8

interface RequestedGroup {
  readonly groupId: string
  /** Who asks, from version 9 on, if it is a member. */
  readonly memberId?: string | null
  readonly memberEpoch?: number
  readonly topics: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null
}

/**
 * Tells how far groups are. Nothing is ever held open by a transaction, so every offset is stable. A group that is not there, and a
 * partition without an offset, are no errors: the offset is -1.
 */
export const handleOffsetFetch: KafkaHandler<KafkaApis['offsetFetch']> = async ({ core }, request, version) => {
  if (version >= BATCHED_VERSION) {
    return { ...NO_THROTTLE, groups: await Promise.all(request.groups.map((group) => fetchGroup(core.groups, group))) }
  }
  const { topics, errorCode: code = errorCode('NONE') } = await fetchGroup(core.groups, request)
  if (code === errorCode('NONE') || version >= GROUP_ERROR_VERSION) return { ...NO_THROTTLE, topics, errorCode: code }
  const failed = (request.topics ?? []).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => toPartition(partitionIndex, undefined, code)),
  }))
  return { ...NO_THROTTLE, topics: failed }
}

async function fetchGroup(
  groups: GroupCoordinator,
  { groupId, topics, memberId, memberEpoch }: RequestedGroup,
): Promise<OffsetFetchGroupResponse> {
  try {
    const wanted = topics?.map(({ name, partitionIndexes }) => ({ topic: name, partitions: partitionIndexes })) ?? null
    return {
      groupId,
      topics: toTopics(await groups.fetchOffsets(groupId, wanted, { memberId: memberId ?? '', memberEpoch: memberEpoch ?? -1 })),
      errorCode: errorCode('NONE'),
    }
  } catch (error) {
    return { groupId, topics: [], errorCode: errorCode(groupErrorOf(error)) }
  }
}

function toTopics(topics: readonly FetchedTopic[]): OffsetFetchGroupResponse['topics'] {
  return topics.map(({ topic, partitions }) => ({
    name: topic,
    partitions: partitions.map(({ partition, committed }) => toPartition(partition, committed, errorCode('NONE'))),
  }))
}

function toPartition(
  partitionIndex: number,
  committed: FetchedTopic['partitions'][number]['committed'],
  code: number,
): OffsetFetchTopicPartitionResponse {
  const { offset = -1, leaderEpoch = -1, metadata = '' } = committed ?? {}
  return { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode: code }
}

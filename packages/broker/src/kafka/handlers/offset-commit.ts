import type { KafkaApis, OffsetCommitRequest, OffsetCommitResponse } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import type { OffsetToCommit } from '../../coordinator/group/operations/commit-offsets.ts'
import { groupErrorOf } from '../group-errors.ts'
import { hostedByName } from '../hosted-topics.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Records how far a group is. Offsets of partitions that are not there are refused one by one. */
export const handleOffsetCommit: KafkaHandler<KafkaApis['offsetCommit']> = async ({ core }, request) => {
  const offsets: OffsetToCommit[] = []
  // Where the error code of each partition will be found: -1 for those that are not there.
  const places = request.topics.map(({ name, partitions }) => {
    const { partitions: hosted } = hostedByName(core, name)
    return partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => {
      if (hosted?.[partitionIndex] === undefined) return -1
      const metadata = committedMetadata ?? ''
      return (
        offsets.push({ topic: name, partition: partitionIndex, offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata }) - 1
      )
    })
  })
  try {
    const { groupId, generationIdOrMemberEpoch: generationId, memberId, groupInstanceId, retentionTimeMs } = request
    const codes = await core.groups.commitOffsets({ groupId, generationId, memberId, groupInstanceId, retentionTimeMs, offsets })
    return toResponse(request, (topic, partition) => codes[places[topic]?.[partition] ?? -1] ?? errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
  } catch (error) {
    const code = errorCode(groupErrorOf(error))
    return toResponse(request, () => code)
  }
}

/** `codeOf` is given the places of a partition in the request. */
function toResponse({ topics }: OffsetCommitRequest, codeOf: (topic: number, partition: number) => number): OffsetCommitResponse {
  return {
    ...NO_THROTTLE,
    topics: topics.map(({ name, partitions }, topic) => ({
      name,
      partitions: partitions.map(({ partitionIndex }, partition) => ({ partitionIndex, errorCode: codeOf(topic, partition) })),
    })),
  }
}

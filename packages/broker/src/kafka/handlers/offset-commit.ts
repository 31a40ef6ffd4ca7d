import type { KafkaApis, OffsetCommitRequest, OffsetCommitResponse } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { hostedByName } from '../../handlers/hosted-topics.ts'
import { runInPlace } from '../../handlers/offsets-in-place.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Records how far a group is. Offsets of partitions that are not there are refused one by one. */
export const handleOffsetCommit: KafkaHandler<KafkaApis['offsetCommit']> = async ({ core }, request) => {
  const { groupId, generationIdOrMemberEpoch: generationId, memberId, groupInstanceId, retentionTimeMs, topics } = request
  const named = topics.map(({ name: topic, partitions }) => ({
    hosted: hostedByName(core, topic),
    offsets: partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => ({
      topic,
      partition: partitionIndex,
      offset: committedOffset,
      leaderEpoch: committedLeaderEpoch,
      metadata: committedMetadata ?? '',
    })),
  }))
  try {
    const codes = await runInPlace(named, (offsets) =>
      core.groups.commitOffsets({ groupId, generationId, memberId, groupInstanceId, retentionTimeMs, offsets }),
    )
    return toResponse(request, (topic, place) => codes[topic]?.[place] as number)
  } catch (error) {
    const code = errorCode(groupErrorOf(error))
    return toResponse(request, () => code)
  }
}

/** `codeOf` is given the places of a partition in the request. */
function toResponse({ topics }: OffsetCommitRequest, codeOf: (topic: number, place: number) => number): OffsetCommitResponse {
  return {
    ...NO_THROTTLE,
    topics: topics.map(({ name, partitions }, topic) => ({
      name,
      partitions: partitions.map(({ partitionIndex }, place) => ({ partitionIndex, errorCode: codeOf(topic, place) })),
    })),
  }
}

import { type Apis, KafkaError } from '@kafka-ts/protocol'
import type { Handler } from './handler.ts'
import { hostedById } from './hosted-topics.ts'
import { runInPlace } from './offsets-in-place.ts'

/** How long offsets are kept is for the broker to say. */
const NO_RETENTION_TIME = -1

/** Records how far a group is. Offsets of partitions that are not there are refused one by one. */
export const handleOffsetCommit: Handler<Apis['offsetCommit']> = async ({ core }, { groupId, memberId, memberEpoch, topics }) => {
  if (groupId === '') throw new KafkaError('INVALID_GROUP_ID')
  const named = topics.map(({ topicId, partitions }) => {
    const hosted = hostedById(core, topicId)
    return { hosted, offsets: partitions.map((offset) => ({ ...offset, topic: hosted.name })) }
  })
  const member = { generationId: memberEpoch, memberId, groupInstanceId: null, isOfConsumerProtocol: true }
  const committer = { groupId, ...member, retentionTimeMs: NO_RETENTION_TIME }
  const codes = await runInPlace(named, (offsets) => core.groups.commitOffsets({ ...committer, offsets }))
  const answers = topics.map(({ topicId, partitions }, topic) => ({
    topicId,
    partitions: partitions.map(({ partition }, place) => ({ partition, errorCode: codes[topic]?.[place] as number })),
  }))
  return { response: { topics: answers } }
}

import type { Apis } from '@kafka-ts/protocol'
import type { Handler } from './handler.ts'
import { hostedById } from './hosted-topics.ts'
import { runInPlace } from './offsets-in-place.ts'

/** Forgets committed offsets of a group. */
export const handleOffsetDelete: Handler<Apis['offsetDelete']> = async ({ core }, { groupId, topics }) => {
  const named = topics.map(({ topicId, partitions }) => {
    const hosted = hostedById(core, topicId)
    return { hosted, offsets: partitions.map((partition) => ({ topic: hosted.name, partition })) }
  })
  const codes = await runInPlace(named, (offsets) => core.groups.deleteOffsets({ groupId, offsets }))
  const answers = topics.map(({ topicId, partitions }, topic) => ({
    topicId,
    partitions: partitions.map((partition, place) => ({ partition, errorCode: codes[topic]?.[place] as number })),
  }))
  return { response: { topics: answers } }
}

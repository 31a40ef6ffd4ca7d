import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { hostedByName } from '../../handlers/hosted-topics.ts'
import { runInPlace } from '../../handlers/offsets-in-place.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Forgets committed offsets of a group. */
export const handleOffsetDelete: KafkaHandler<KafkaApis['offsetDelete']> = async ({ core }, { groupId, topics }) => {
  const named = topics.map(({ name: topic, partitions }) => ({
    hosted: hostedByName(core, topic),
    offsets: partitions.map(({ partitionIndex }) => ({ topic, partition: partitionIndex })),
  }))
  try {
    const codes = await runInPlace(named, (offsets) => core.groups.deleteOffsets({ groupId, offsets }))
    const deleted = topics.map(({ name, partitions }, topic) => ({
      name,
      partitions: partitions.map(({ partitionIndex }, place) => ({ partitionIndex, errorCode: codes[topic]?.[place] as number })),
    }))
    return { ...NO_THROTTLE, errorCode: errorCode('NONE'), topics: deleted }
  } catch (error) {
    return { ...NO_THROTTLE, errorCode: errorCode(groupErrorOf(error)), topics: [] }
  }
}

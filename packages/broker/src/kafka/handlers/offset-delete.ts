import type { KafkaApis } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import type { OffsetToDelete } from '../../coordinator/group/operations/delete-offsets.ts'
import { groupErrorOf } from '../group-errors.ts'
import { hostedByName } from '../hosted-topics.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Forgets committed offsets of a group. */
export const handleOffsetDelete: KafkaHandler<KafkaApis['offsetDelete']> = async ({ core }, { groupId, topics }) => {
  const offsets: OffsetToDelete[] = []
  // Where the error code of each partition will be found: -1 for those that are not there.
  const places = topics.map(({ name, partitions }) => {
    const { partitions: hosted } = hostedByName(core, name)
    return partitions.map(({ partitionIndex }) =>
      hosted?.[partitionIndex] === undefined ? -1 : offsets.push({ topic: name, partition: partitionIndex }) - 1,
    )
  })
  try {
    const codes = await core.groups.deleteOffsets({ groupId, offsets })
    const deleted = topics.map(({ name, partitions }, topic) => ({
      name,
      partitions: partitions.map(({ partitionIndex }, partition) => ({
        partitionIndex,
        errorCode: codes[places[topic]?.[partition] ?? -1] ?? errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
      })),
    }))
    return { ...NO_THROTTLE, errorCode: errorCode('NONE'), topics: deleted }
  } catch (error) {
    return { ...NO_THROTTLE, errorCode: errorCode(groupErrorOf(error)), topics: [] }
  }
}

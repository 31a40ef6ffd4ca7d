import type { CreatePartitionsTopicRequest, KafkaApis } from '@kafka-ts/kafka-wire'
import { createPartitions } from '../../handlers/create-partitions.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Adds partitions to topics; each succeeds or fails by itself. */
export const handleCreatePartitions: KafkaHandler<KafkaApis['createPartitions']> = async ({ core }, { topics, validateOnly }) => ({
  ...NO_THROTTLE,
  results: await createPartitions(core, { topics: topics.map(toNative), validateOnly }),
})

function toNative({ name, count, assignments }: CreatePartitionsTopicRequest) {
  return { name, totalCount: count, assignments: assignments === null ? null : assignments.map(({ brokerIds }) => brokerIds) }
}

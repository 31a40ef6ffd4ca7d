import type { DeleteRecordsTopicRequest, DeleteRecordsTopicResponse, KafkaApis } from '@kafka-ts/kafka-wire'
import type { DeleteRecordsResponse } from '@kafka-ts/protocol'
import { deleteRecords } from '../../handlers/delete-records.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Deletes the records of partitions below an offset. */
export const handleDeleteRecords: KafkaHandler<KafkaApis['deleteRecords']> = async ({ core }, { topics }) => ({
  ...NO_THROTTLE,
  topics: (await deleteRecords(core, topics.map(toNative))).map(fromNative),
})

function toNative({ name, partitions }: DeleteRecordsTopicRequest) {
  return { name, partitions: partitions.map(({ partitionIndex, offset }) => ({ partition: partitionIndex, offset })) }
}

function fromNative({ name, partitions }: DeleteRecordsResponse['topics'][number]): DeleteRecordsTopicResponse {
  return {
    name,
    partitions: partitions.map(({ partition, lowWatermark, errorCode }) => ({ partitionIndex: partition, lowWatermark, errorCode })),
  }
}

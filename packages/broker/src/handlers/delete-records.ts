import {
  type Apis,
  type DeleteRecordsPartitionResponse,
  type DeleteRecordsRequest,
  type DeleteRecordsResponse,
  errorCode,
} from '@kafka-ts/protocol'
import { usableTopic } from '../controller/cluster-image.ts'
import type { BrokerCore } from '../core.ts'
import type { Partition } from '../partition/partition.ts'
import type { Handler } from './handler.ts'

/** Deletes the records of partitions below an offset. */
export const handleDeleteRecords: Handler<Apis['deleteRecords']> = async ({ core }, request) => ({
  response: { topics: await deleteRecords(core, request.topics) },
})

/** One outcome a partition, in order. */
export function deleteRecords(core: BrokerCore, topics: DeleteRecordsRequest['topics']): Promise<DeleteRecordsResponse['topics']> {
  return Promise.all(
    topics.map(async ({ name, partitions }) => {
      const topic = usableTopic(core.controller.image, name)
      const hosted = topic === undefined ? undefined : core.partitions.topic(topic.id)
      return {
        name,
        partitions: await Promise.all(partitions.map(({ partition, offset }) => deleteBefore(hosted?.[partition], partition, offset))),
      }
    }),
  )
}

async function deleteBefore(hosted: Partition | undefined, partition: number, offset: number): Promise<DeleteRecordsPartitionResponse> {
  if (hosted === undefined) return { partition, lowWatermark: -1, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'), errorMessage: null }
  const { errorCode: code, logStartOffset } = await hosted.deleteRecordsBefore(offset)
  return { partition, lowWatermark: logStartOffset, errorCode: code, errorMessage: null }
}

import { type Apis, type DeleteRecordsPartitionResponse, errorCode } from '@kafka-ts/protocol'
import { usableTopic } from '../controller/cluster-image.ts'
import type { Partition } from '../partition/partition.ts'
import type { Handler } from './handler.ts'

/** Deletes the records of partitions below an offset. */
export const handleDeleteRecords: Handler<Apis['deleteRecords']> = async ({ core }, request) => {
  const topics = await Promise.all(
    request.topics.map(async ({ name, partitions }) => {
      const topic = usableTopic(core.controller.image, name)
      const hosted = topic === undefined ? undefined : core.partitions.topic(topic.id)
      return {
        name,
        partitions: await Promise.all(partitions.map(({ partition, offset }) => deleteBefore(hosted?.[partition], partition, offset))),
      }
    }),
  )
  return { response: { topics } }
}

async function deleteBefore(hosted: Partition | undefined, partition: number, offset: number): Promise<DeleteRecordsPartitionResponse> {
  if (hosted === undefined) return { partition, lowWatermark: -1, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'), errorMessage: null }
  const { errorCode: code, logStartOffset } = await hosted.deleteRecordsBefore(offset)
  return { partition, lowWatermark: logStartOffset, errorCode: code, errorMessage: null }
}

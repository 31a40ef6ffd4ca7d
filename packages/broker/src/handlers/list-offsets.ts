import {
  type Apis,
  EARLIEST_TIMESTAMP,
  errorCode,
  LATEST_TIMESTAMP,
  type ListOffsetsPartitionRequest,
  type ListOffsetsPartitionResponse,
  MAX_TIMESTAMP,
  uuidToString,
} from '@kafka-ts/protocol'
import type { FoundOffset, Partition } from '../partition/partition.ts'
import { storageErrorCode } from '../partition/storage-errors.ts'
import type { Handler } from './handler.ts'

const NOT_FOUND: FoundOffset = { offset: -1, timestamp: -1 }

/** Finds offsets by time. */
export const handleListOffsets: Handler<Apis['listOffsets']> = async ({ core }, request) => {
  const topics = await Promise.all(
    request.topics.map(async ({ topicId, partitions }) => {
      const hosted = core.partitions.topic(uuidToString(topicId))
      const missingCode = errorCode(hosted === undefined ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')
      return {
        topicId,
        partitions: await Promise.all(partitions.map((wanted) => findOffset(hosted?.[wanted.partition], missingCode, wanted))),
      }
    }),
  )
  return { response: { topics, throttleMs: 0 } }
}

/** Finds one offset; `missingCode` is the error where there is no partition. */
export async function findOffset(
  partition: Partition | undefined,
  missingCode: number,
  wanted: ListOffsetsPartitionRequest,
): Promise<ListOffsetsPartitionResponse> {
  const code = partition?.checkLeadership(wanted.currentLeaderEpoch) ?? missingCode
  if (partition === undefined || code !== 0) return failed(wanted, code)
  if (wanted.timestamp < MAX_TIMESTAMP) return failed(wanted, errorCode('INVALID_REQUEST'))
  try {
    const { offset, timestamp } = await locate(partition, wanted.timestamp)
    return {
      partition: wanted.partition,
      errorCode: 0,
      offset,
      timestamp,
      leaderEpoch: offset === -1 ? -1 : partition.leaderEpochAt(offset),
    }
  } catch (error) {
    return failed(wanted, storageErrorCode(error))
  }
}

async function locate(partition: Partition, timestamp: number): Promise<FoundOffset> {
  switch (timestamp) {
    case EARLIEST_TIMESTAMP:
      return { offset: partition.logStartOffset, timestamp: -1 }
    case LATEST_TIMESTAMP:
      return { offset: partition.lastStableOffset, timestamp: -1 }
    case MAX_TIMESTAMP:
      return (await partition.findMaxTimestamp()) ?? NOT_FOUND
    default:
      return (await partition.findOffsetByTimestamp(timestamp)) ?? NOT_FOUND
  }
}

function failed({ partition }: ListOffsetsPartitionRequest, code: number): ListOffsetsPartitionResponse {
  return { partition, errorCode: code, offset: -1, timestamp: -1, leaderEpoch: -1 }
}

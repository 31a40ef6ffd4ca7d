import type { KafkaApis, ListOffsetsPartitionRequest, ListOffsetsPartitionResponse } from '@kafka-ts/kafka-wire'
import { EARLIEST_TIMESTAMP, errorCode, LATEST_TIMESTAMP, MAX_TIMESTAMP } from '@kafka-ts/protocol'
import { type HostedTopic, hostedByName } from '../../handlers/hosted-topics.ts'
import { findOffset } from '../../handlers/list-offsets.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Asks for the first offset on local disk (KIP-405): the log start, as long as nothing lies elsewhere. */
const EARLIEST_LOCAL_TIMESTAMP = -4
/** Asks for the last offset in tiered storage (KIP-1005), of which there is none. */
const LATEST_TIERED_TIMESTAMP = -5

/** The version from which on each of the timestamps with a meaning may be asked for. */
const firstVersions: ReadonlyMap<number, number> = new Map([
  [LATEST_TIMESTAMP, 0],
  [EARLIEST_TIMESTAMP, 0],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL_TIMESTAMP, 8],
  [LATEST_TIERED_TIMESTAMP, 9],
])

/** Finds offsets by time. */
export const handleListOffsets: KafkaHandler<KafkaApis['listOffsets']> = async ({ core }, request, version) => {
  const topics = await Promise.all(
    request.topics.map(async ({ name, partitions }) => {
      const hosted = hostedByName(core, name)
      return { name, partitions: await Promise.all(partitions.map((wanted) => find(hosted, wanted, version))) }
    }),
  )
  return { ...NO_THROTTLE, topics }
}

async function find(
  { partitions, missingCode }: HostedTopic,
  { partitionIndex, timestamp, currentLeaderEpoch }: ListOffsetsPartitionRequest,
  version: number,
): Promise<ListOffsetsPartitionResponse> {
  if (timestamp < 0 && (firstVersions.get(timestamp) ?? Number.POSITIVE_INFINITY) > version) {
    return { partitionIndex, errorCode: errorCode('UNSUPPORTED_VERSION') }
  }
  if (timestamp === LATEST_TIERED_TIMESTAMP) return { partitionIndex, errorCode: errorCode('NONE') }
  const known = timestamp === EARLIEST_LOCAL_TIMESTAMP ? EARLIEST_TIMESTAMP : timestamp
  const { partition, ...found } = await findOffset(partitions?.[partitionIndex], missingCode, {
    partition: partitionIndex,
    timestamp: known,
    currentLeaderEpoch,
  })
  return { partitionIndex: partition, ...found }
}

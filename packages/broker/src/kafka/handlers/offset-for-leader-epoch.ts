import type { KafkaApis, OffsetForLeaderEpochPartitionResponse, OffsetForLeaderEpochTopicRequest } from '@kafka-ts/kafka-wire'
import { hostedByName } from '../../handlers/hosted-topics.ts'
import type { Partition } from '../../partition/partition.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

type RequestedPartition = OffsetForLeaderEpochTopicRequest['partitions'][number]

/** Tells where leader epochs ended, so that a client sees whether records it has read were cut off since. */
export const handleOffsetForLeaderEpoch: KafkaHandler<KafkaApis['offsetForLeaderEpoch']> = ({ core }, request) => {
  const topics = request.topics.map(({ topic, partitions }) => {
    const hosted = hostedByName(core, topic)
    return { topic, partitions: partitions.map((wanted) => find(hosted.partitions?.[wanted.partition], hosted.missingCode, wanted)) }
  })
  return { ...NO_THROTTLE, topics }
}

function find(hosted: Partition | undefined, missingCode: number, wanted: RequestedPartition): OffsetForLeaderEpochPartitionResponse {
  const { partition, currentLeaderEpoch, leaderEpoch } = wanted
  const errorCode = hosted?.checkLeadership(currentLeaderEpoch) ?? missingCode
  const end = errorCode === 0 ? hosted?.endOffsetOfEpoch(leaderEpoch) : undefined
  return end === undefined ? { partition, errorCode } : { partition, errorCode, leaderEpoch: end.epoch, endOffset: end.endOffset }
}

import { apis, KafkaError, NO_MEMBER_EPOCH, uuidToString } from '@kafka-ts/protocol'
import type { GroupCoordinator } from './group-coordinator.ts'
import { partitionKey, type TopicIdPartition, toWire } from './owned-partition.ts'

/**
 * What the group has committed of each partition, by `partitionKey`; -1: nothing. Partitions of which the coordinator cannot say it now are left out. Asked for as somebody who is no member: whoever had a partition
 * before has committed before it was given on, and an epoch that moves meanwhile is no reason to ask again. Rejects with an error that may be retriable.
 */
export async function fetchCommittedOffsets(
  coordinator: GroupCoordinator,
  partitions: readonly TopicIdPartition[],
): Promise<Map<string, number>> {
  const groups = [{ groupId: coordinator.group, memberId: '', memberEpoch: NO_MEMBER_EPOCH, topics: toWire(partitions) }]
  // Offsets that a transaction has not decided about yet are worth waiting for (KIP-447).
  const response = await coordinator.request(apis.offsetFetch, { groups, requireStable: true })
  const group = response.groups[0]
  if (group === undefined) throw new KafkaError('PROTOCOL_ERROR', `The broker's answer leaves out group "${coordinator.group}".`)
  if (group.errorCode !== 0) {
    const error = KafkaError.fromWire(group.errorCode)
    coordinator.forgetAfter(error)
    throw error
  }
  const offsets = new Map<string, number>()
  for (const { topicId, partitions: ofTopic } of group.topics) {
    const topicIdText = uuidToString(topicId)
    for (const { partition, errorCode, offset } of ofTopic) {
      if (errorCode === 0) offsets.set(partitionKey({ topicId, topicIdText, partition }), offset)
    }
  }
  return offsets
}

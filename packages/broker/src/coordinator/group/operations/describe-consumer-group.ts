import { KafkaError } from '@kafka-ts/protocol'
import type { ConsumerGroup, ConsumerGroupState } from '../consumer/consumer-group.ts'
import type { ConsumerMember } from '../consumer/consumer-member.ts'
import { toTopicPartitions } from '../consumer/partition-set.ts'
import { assignorNameOf } from '../consumer/target-assignment.ts'
import type { GroupShard } from '../group-shard.ts'
import type { TopicPartitions } from './consumer-heartbeat.ts'

export interface DescribedConsumerMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly memberEpoch: number
  readonly subscribedTopicNames: readonly string[]
  readonly subscribedTopicRegex: string | null
  /** What it works on; what it still has to give up is not in it. */
  readonly assignment: readonly TopicPartitions[]
  /** What it shall work on once the others have given it up. */
  readonly targetAssignment: readonly TopicPartitions[]
}

/** A group of the consumer protocol. */
export interface DescribedConsumerGroup {
  readonly groupId: string
  readonly state: ConsumerGroupState
  readonly groupEpoch: number
  /** The group epoch that the target assignment was made for. */
  readonly assignmentEpoch: number
  readonly assignor: string
  readonly members: readonly DescribedConsumerMember[]
}

/** Throws GROUP_ID_NOT_FOUND. */
export function describeConsumerGroup(shard: GroupShard, groupId: string): DescribedConsumerGroup {
  const group = shard.groups.get(groupId)
  if (group?.type !== 'consumer') throw new KafkaError('GROUP_ID_NOT_FOUND', `there is no group ${groupId} of the consumer protocol`)
  return {
    groupId,
    state: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignor: assignorNameOf(shard, group),
    members: Array.from(group.members.values(), (member) => describeMember(group, member)),
  }
}

function describeMember(group: ConsumerGroup, { memberId, metadata, memberEpoch, current }: ConsumerMember): DescribedConsumerMember {
  const { instanceId, rackId, clientId, clientHost, subscribedTopicNames, subscribedTopicRegex } = metadata
  return {
    memberId,
    instanceId,
    rackId,
    clientId,
    clientHost,
    memberEpoch,
    subscribedTopicNames,
    subscribedTopicRegex,
    assignment: toTopicPartitions(current.assigned),
    targetAssignment: toTopicPartitions(group.targetOf(memberId)),
  }
}

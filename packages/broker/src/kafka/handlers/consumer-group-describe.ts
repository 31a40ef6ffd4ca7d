import {
  type ConsumerGroupDescribeGroupResponse,
  type ConsumerGroupDescribeMemberResponse,
  type KafkaApis,
  OPERATIONS_NOT_ASKED_FOR,
} from '@kafka-ts/kafka-wire'
import { errorCode, KafkaError } from '@kafka-ts/protocol'
import type { ClusterImage } from '../../controller/cluster-image.ts'
import type { TopicPartitions } from '../../coordinator/group/operations/consumer-heartbeat.ts'
import type { DescribedConsumerMember } from '../../coordinator/group/operations/describe-consumer-group.ts'
import type { BrokerCore } from '../../core.ts'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { GROUP_OPERATIONS } from '../authorized-operations.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** All members of a group of the consumer protocol speak it: those of the classic one are refused while there are any. */
const CONSUMER_MEMBER = 1

/** Tells of the state and the members of groups of the consumer protocol. */
export const handleConsumerGroupDescribe: KafkaHandler<KafkaApis['consumerGroupDescribe']> = async ({ core }, request) => {
  const authorizedOperations = request.includeAuthorizedOperations ? GROUP_OPERATIONS : OPERATIONS_NOT_ASKED_FOR
  const groups = await Promise.all(request.groupIds.map((groupId) => describe(core, groupId)))
  return { ...NO_THROTTLE, groups: groups.map((group) => ({ ...group, authorizedOperations })) }
}

async function describe({ groups, controller }: BrokerCore, groupId: string): Promise<ConsumerGroupDescribeGroupResponse> {
  try {
    const { state, groupEpoch, assignmentEpoch, assignor, members } = await groups.describeConsumerGroup(groupId)
    return {
      errorCode: errorCode('NONE'),
      groupId,
      groupState: state,
      groupEpoch,
      assignmentEpoch,
      assignorName: assignor,
      members: members.map((member) => toMember(controller.image, member)),
    }
  } catch (error) {
    const failed = { groupState: '', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] }
    const errorMessage = error instanceof KafkaError ? error.message : null
    return { errorCode: errorCode(groupErrorOf(error)), errorMessage, groupId, ...failed }
  }
}

function toMember(image: ClusterImage, member: DescribedConsumerMember): ConsumerGroupDescribeMemberResponse {
  const { subscribedTopicNames, assignment, targetAssignment, ...described } = member
  return {
    ...described,
    memberType: CONSUMER_MEMBER,
    subscribedTopicNames: [...subscribedTopicNames],
    assignment: { topicPartitions: toTopicPartitions(image, assignment) },
    targetAssignment: { topicPartitions: toTopicPartitions(image, targetAssignment) },
  }
}

/** Topics that are gone by now have no name to tell. */
function toTopicPartitions({ topicsById }: ClusterImage, assignment: readonly TopicPartitions[]) {
  return assignment.flatMap(({ topicId, partitions }) => {
    const topic = topicsById.get(topicId)
    return topic === undefined ? [] : [{ topicId: topic.idBytes, topicName: topic.name, partitions: [...partitions] }]
  })
}

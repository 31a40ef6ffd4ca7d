import { defineApi } from '../api.ts'
import { OPERATIONS_NOT_ASKED_FOR } from '../authorized-operations.ts'
import { boolean, int8, int16, int32, uuid } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  groupIds: array(string),
  includeAuthorizedOperations: boolean,
})

const topicPartitions = struct({ topicId: uuid, topicName: string, partitions: array(int32) })

const assignment = struct({ topicPartitions: array(topicPartitions) })

const memberResponse = struct({
  memberId: string,
  instanceId: field(nullable(string), { default: null }),
  rackId: field(nullable(string), { default: null }),
  memberEpoch: int32,
  clientId: string,
  clientHost: string,
  subscribedTopicNames: array(string),
  subscribedTopicRegex: field(nullable(string), { default: null }),
  assignment: assignment,
  /** What it will have once everyone has given up what is not theirs. */
  targetAssignment: assignment,
  /** Which protocol it speaks (KIP-1099): 0 classic, 1 consumer; -1 where nobody says. */
  memberType: field(int8, { versions: '1+', default: -1 }),
})

const groupResponse = struct({
  errorCode: int16,
  errorMessage: field(nullable(string), { default: null }),
  groupId: string,
  groupState: string,
  groupEpoch: int32,
  assignmentEpoch: int32,
  assignorName: string,
  members: array(memberResponse),
  /** A bit an operation; the least int32 where not asked for. */
  authorizedOperations: field(int32, { default: OPERATIONS_NOT_ASKED_FOR }),
})

const response = struct({
  throttleTimeMs: int32,
  groups: array(groupResponse),
})

/**
 * State, members and assignments of consumer groups of the new protocol (KIP-848).
 */
export const consumerGroupDescribe = defineApi({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: { min: 0, max: 1 },
  flexibleFrom: 0,
  request,
  response,
})

export type ConsumerGroupDescribeRequest = Infer<typeof request>
export type ConsumerGroupDescribeResponse = Draft<typeof response>
export type ConsumerGroupDescribeMemberResponse = Draft<typeof memberResponse>
export type ConsumerGroupDescribeGroupResponse = Draft<typeof groupResponse>

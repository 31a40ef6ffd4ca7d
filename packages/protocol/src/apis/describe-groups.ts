import { defineApi } from '../api.ts'
import { array, type Infer, int16, int32, nullable, string, struct } from '../schema.ts'
import { topicPartitions } from './group-partitions.ts'
import { MAX_GROUPS, MAX_MEMBERS, MAX_TOPICS } from './limits.ts'

const request = struct({ groupIds: array(string, MAX_GROUPS) })

const member = struct({
  memberId: string,
  instanceId: nullable(string),
  rackId: nullable(string),
  clientId: string,
  clientHost: string,
  /** The generation of the group, in a classic one. */
  memberEpoch: int32,
  subscribedTopicNames: array(string, MAX_TOPICS),
  subscribedTopicRegex: nullable(string),
  /** What the member works on. Empty where a classic group uses a protocol of its own. */
  assignment: topicPartitions,
  /** What it shall work on once the others have given it up; the same as `assignment` in a classic group. */
  targetAssignment: topicPartitions,
})

const group = struct({
  groupId: string,
  /** GROUP_ID_NOT_FOUND: then the rest is empty. */
  errorCode: int16,
  /** `classic` or `consumer`. */
  type: string,
  /** Empty, PreparingRebalance, CompletingRebalance, Stable; or Empty, Assigning, Reconciling, Stable; Dead with an error. */
  state: string,
  protocolType: string,
  assignor: string,
  /** The generation, in a classic group. */
  groupEpoch: int32,
  members: array(member, MAX_MEMBERS),
})

const response = struct({ groups: array(group, MAX_GROUPS) })

/**
 * Groups of either type with their members and who works on what. Answers come in the order of the request.
 *
 * Errors of a group: GROUP_ID_NOT_FOUND, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, GROUP_AUTHORIZATION_FAILED. KIP-848.
 */
export const describeGroups = defineApi({ key: 15, name: 'describeGroups', minVersion: 0, maxVersion: 0, request, response })

export type DescribeGroupsRequest = Infer<typeof request>
export type DescribeGroupsResponse = Infer<typeof response>
export type DescribedGroup = Infer<typeof group>
export type DescribedGroupMember = Infer<typeof member>

import { defineApi } from '../api.ts'
import { OPERATIONS_NOT_ASKED_FOR } from '../authorized-operations.ts'
import { boolean, int16, int32 } from '../fixed-types.ts'
import { type Draft, field, type Infer } from '../schema.ts'
import { array, bytes, nullable, string } from '../sized-types.ts'
import { struct } from '../struct.ts'

const request = struct({
  groups: array(string),
  includeAuthorizedOperations: field(boolean, { versions: '3+' }),
})

const memberResponse = struct({
  memberId: string,
  groupInstanceId: field(nullable(string), { versions: '4+', default: null }),
  clientId: string,
  clientHost: string,
  memberMetadata: bytes,
  memberAssignment: bytes,
})

const groupResponse = struct({
  errorCode: int16,
  groupId: string,
  /** Empty, PreparingRebalance, CompletingRebalance, Stable or Dead. */
  groupState: string,
  protocolType: string,
  /** The assignor in use; empty unless the group is stable. */
  protocolData: string,
  members: array(memberResponse),
  /** A bit an operation; the least int32 where not asked for. */
  authorizedOperations: field(int32, { versions: '3+', default: OPERATIONS_NOT_ASKED_FOR }),
})

const response = struct({
  throttleTimeMs: field(int32, { versions: '1+' }),
  groups: array(groupResponse),
})

/**
 * State and members of classic groups.
 *
 * Version 0 stays: librdkafka asks with it without looking. 3: authorized operations (KIP-430). 4: static members (KIP-345). 5: flexible.
 */
export const describeGroups = defineApi({
  key: 15,
  name: 'DescribeGroups',
  versions: { min: 0, max: 5 },
  flexibleFrom: 5,
  request,
  response,
})

export type DescribeGroupsRequest = Infer<typeof request>
export type DescribeGroupsResponse = Draft<typeof response>
export type DescribeGroupsMemberResponse = Draft<typeof memberResponse>
export type DescribeGroupsGroupResponse = Draft<typeof groupResponse>

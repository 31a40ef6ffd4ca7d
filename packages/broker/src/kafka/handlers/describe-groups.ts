import { type DescribeGroupsGroupResponse, type KafkaApis, OPERATIONS_NOT_ASKED_FOR } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import type { GroupCoordinator } from '../../coordinator/group/group-coordinator.ts'
import { groupErrorOf } from '../../handlers/group-errors.ts'
import { GROUP_OPERATIONS } from '../authorized-operations.ts'
import { type KafkaHandler, NO_THROTTLE } from './kafka-handler.ts'

/** Tells of the state and the members of groups. A group that is not there is Dead. */
export const handleDescribeGroups: KafkaHandler<KafkaApis['describeGroups']> = async ({ core }, request) => {
  const authorizedOperations = request.includeAuthorizedOperations ? GROUP_OPERATIONS : OPERATIONS_NOT_ASKED_FOR
  const groups = await Promise.all(request.groups.map((groupId) => describe(core.groups, groupId)))
  return { ...NO_THROTTLE, groups: groups.map((group) => ({ ...group, authorizedOperations })) }
}

async function describe(groups: GroupCoordinator, groupId: string): Promise<DescribeGroupsGroupResponse> {
  try {
    const { state, protocolType, protocolName, members } = await groups.describeGroup(groupId)
    return {
      errorCode: errorCode('NONE'),
      groupId,
      groupState: state,
      protocolType,
      protocolData: protocolName,
      members: members.map(({ memberId, groupInstanceId, clientId, clientHost, metadata, assignment }) => ({
        memberId,
        groupInstanceId,
        clientId,
        clientHost,
        memberMetadata: metadata,
        memberAssignment: assignment,
      })),
    }
  } catch (error) {
    return { errorCode: errorCode(groupErrorOf(error)), groupId, groupState: '', protocolType: '', protocolData: '', members: [] }
  }
}

import { type Apis, type DescribedGroup, errorCode } from '@kafka-ts/protocol'
import type { ClusterImage } from '../controller/cluster-image.ts'
import type { DescribedConsumerGroup } from '../coordinator/group/operations/describe-consumer-group.ts'
import type { DescribedGroup as DescribedClassicGroup } from '../coordinator/group/operations/describe-groups.ts'
import type { BrokerCore } from '../core.ts'
import { groupErrorOf } from './group-errors.ts'
import { namedToWire, toWire } from './group-topics.ts'
import type { Handler } from './handler.ts'

type Description = Omit<DescribedGroup, 'groupId' | 'errorCode'>

const NO_GROUP: Description = { type: '', state: 'Dead', protocolType: '', assignor: '', groupEpoch: -1, members: [] }

/** Tells of the state and the members of groups of either type, and who works on what. */
export const handleDescribeGroups: Handler<Apis['describeGroups']> = async ({ core }, { groupIds }) => ({
  response: { groups: await Promise.all(groupIds.map((groupId) => describe(core, groupId))) },
})

async function describe(core: BrokerCore, groupId: string): Promise<DescribedGroup> {
  try {
    return { groupId, errorCode: errorCode('NONE'), ...(await describeEither(core, groupId)) }
  } catch (error) {
    return { groupId, errorCode: errorCode(groupErrorOf(error)), ...NO_GROUP }
  }
}

async function describeEither({ groups, controller }: BrokerCore, groupId: string): Promise<Description> {
  const classic = await groups.describeGroup(groupId)
  if (classic.state !== 'Dead') return describeClassic(controller.image, classic)
  return describeConsumer(await groups.describeConsumerGroup(groupId))
}

function describeClassic(
  image: ClusterImage,
  { state, protocolType, protocolName, generationId, members }: DescribedClassicGroup,
): Description {
  return {
    type: 'classic',
    state,
    protocolType,
    assignor: protocolName,
    groupEpoch: generationId,
    members: members.map(({ memberId, groupInstanceId, clientId, clientHost, subscribedTopics, assignedPartitions }) => {
      const assignment = namedToWire(image, assignedPartitions)
      return {
        memberId,
        instanceId: groupInstanceId,
        rackId: null,
        clientId,
        clientHost,
        memberEpoch: generationId,
        subscribedTopicNames: subscribedTopics,
        subscribedTopicRegex: null,
        assignment,
        targetAssignment: assignment,
      }
    }),
  }
}

function describeConsumer({ state, groupEpoch, assignor, members }: DescribedConsumerGroup): Description {
  return {
    type: 'consumer',
    state,
    protocolType: 'consumer',
    assignor,
    groupEpoch,
    members: members.map(({ assignment, targetAssignment, ...member }) => ({
      ...member,
      assignment: toWire(assignment),
      targetAssignment: toWire(targetAssignment),
    })),
  }
}

import { OPERATIONS_NOT_ASKED_FOR } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import type { ApiExamples } from './api-example.ts'
import { joinAlone, rangeProtocol, syncAlone } from './kafka-group-member.ts'
import type { RawKafkaClient } from './raw-kafka-client.ts'

const GROUP_OPERATIONS = 0b1_0100_1000
const ASSIGNMENT = Uint8Array.of(9, 9)
const TOPIC = 'orders'

/** What a member of the consumer protocol says when it joins. */
const consumerJoin = { memberEpoch: 0, rebalanceTimeoutMs: 10_000, subscribedTopicNames: [TOPIC], topicPartitions: [] }

/** Examples of the APIs of groups. `client` speaks to a broker that has the topic `orders` and hands members their ids at once. */
export function groupExamples(client: () => RawKafkaClient): ApiExamples {
  /** A group of one member that has its assignment. */
  const stableGroup = async (groupId: string) => {
    await client().send('findCoordinator', { coordinatorKeys: [groupId] })
    const member = await joinAlone(client(), groupId)
    await syncAlone(client(), { groupId, ...member, assignment: ASSIGNMENT })
    return { groupId, ...member }
  }
  const commit = async (groupId: string) => {
    await client().send('findCoordinator', { coordinatorKeys: [groupId] })
    const partitions = [{ partitionIndex: 0, committedOffset: 7, committedLeaderEpoch: 3, committedMetadata: 'here' }]
    await client().send('offsetCommit', { groupId, memberId: '', topics: [{ name: TOPIC, partitions }] })
  }
  return {
    findCoordinator: (version) => ({
      request: version < 4 ? { key: 'g' } : { coordinatorKeys: ['g'] },
      answer: ({ coordinators, errorCode: code, nodeId }) =>
        version < 4 ? [code, nodeId] : [coordinators[0]?.errorCode, coordinators[0]?.nodeId],
      expected: [0, 1],
    }),
    joinGroup: async (version) => {
      const groupId = `join-${version}`
      await client().send('findCoordinator', { coordinatorKeys: [groupId] })
      return {
        request: { groupId, sessionTimeoutMs: 10_000, memberId: '', protocolType: 'consumer', protocols: [rangeProtocol([TOPIC])] },
        answer: ({ errorCode: code, generationId, members, memberId, leader, protocolName }) => [
          code,
          generationId,
          members.length,
          memberId !== '',
          leader === memberId,
          protocolName,
        ],
        expected:
          version < 4 ? [0, 1, 1, true, true, 'range'] : [errorCode('MEMBER_ID_REQUIRED'), -1, 0, true, false, version < 7 ? '' : null],
      }
    },
    syncGroup: async (version) => {
      const groupId = `sync-${version}`
      const { memberId, generationId } = await stableGroup(groupId)
      return {
        request: { groupId, generationId, memberId, assignments: [], protocolType: 'consumer', protocolName: 'range' },
        answer: ({ errorCode: code, assignment }) => [code, assignment],
        expected: [0, ASSIGNMENT],
      }
    },
    heartbeat: async (version) => ({
      request: await stableGroup(`heartbeat-${version}`),
      answer: ({ errorCode: code }) => code,
      expected: 0,
    }),
    leaveGroup: async (version) => {
      const { groupId, memberId } = await stableGroup(`leave-${version}`)
      return {
        request: { groupId, memberId, members: [{ memberId }, { memberId: 'nobody' }] },
        answer: ({ errorCode: code, members }) => [code, members.map((member) => member.errorCode)],
        expected: version < 3 ? [0, []] : [0, [0, errorCode('UNKNOWN_MEMBER_ID')]],
      }
    },
    offsetCommit: async (version) => {
      const { groupId, memberId, generationId } = await stableGroup(`commit-${version}`)
      const partition = { committedOffset: 1, committedMetadata: null }
      const partitions = [
        { partitionIndex: 0, ...partition },
        { partitionIndex: 99, ...partition },
      ]
      return {
        request: { groupId, memberId, generationIdOrMemberEpoch: generationId, topics: [{ name: TOPIC, partitions }] },
        answer: ({ topics }) => topics[0]?.partitions.map(({ errorCode: code }) => code),
        expected: [0, errorCode('UNKNOWN_TOPIC_OR_PARTITION')],
      }
    },
    offsetFetch: async (version) => {
      const groupId = `fetch-${version}`
      await commit(groupId)
      const topics = version % 2 === 1 ? [{ name: TOPIC, partitionIndexes: [0] }] : null
      return {
        request: version < 8 ? { groupId, topics } : { groups: [{ groupId, topics }] },
        answer: (response) => {
          const [topic] = version < 8 ? response.topics : (response.groups[0]?.topics ?? [])
          return topic?.partitions.map(({ committedOffset, committedLeaderEpoch, metadata, errorCode: code }) => [
            committedOffset,
            committedLeaderEpoch,
            metadata,
            code,
          ])
        },
        expected: [[7, version < 5 ? -1 : 3, 'here', 0]],
      }
    },
    consumerGroupHeartbeat: async (version) => {
      const groupId = `consumer-${version}`
      await client().send('findCoordinator', { coordinatorKeys: [groupId] })
      // From version 1 on the member makes its id.
      const memberId = version === 0 ? '' : 'm'
      return {
        request: { ...consumerJoin, groupId, memberId },
        answer: ({ errorCode: code, memberId: given, memberEpoch, assignment }) => [
          code,
          version === 0 ? given !== '' : given,
          memberEpoch,
          assignment?.topicPartitions.map(({ partitions }) => partitions),
        ],
        expected: [0, version === 0 ? true : 'm', 1, [[0]]],
      }
    },
    consumerGroupDescribe: async (version) => {
      const groupId = `consumer-describe-${version}`
      await client().send('findCoordinator', { coordinatorKeys: [groupId] })
      await client().send('consumerGroupHeartbeat', { ...consumerJoin, groupId, memberId: 'm' })
      return {
        request: { groupIds: [groupId, 'nowhere'], includeAuthorizedOperations: true },
        answer: ({ groups: [group, missing] }) => [
          [
            group?.errorCode,
            group?.groupState,
            group?.groupEpoch,
            group?.assignmentEpoch,
            group?.assignorName,
            group?.authorizedOperations,
          ],
          group?.members.map(({ memberId, memberEpoch, memberType, assignment }) => [
            memberId,
            memberEpoch,
            memberType,
            assignment.topicPartitions.map(({ topicName, partitions }) => [topicName, partitions]),
          ]),
          missing?.errorCode,
        ],
        expected: [
          [0, 'Stable', 1, 1, 'uniform', GROUP_OPERATIONS],
          [['m', 1, version === 0 ? -1 : 1, [[TOPIC, [0]]]]],
          errorCode('GROUP_ID_NOT_FOUND'),
        ],
      }
    },
    offsetDelete: async () => {
      await commit('offset-delete')
      return {
        request: { groupId: 'offset-delete', topics: [{ name: TOPIC, partitions: [{ partitionIndex: 0 }] }] },
        answer: ({ errorCode: code, topics }) => [code, topics[0]?.partitions[0]?.errorCode],
        expected: [0, 0],
      }
    },
    describeGroups: async (version) => {
      const { groupId, memberId } = await stableGroup(`describe-${version}`)
      return {
        request: { groups: [groupId, 'nowhere'], includeAuthorizedOperations: true },
        answer: ({ groups: [group, missing] }) => [
          [group?.groupState, group?.protocolType, group?.protocolData, group?.authorizedOperations],
          group?.members.map((member) => [member.memberId, member.memberAssignment]),
          [missing?.groupState, missing?.errorCode],
        ],
        expected: [
          ['Stable', 'consumer', 'range', version < 3 ? OPERATIONS_NOT_ASKED_FOR : GROUP_OPERATIONS],
          [[memberId, ASSIGNMENT]],
          ['Dead', 0],
        ],
      }
    },
    listGroups: async (version) => {
      const groupId = `list-${version}`
      await stableGroup(groupId)
      await commit(`${groupId}-simple`)
      return {
        request: { statesFilter: ['stable'], typesFilter: ['Classic'] },
        answer: ({ errorCode: code, groups }) => [
          code,
          groups.filter((group) => group.groupId.startsWith(groupId)).toSorted((one, other) => one.groupId.length - other.groupId.length),
        ],
        expected: [
          0,
          [
            { groupId, protocolType: 'consumer', groupState: version < 4 ? '' : 'Stable', groupType: version < 5 ? '' : 'classic' },
            ...(version < 4 ? [{ groupId: `${groupId}-simple`, protocolType: '', groupState: '', groupType: '' }] : []),
          ],
        ],
      }
    },
    deleteGroups: async (version) => {
      const groupId = `delete-${version}`
      const { groupId: busy } = await stableGroup(`${groupId}-busy`)
      await commit(groupId)
      return {
        request: { groupsNames: [groupId, busy, 'nowhere'] },
        answer: ({ results }) => results.map(({ errorCode: code }) => code),
        expected: [0, errorCode('NON_EMPTY_GROUP'), errorCode('GROUP_ID_NOT_FOUND')],
      }
    },
  }
}

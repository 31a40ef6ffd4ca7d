import { apis, type DescribedGroup } from '@kafka-ts/protocol'
import { askCoordinators } from '../cluster/ask-coordinators.ts'
import type { ItemOutcome } from '../cluster/ask-items.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { namedPartitions } from '../cluster/topic-names.ts'
import { adminRequest } from './admin-request.ts'
import type { AdminCallOptions, Outcome } from './admin-types.ts'
import type { GroupDescription, GroupListing, GroupName, GroupState, GroupType, ListGroupsOptions } from './group-types.ts'

const STATES: ReadonlySet<string> = new Set<GroupState>([
  'Empty',
  'PreparingRebalance',
  'CompletingRebalance',
  'Assigning',
  'Reconciling',
  'Stable',
  'Dead',
])

export async function listGroups(cluster: Cluster, options: ListGroupsOptions): Promise<GroupListing[]> {
  const request = { states: options.states ?? [], types: options.types ?? [] }
  const { brokers } = await cluster.retrying('metadata', options, () => cluster.metadata.query([]))
  const answers = await Promise.all(brokers.map(({ nodeId }) => adminRequest(cluster, apis.listGroups, { request, options, nodeId })))
  return answers.flatMap(({ groups }) => groups.map(toListing)).sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
}

export async function describeGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  options: AdminCallOptions,
): Promise<Outcome<GroupName, { readonly description: GroupDescription }>[]> {
  const outcomes = await askCoordinators<GroupDescription>(cluster, groupIds, {
    operation: 'describeGroups',
    options,
    ask: async (nodeId, ofBroker) => {
      const connection = await cluster.coordinators.connect(nodeId)
      const { response } = await connection.request(apis.describeGroups, { request: { groupIds: ofBroker } })
      const names = await cluster.topicNames.of(response.groups.flatMap(topicIdsOf))
      return response.groups.map((group) => ({
        groupId: group.groupId,
        errorCode: group.errorCode,
        value: { ...toDescription(group, names), coordinator: nodeId },
      }))
    },
  })
  return outcomes.map((outcome) => toOutcome(outcome, (description) => ({ description })))
}

export async function deleteGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  options: AdminCallOptions,
): Promise<Outcome<GroupName>[]> {
  const outcomes = await askCoordinators<undefined>(cluster, groupIds, {
    operation: 'deleteGroups',
    options,
    ask: async (nodeId, ofBroker) => {
      const connection = await cluster.coordinators.connect(nodeId)
      const { response } = await connection.request(apis.deleteGroups, { request: { groupIds: ofBroker } })
      return response.groups.map((group) => ({ ...group, value: undefined }))
    },
  })
  return outcomes.map((outcome) => toOutcome(outcome, () => ({})))
}

/** The outcome of a group as calls of the admin give it. */
export function toOutcome<V, Value extends object>(
  { item: groupId, value, error }: ItemOutcome<string, V>,
  toValue: (value: V) => Value,
): Outcome<GroupName, Value> {
  return (error === undefined ? { groupId, ...toValue(value) } : { groupId, error }) as Outcome<GroupName, Value>
}

/** A state that is newer than this client is Unknown. */
function toListing({ groupId, type, state, protocolType }: Record<keyof GroupListing, string>): GroupListing {
  return { groupId, type: type as GroupType, state: STATES.has(state) ? (state as GroupState) : 'Unknown', protocolType }
}

function topicIdsOf({ members }: DescribedGroup): Uint8Array[] {
  return members.flatMap(({ assignment, targetAssignment }) => [...assignment, ...targetAssignment].map(({ topicId }) => topicId))
}

function toDescription(group: DescribedGroup, names: ReadonlyMap<string, string>): Omit<GroupDescription, 'coordinator'> {
  const { assignor, groupEpoch, members } = group
  return {
    ...toListing(group),
    assignor,
    groupEpoch,
    members: members.map(({ subscribedTopicNames, assignment, targetAssignment, ...member }) => ({
      ...member,
      subscribedTopics: subscribedTopicNames,
      assignment: namedPartitions(names, assignment),
      targetAssignment: namedPartitions(names, targetAssignment),
    })),
  }
}

import type { ClassicGroup } from '../classic-group.ts'
import type { ClassicMember } from '../classic-member.ts'
import { CONSUMER_PROTOCOL_TYPE, readAssignedTopics, readSubscribedTopics } from '../consumer-protocol.ts'
import type { GroupShard } from '../group-shard.ts'

export interface DescribedMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** Empty unless the group is Stable. */
  readonly metadata: Uint8Array
  readonly assignment: Uint8Array
  /** What the two say where this is a group of consumers that write them as Kafka's do; else empty. */
  readonly subscribedTopics: readonly string[]
  readonly assignedPartitions: readonly { readonly topic: string; readonly partitions: readonly number[] }[]
}

export interface DescribedGroup {
  /** Dead: there is no such group. */
  readonly state: ClassicGroup['state'] | 'Dead'
  readonly protocolType: string
  /** The assignor; empty unless the group is Stable. */
  readonly protocolName: string
  readonly generationId: number
  readonly members: readonly DescribedMember[]
}

export interface ListedGroup {
  readonly groupId: string
  readonly protocolType: string
  readonly state: string
  readonly type: string
}

const DEAD: DescribedGroup = { state: 'Dead', protocolType: '', protocolName: '', generationId: -1, members: [] }
const NOTHING = new Uint8Array(0)

export function describeGroup(shard: GroupShard, groupId: string): DescribedGroup {
  const group = shard.groups.get(groupId)
  if (group?.type !== 'classic') return DEAD
  const protocolName = group.state === 'Stable' ? group.protocolName : null
  return {
    state: group.state,
    protocolType: group.protocolType ?? '',
    protocolName: protocolName ?? '',
    generationId: group.generationId,
    members: Array.from(group.members.values(), (member) => describeMember(group, member, protocolName)),
  }
}

export function listGroups(shard: GroupShard): ListedGroup[] {
  return Array.from(shard.groups.values(), ({ groupId, protocolType, state, type }) => ({
    groupId,
    protocolType: protocolType ?? '',
    state,
    type,
  }))
}

/** What the members of a group are working on is known while it is Stable. */
function describeMember({ protocolType }: ClassicGroup, member: ClassicMember, protocolName: string | null): DescribedMember {
  const { memberId, groupInstanceId, clientId, clientHost } = member
  const isStable = protocolName !== null
  const metadata = isStable ? member.metadataFor(protocolName) : NOTHING
  const assignment = isStable ? member.assignment : NOTHING
  const isConsumer = protocolType === CONSUMER_PROTOCOL_TYPE
  return {
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    metadata,
    assignment,
    subscribedTopics: (isConsumer && readSubscribedTopics(metadata)) || [],
    assignedPartitions: (isConsumer && readAssignedTopics(assignment)) || [],
  }
}

import type { ClassicGroup } from '../classic-group.ts'
import type { ClassicMember } from '../classic-member.ts'
import type { GroupShard } from '../group-shard.ts'

export interface DescribedMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** Empty unless the group is Stable. */
  readonly metadata: Uint8Array
  readonly assignment: Uint8Array
}

export interface DescribedGroup {
  /** Dead: there is no such group. */
  readonly state: ClassicGroup['state'] | 'Dead'
  readonly protocolType: string
  /** The assignor; empty unless the group is Stable. */
  readonly protocolName: string
  readonly members: readonly DescribedMember[]
}

export interface ListedGroup {
  readonly groupId: string
  readonly protocolType: string
  readonly state: string
  readonly type: string
}

const DEAD: DescribedGroup = { state: 'Dead', protocolType: '', protocolName: '', members: [] }
const NOTHING = new Uint8Array(0)

export function describeGroup(shard: GroupShard, groupId: string): DescribedGroup {
  const group = shard.groups.get(groupId)
  if (group === undefined) return DEAD
  const protocolName = group.state === 'Stable' ? group.protocolName : null
  return {
    state: group.state,
    protocolType: group.protocolType ?? '',
    protocolName: protocolName ?? '',
    members: Array.from(group.members.values(), (member) => describeMember(member, protocolName)),
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
function describeMember(member: ClassicMember, protocolName: string | null): DescribedMember {
  const { memberId, groupInstanceId, clientId, clientHost } = member
  const isStable = protocolName !== null
  return {
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    metadata: isStable ? member.metadataFor(protocolName) : NOTHING,
    assignment: isStable ? member.assignment : NOTHING,
  }
}

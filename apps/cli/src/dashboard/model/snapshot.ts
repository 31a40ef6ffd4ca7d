import type { BrokerDescription, PartitionDescription, TopicDescription } from '@kafka-ts/client'
import { type GroupLag, type LagTotals, type NamedPartitionLag, totalsOf } from '@kafka-ts/lag'
import type { BrokerDisk, DescribedGroup } from './cluster-reader.ts'

/** A group as screens show it. */
export interface GroupRow {
  readonly groupId: string
  readonly group: DescribedGroup
  readonly lag: GroupLag
  readonly topicCount: number
  /** The total lag over time, oldest first. */
  readonly trend: readonly number[]
  /** The partition with the largest lag. */
  readonly worst: NamedPartitionLag | undefined
}

/** A topic as screens show it. */
export interface TopicRow {
  readonly name: string
  readonly topic: TopicDescription
  readonly replicationFactor: number
  readonly underReplicated: number
  readonly leaderless: number
  /** Records a second; undefined while it is not known. */
  readonly inPerSecond: number | undefined
  /** Groups that read it. */
  readonly groupCount: number
  /** Their lag on it, added up; undefined when none is known. */
  readonly lag: number | undefined
  readonly sizeBytes: number | undefined
}

/** A broker as screens show it. */
export interface BrokerRow {
  readonly nodeId: number
  readonly broker: BrokerDescription
  readonly isController: boolean
  readonly leaders: number
  /** Of all partitions that have a leader, from 0 to 1. */
  readonly share: number
  /** Partitions whose first replica it is, and how many of those it leads. */
  readonly preferred: number
  readonly preferredLed: number
  readonly followers: number
  /** Partitions it leads that lack an in-sync replica. */
  readonly underReplicated: number
  readonly disk: BrokerDisk | undefined
}

/** What can be wrong with a partition, worst first. */
export type PartitionProblem = 'no leader' | 'under-replicated' | 'not preferred'

/** A partition that is not as it should be. */
export interface ProblemRow {
  readonly name: string
  readonly topic: string
  readonly partition: PartitionDescription
  readonly problem: PartitionProblem
}

/** Everything screens show, as of one poll. Never changed once it is made. */
export interface Snapshot {
  readonly groups: readonly GroupRow[]
  readonly topics: readonly TopicRow[]
  readonly brokers: readonly BrokerRow[]
  readonly problems: readonly ProblemRow[]
  readonly partitionCount: number
  readonly controllerId: number
  /** Of all groups together. */
  readonly totals: Pick<LagTotals, 'lag' | 'isLowerBound' | 'deltaPerSecond'>
}

/** A member with the partitions it works on. */
export interface MemberRow {
  readonly memberId: string
  readonly clientId: string
  readonly host: string
  readonly instanceId: string | null
  readonly partitions: readonly NamedPartitionLag[]
  readonly totals: LagTotals
}

/** The members of a group and where each stands: who of them lags. */
export function membersOf({ group, lag }: GroupRow): MemberRow[] {
  return group.members.map(({ memberId, clientId, host, instanceId, assignment }) => {
    const partitions = assignment.flatMap((name) => partitionOf(lag, name.topic, name.partition) ?? [])
    return { memberId, clientId, host, instanceId, partitions, totals: totalsOf(partitions) }
  })
}

/** A partition of a group. */
export function partitionOf(lag: GroupLag, topic: string, partition: number): NamedPartitionLag | undefined {
  return lag.partitions.find((candidate) => candidate.topic === topic && candidate.partition === partition)
}

/** A group on one topic. */
export interface TopicGroupRow {
  readonly groupId: string
  readonly group: GroupRow
  readonly partitions: readonly NamedPartitionLag[]
  readonly totals: LagTotals
}

/** The groups that read a topic, and their lag on it. */
export function groupsOfTopic({ groups }: Snapshot, topic: string): TopicGroupRow[] {
  return groups.flatMap((group) => {
    const partitions = group.lag.partitions.filter((partition) => partition.topic === topic)
    return partitions.length === 0 ? [] : [{ groupId: group.groupId, group, partitions, totals: totalsOf(partitions) }]
  })
}

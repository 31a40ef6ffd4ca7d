import type { GroupDescription, GroupMember, GroupOffset, KafkaError, OffsetSpec, TopicPartition } from '@kafka-ts/client'
import type { GroupPoll, PartitionPoll } from '@kafka-ts/lag'
import { isLeaderless } from '../partitions/partition-state.ts'
import type { Session } from '../session.ts'
import { describeExisting } from '../topics/read-topics.ts'
import { partitionKey } from '../topics/topic-details.ts'

/** A group as it was read at one time. */
export interface GroupReading {
  readonly groupId: string
  readonly description: GroupDescription
  readonly poll: GroupPoll
  /** Committed offsets by partition, with what was kept beside them. */
  readonly committed: ReadonlyMap<string, GroupOffset>
  /** Which member works on a partition. */
  readonly owners: ReadonlyMap<string, GroupMember>
}

/** A group that could not be read. */
export interface UnreadGroup {
  readonly groupId: string
  readonly error: KafkaError
}

/** What a look at groups gave, and when. */
export interface GroupsReading {
  readonly atMs: number
  readonly groups: readonly GroupReading[]
  readonly failed: readonly UnreadGroup[]
}

/** What of the groups to read. */
export interface ReadOptions {
  /** Only partitions that this lets through. */
  readonly isWanted?: (partition: TopicPartition) => boolean
}

/**
 * Reads groups, their committed offsets, and only then the ends of the logs: the other way round records that come meanwhile would make a lag negative.
 * A partition belongs to a group when it has a committed offset, or a member works on it.
 */
export async function readGroups(
  session: Session,
  groupIds: readonly string[],
  { isWanted = () => true }: ReadOptions = {},
): Promise<GroupsReading> {
  if (groupIds.length === 0) return { atMs: session.doors.now(), groups: [], failed: [] }
  const [described, fetched] = await Promise.all([
    session.admin('describe the groups', (admin, options) => admin.describeGroups(groupIds, options)),
    session.admin('read the offsets of the groups', (admin, options) => admin.fetchGroupOffsets(groupIds, options)),
  ])
  const failed: UnreadGroup[] = []
  const known = described.flatMap((outcome, index) => {
    const error = outcome.error ?? fetched[index]?.error
    if (outcome.error === undefined && error === undefined)
      return [{ description: outcome.description, offsets: fetched[index]?.offsets ?? [] }]
    if (error !== undefined) failed.push({ groupId: outcome.groupId, error })
    return []
  })
  const groups = known.map(({ description, offsets }) => partitionsOf(description, offsets, isWanted))
  const all = new Map(groups.flatMap(({ partitions }) => partitions.map((partition) => [keyOf(partition), partition] as const)))
  const readable = await onlyLed(session, [...all.values()])
  const [ends, starts] = await Promise.all([offsetsAt(session, readable, 'latest'), offsetsAt(session, readable, 'earliest')])
  return { atMs: session.doors.now(), groups: groups.map((group) => toReading(group, ends, starts)), failed }
}

interface GroupPartitions {
  readonly description: GroupDescription
  readonly committed: ReadonlyMap<string, GroupOffset>
  readonly owners: ReadonlyMap<string, GroupMember>
  readonly partitions: readonly TopicPartition[]
}

function partitionsOf(
  description: GroupDescription,
  offsets: readonly GroupOffset[],
  isWanted: (partition: TopicPartition) => boolean,
): GroupPartitions {
  const wanted = offsets.filter(isWanted)
  const committed = new Map(wanted.map((offset) => [keyOf(offset), offset]))
  const owners = new Map(
    description.members.flatMap((member) => member.assignment.filter(isWanted).map((partition) => [keyOf(partition), member] as const)),
  )
  const assigned = description.members.flatMap((member) => member.assignment.filter(isWanted))
  const partitions = new Map([...wanted, ...assigned].map(({ topic, partition }) => [partitionKey(topic, partition), { topic, partition }]))
  return { description, committed, owners, partitions: [...partitions.values()].sort(byName) }
}

function toReading(group: GroupPartitions, ends: ReadonlyMap<string, number>, starts: ReadonlyMap<string, number>): GroupReading {
  const { description, committed, owners } = group
  const { groupId, state } = description
  const partitions = group.partitions.map((partition): PartitionPoll => {
    const key = keyOf(partition)
    const logStartOffset = starts.get(key)
    return {
      ...partition,
      committedOffset: committed.get(key)?.offset ?? null,
      endOffset: ends.get(key),
      ...(logStartOffset === undefined ? {} : { logStartOffset }),
    }
  })
  return { groupId, description, poll: { groupId, state, partitions }, committed, owners }
}

/** Those that somebody leads: the offsets of the others cannot be had, and asking would last until the time-out. */
export async function onlyLed(session: Session, partitions: readonly TopicPartition[]): Promise<TopicPartition[]> {
  const topics = await describeExisting(session, [...new Set(partitions.map(({ topic }) => topic))])
  const led = new Set(
    topics.flatMap((topic) =>
      topic.partitions.filter((partition) => !isLeaderless(partition)).map(({ partition }) => partitionKey(topic.name, partition)),
    ),
  )
  return partitions.filter((partition) => led.has(keyOf(partition)))
}

/** Offsets by partition; one that cannot be read is left out. */
export async function offsetsAt(session: Session, partitions: readonly TopicPartition[], at: OffsetSpec): Promise<Map<string, number>> {
  if (partitions.length === 0) return new Map()
  const queries = partitions.map(({ topic, partition }) => ({ topic, partition, at }))
  const outcomes = await session.admin('read the offsets', (admin, options) => admin.listOffsets(queries, options))
  return new Map(
    outcomes.flatMap((outcome) =>
      outcome.error === undefined ? [[partitionKey(outcome.topic, outcome.partition), outcome.offset] as const] : [],
    ),
  )
}

/** Names a partition within one answer. */
export function keyOf({ topic, partition }: TopicPartition): string {
  return partitionKey(topic, partition)
}

function byName(left: TopicPartition, right: TopicPartition): number {
  return left.topic === right.topic ? left.partition - right.partition : left.topic < right.topic ? -1 : 1
}

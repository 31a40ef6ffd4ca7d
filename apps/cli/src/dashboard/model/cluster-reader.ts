import type { ClusterDescription, TopicDescription } from '@kafka-ts/client'

/** A partition by its name. */
export interface PartitionName {
  readonly topic: string
  readonly partition: number
}

/** A group as a listing names it. */
export interface ListedGroup {
  readonly groupId: string
  /** Kafka's name of it: `Stable`, `Empty`, ... */
  readonly state: string
  /** `classic` or `consumer`. */
  readonly type: string
}

/** One member of a group and what it works on. */
export interface GroupMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly assignment: readonly PartitionName[]
}

/** A group in full. */
export interface DescribedGroup extends ListedGroup {
  readonly assignor: string
  /** Broker id; undefined when it is not known. */
  readonly coordinator: number | undefined
  readonly members: readonly GroupMember[]
}

/** A committed offset; `undefined` when it could not be read. Partitions without a commit are left out. */
export interface CommittedOffset extends PartitionName {
  readonly offset: number | undefined
}

/** Which offset of a partition. */
export type OffsetAt = 'earliest' | 'latest' | { readonly timestamp: number }

/** A size on the disks of a broker. */
export interface BrokerDisk {
  readonly nodeId: number
  readonly usedBytes: number
  /** undefined: not known. */
  readonly freeBytes: number | undefined
  readonly sizeByTopic: ReadonlyMap<string, number>
}

/** An offset to set for a group. */
export interface OffsetToSet extends PartitionName {
  readonly offset: number
}

/**
 * What the dashboard asks of a cluster. Calls about many items answer as many, in the order asked, with undefined for what could not be had; they throw
 * when nothing could.
 */
export interface ClusterReader {
  listGroups(signal: AbortSignal): Promise<readonly ListedGroup[]>
  /** undefined: the group is gone, or cannot be read now. */
  describeGroups(groupIds: readonly string[], signal: AbortSignal): Promise<readonly (DescribedGroup | undefined)[]>
  /** Everything each group has committed; undefined: it cannot be read now. */
  committedOffsets(groupIds: readonly string[], signal: AbortSignal): Promise<readonly (readonly CommittedOffset[] | undefined)[]>
  /** A timestamp after all records gives the end. */
  listOffsets(partitions: readonly PartitionName[], at: OffsetAt, signal: AbortSignal): Promise<readonly (number | undefined)[]>
  topics(signal: AbortSignal): Promise<readonly TopicDescription[]>
  cluster(signal: AbortSignal): Promise<ClusterDescription>
  disks(signal: AbortSignal): Promise<readonly BrokerDisk[]>
  /** The timestamp of the record at an offset, in milliseconds since 1970; undefined when there is none. */
  recordTimeMs(partition: PartitionName, offset: number, signal: AbortSignal): Promise<number | undefined>
  /** Sets offsets of a group without members. Throws the first error. */
  setOffsets(groupId: string, offsets: readonly OffsetToSet[], signal: AbortSignal): Promise<void>
}

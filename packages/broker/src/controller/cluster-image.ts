import type { GroupConfigOverrides } from '../config/group-config.ts'
import type { TopicConfigOverrides } from '../config/topic-config.ts'

/** One partition as the metadata has it. */
export interface PartitionImage {
  readonly partition: number
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly directoryId: string
  /** The revision that last changed it: what a compare-and-swap compares. */
  readonly modRevision: number
}

/** One topic as the metadata has it. */
export interface TopicImage {
  readonly name: string
  /** Kafka's text form of the id; also the key in maps. */
  readonly id: string
  readonly idBytes: Uint8Array
  /** Those that count; empty while the topic is being created. */
  readonly partitions: readonly PartitionImage[]
  /** How many there will be, while they are being written. */
  readonly targetPartitions: number | undefined
  readonly overrides: TopicConfigOverrides
  /** The revision that last changed the topic's own record. */
  readonly modRevision: number
}

/** A deleted topic whose remains are still being removed. */
export interface DeletionImage {
  readonly topicId: string
  readonly name: string
  readonly partitions: number
}

/** The cluster's metadata at one revision. Immutable: a change makes a new image that shares what did not change. */
export interface ClusterImage {
  readonly revision: number
  readonly topics: ReadonlyMap<string, TopicImage>
  readonly topicsById: ReadonlyMap<string, TopicImage>
  readonly deletions: ReadonlyMap<string, DeletionImage>
  /** What somebody set on groups, by group id. */
  readonly groupConfigs: ReadonlyMap<string, GroupConfigOverrides>
}

export const emptyImage: ClusterImage = {
  revision: 0,
  topics: new Map(),
  topicsById: new Map(),
  deletions: new Map(),
  groupConfigs: new Map(),
}

/** The topic of that name, if it can be used: not while it is being created. */
export function usableTopic(image: ClusterImage, name: string): TopicImage | undefined {
  const topic = image.topics.get(name)
  return topic === undefined || topic.partitions.length === 0 ? undefined : topic
}

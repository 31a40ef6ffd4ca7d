/**
 * The keys of the cluster's metadata and what each holds (JSON, UTF-8):
 *
 * | key | value |
 * |---|---|
 * | `cluster` | `ClusterRecord` |
 * | `topic/<name>` | `TopicRecord` |
 * | `topicid/<topic id>` | `TopicIdRecord` |
 * | `cfg/topic/<name>` | the configs somebody set: texts by name |
 * | `cfg/group/<group id>` | the same, of a group |
 * | `part/<topic id>/<partition>` | `PartitionRecord` |
 * | `pid/next` | `ProducerIdRecord`: which producer ids are taken |
 * | `deleting/<topic id>` | `DeletionRecord`: a topic that is gone for everybody and not yet from disk |
 */

/** Made once, by the first broker. */
export interface ClusterRecord {
  readonly clusterId: string
  readonly formatVersion: number
}

/**
 * A topic. Partitions are written in steps, since a transaction holds 128 operations: while they are, `targetPartitions` says how
 * many there will be, and `partitions` how many count already (0 while the topic is being created).
 */
export interface TopicRecord {
  readonly id: string
  readonly partitions: number
  readonly targetPartitions?: number
}

export interface TopicIdRecord {
  readonly name: string
}

export interface PartitionRecord {
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** The data directory of the (one) replica. */
  readonly directoryId: string
}

export interface DeletionRecord {
  readonly name: string
  readonly partitions: number
}

/** Ids below `next` are taken; `claim` is new with every block, so that a broker knows its own reservation. */
export interface ProducerIdRecord {
  readonly next: number
  readonly claim: string
}

export const CLUSTER_KEY = 'cluster'
export const PRODUCER_ID_KEY = 'pid/next'
export const TOPIC_PREFIX = 'topic/'
export const TOPIC_CONFIG_PREFIX = 'cfg/topic/'
export const GROUP_CONFIG_PREFIX = 'cfg/group/'
export const PARTITION_PREFIX = 'part/'
export const DELETION_PREFIX = 'deleting/'

export const topicKey = (name: string): string => `${TOPIC_PREFIX}${name}`
export const topicIdKey = (topicId: string): string => `topicid/${topicId}`
export const topicConfigKey = (name: string): string => `${TOPIC_CONFIG_PREFIX}${name}`
export const groupConfigKey = (groupId: string): string => `${GROUP_CONFIG_PREFIX}${groupId}`
export const partitionKey = (topicId: string, partition: number): string => `${PARTITION_PREFIX}${topicId}/${partition}`
export const deletionKey = (topicId: string): string => `${DELETION_PREFIX}${topicId}`

/** The topic id and partition in a `part/` key. */
export function parsePartitionKey(key: string): { readonly topicId: string; readonly partition: number } {
  const slash = key.indexOf('/', PARTITION_PREFIX.length)
  return { topicId: key.slice(PARTITION_PREFIX.length, slash), partition: Number(key.slice(slash + 1)) }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function encodeValue(value: object): Uint8Array {
  return encoder.encode(JSON.stringify(value))
}

/** The value of a key, as its writer (a broker of this cluster) meant it. */
export function decodeValue<T extends object>(value: Uint8Array): T {
  return JSON.parse(decoder.decode(value)) as T
}

import { type TopicPartitions, uuidToString } from '@kafka-ts/protocol'
import type { TopicPartition } from '../../record.ts'
import type { PartitionState } from '../partition-state.ts'

/** A partition by the id of its topic, as the coordinator names it. */
export interface TopicIdPartition {
  readonly topicId: Uint8Array
  /** The same as text, for maps. */
  readonly topicIdText: string
  readonly partition: number
}

/** A partition this member works on. */
export interface OwnedPartition extends TopicIdPartition, TopicPartition {
  readonly state: PartitionState
  /** What the group has committed, as far as this member knows; -1: nothing. */
  committedOffset: number
  /** Aborts when nobody should work on it any more: it is lost, or its time to be given up has passed. */
  readonly aborting: AbortController
  /** Whether the application has been told of it, and not yet of its end. */
  isAnnounced: boolean
}

/** The key of a partition in maps. */
export function partitionKey({ topicIdText, partition }: TopicIdPartition): string {
  return `${partition} ${topicIdText}`
}

/** Partitions as the coordinator sends them. */
export function fromWire(topics: TopicPartitions): TopicIdPartition[] {
  return topics.flatMap(({ topicId, partitions }) => {
    const topicIdText = uuidToString(topicId)
    return partitions.map((partition) => ({ topicId, topicIdText, partition }))
  })
}

/** Partitions as they are sent to the coordinator. */
export function toWire(partitions: Iterable<TopicIdPartition>): TopicPartitions {
  return byTopicId(partitions).map(([topicId, ofTopic]) => ({ topicId, partitions: ofTopic.map(({ partition }) => partition) }))
}

/** Anything about partitions, grouped by topic id. */
export function byTopicId<T extends TopicIdPartition>(partitions: Iterable<T>): [Uint8Array, T[]][] {
  const groups = new Map<string, [Uint8Array, T[]]>()
  for (const item of partitions) {
    const group = groups.get(item.topicIdText)
    if (group === undefined) groups.set(item.topicIdText, [item.topicId, [item]])
    else group[1].push(item)
  }
  return [...groups.values()]
}

/** As the application knows it. */
export function toTopicPartition({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}

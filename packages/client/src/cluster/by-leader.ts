import { KafkaError } from '@kafka-ts/protocol'
import type { TopicPartition } from '../record.ts'
import type { Cluster } from './cluster.ts'
import type { PartitionMetadata, TopicMetadata } from './topic-metadata.ts'

/** An item with what the metadata say of its partition. */
export interface Located<T> {
  readonly item: T
  readonly topic: TopicMetadata
  readonly partition: PartitionMetadata
}

/** Items about partitions, by the broker that leads each; and those that have none, with the reason. */
export interface ByLeader<T> {
  readonly located: Map<number, Located<T>[]>
  readonly failures: { readonly item: T; readonly error: KafkaError }[]
}

/** Finds the leader of each item's partition in the metadata at hand. */
export function groupByLeader<T extends TopicPartition>(cluster: Cluster, items: readonly T[]): ByLeader<T> {
  const located = new Map<number, Located<T>[]>()
  const failures: { item: T; error: KafkaError }[] = []
  for (const item of items) {
    const topic = cluster.metadata.topic(item.topic)
    const partition = topic?.partitions[item.partition]
    const name = `partition ${item.partition} of topic "${item.topic}"`
    if (topic === undefined || partition === undefined) {
      failures.push({ item, error: new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `${name} is not known.`) })
    } else if (partition.leader < 0) {
      failures.push({ item, error: new KafkaError('LEADER_NOT_AVAILABLE', `${name} has no leader at the moment.`) })
    } else {
      const ofLeader = located.get(partition.leader)
      const entry = { item, topic, partition }
      if (ofLeader === undefined) located.set(partition.leader, [entry])
      else ofLeader.push(entry)
    }
  }
  return { located, failures }
}

/** The located items by topic, in the order of their first mention. */
export function groupByTopic<T>(located: readonly Located<T>[]): Map<TopicMetadata, Located<T>[]> {
  const byTopic = new Map<TopicMetadata, Located<T>[]>()
  for (const entry of located) {
    const ofTopic = byTopic.get(entry.topic)
    if (ofTopic === undefined) byTopic.set(entry.topic, [entry])
    else ofTopic.push(entry)
  }
  return byTopic
}

import type { TopicPartition } from '@kafka-ts/client'
import { usageError } from '../errors/cli-error.ts'
import { parsePartitions } from '../flags/key-value.ts'

/** A topic, and which of its partitions; undefined: all of them. */
export interface PartitionScope {
  readonly topic: string
  readonly partitions: readonly number[] | undefined
}

/** `orders` or `orders:0,1`. */
export function parseScope(input: string, flag: string): PartitionScope {
  const at = input.lastIndexOf(':')
  const topic = at === -1 ? input : input.slice(0, at)
  if (topic === '') throw usageError(`${flag}: ${input} names no topic.`)
  return { topic, partitions: at === -1 ? undefined : parsePartitions(input.slice(at + 1), flag) }
}

/** `orders:3`, one partition. */
export function parsePartition(input: string, flag: string): TopicPartition {
  const { topic, partitions } = parseScope(input, flag)
  if (partitions?.length !== 1) throw usageError(`${flag}: ${input} is not TOPIC:PARTITION.`)
  return { topic, partition: partitions[0]! }
}

/** Whether a partition is in one of the scopes. */
export function isInScope({ topic, partition }: TopicPartition, scopes: readonly PartitionScope[]): boolean {
  return scopes.some((scope) => scope.topic === topic && scope.partitions?.includes(partition) !== false)
}

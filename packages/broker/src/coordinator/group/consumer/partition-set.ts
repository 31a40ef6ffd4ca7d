/** Partitions in rising order, by topic id (Kafka's text form). No topic is without partitions. */
export type PartitionSet = ReadonlyMap<string, readonly number[]>

/** Partitions with the member epoch in which each was assigned, by topic id. */
export type AssignedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>

export const NO_PARTITIONS: ReadonlyMap<string, never> = new Map<string, never>()

/** Whether two sets are the same. */
export function isSameSet(one: PartitionSet, other: PartitionSet): boolean {
  if (one === other) return true
  if (one.size !== other.size) return false
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId)
    if (others?.length !== partitions.length || partitions.some((partition, index) => partition !== others[index])) return false
  }
  return true
}

/** As doors write it. */
export function toTopicPartitions(
  set: ReadonlyMap<string, readonly number[] | ReadonlyMap<number, number>>,
): { readonly topicId: string; readonly partitions: readonly number[] }[] {
  return Array.from(set, ([topicId, partitions]) => ({ topicId, partitions: [...numbersOf(partitions)] }))
}

/** Every partition of a set. */
export function* partitionsOf(
  set: ReadonlyMap<string, readonly number[] | ReadonlyMap<number, number>>,
): Iterable<readonly [topicId: string, partition: number]> {
  for (const [topicId, partitions] of set) for (const partition of numbersOf(partitions)) yield [topicId, partition]
}

function numbersOf(partitions: readonly number[] | ReadonlyMap<number, number>): Iterable<number> {
  return partitions instanceof Map ? partitions.keys() : (partitions as readonly number[])
}

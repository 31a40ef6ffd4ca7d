import type { PartitionSet } from '../consumer/partition-set.ts'

/** Partitions that are being gathered for a member. */
export class PartitionLists {
  readonly #topics = new Map<string, number[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(topicId: string, partition: number): void {
    this.#size++
    const partitions = this.#topics.get(topicId)
    if (partitions === undefined) this.#topics.set(topicId, [partition])
    else partitions.push(partition)
  }

  /** What was gathered, in order; the lists are not to be used again. */
  toSet(): PartitionSet {
    for (const partitions of this.#topics.values()) partitions.sort((one, other) => one - other)
    return this.#topics
  }
}

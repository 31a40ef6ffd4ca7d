/** Which member each partition belongs to, by topic id. */
export class PartitionIndex {
  readonly #topics = new Map<string, Map<number, string>>()

  get(topicId: string, partition: number): string | undefined {
    return this.#topics.get(topicId)?.get(partition)
  }

  set(topicId: string, partition: number, memberId: string): void {
    const partitions = this.#topics.get(topicId)
    if (partitions === undefined) this.#topics.set(topicId, new Map([[partition, memberId]]))
    else partitions.set(partition, memberId)
  }

  /** Takes a partition from a member, unless it belongs to somebody else by now. */
  remove(topicId: string, partition: number, memberId: string): void {
    const partitions = this.#topics.get(topicId)
    if (partitions?.get(partition) !== memberId) return
    partitions.delete(partition)
    if (partitions.size === 0) this.#topics.delete(topicId)
  }
}

import type { CommittedOffset } from './records/group-records.ts'

/** The committed offsets of one group, by topic and partition. */
export class CommittedOffsets {
  readonly #topics = new Map<string, Map<number, CommittedOffset>>()

  get isEmpty(): boolean {
    return this.#topics.size === 0
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#topics.get(topic)?.get(partition)
  }

  set(topic: string, partition: number, offset: CommittedOffset): void {
    const partitions = this.#topics.get(topic)
    if (partitions === undefined) this.#topics.set(topic, new Map([[partition, offset]]))
    else partitions.set(partition, offset)
  }

  delete(topic: string, partition: number): void {
    const partitions = this.#topics.get(topic)
    partitions?.delete(partition)
    if (partitions?.size === 0) this.#topics.delete(topic)
  }

  topics(): Iterable<readonly [topic: string, partitions: ReadonlyMap<number, CommittedOffset>]> {
    return this.#topics
  }

  *all(): Iterable<{ readonly topic: string; readonly partition: number; readonly committed: CommittedOffset }> {
    for (const [topic, partitions] of this.#topics) for (const [partition, committed] of partitions) yield { topic, partition, committed }
  }
}

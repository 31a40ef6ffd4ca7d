import type { Random } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import { partitionForKey, type RecordBytes } from '@kafka-ts/protocol/records'
import type { TopicMetadata } from '../cluster/topic-metadata.ts'
import { type Pace, PartitionQueue } from './partition-queue.ts'
import { PartitionSequences } from './partition-sequences.ts'
import type { Partitioner } from './producer-types.ts'

export interface TopicQueuesOptions {
  readonly random: Random
  readonly partitioner: Partitioner | undefined
  /** Records without a key stay with a partition for this many bytes. */
  readonly stickyBytes: number
  readonly isIdempotent: boolean
  /** Batches need not fill: latency comes before throughput. */
  readonly isEager: boolean
}

/**
 * Topics with more partitions are not sent to eagerly: there a record seldom finds a request for its own partition under way, or there are so many
 * records that the smaller requests would cost the broker half as much again (measured with 1,000 partitions).
 */
const MAX_EAGER_PARTITIONS = 32

/** The partitions of one topic as the producer sees them, and the choice among them. */
export class TopicQueues {
  readonly name: string
  readonly #options: TopicQueuesOptions
  readonly #pace: { -readonly [Field in keyof Pace]: Pace[Field] } = { isEager: false }
  #metadata: TopicMetadata | undefined
  readonly #partitions: PartitionQueue[] = []
  #stickyPartition = 0
  #stickyBytesLeft = 0

  constructor(name: string, options: TopicQueuesOptions) {
    this.name = name
    this.#options = options
  }

  /** False until the metadata of the topic are known: then there is nothing to choose from yet. */
  get isKnown(): boolean {
    return this.#metadata !== undefined
  }

  get metadata(): TopicMetadata | undefined {
    return this.#metadata
  }

  get partitions(): readonly PartitionQueue[] {
    return this.#partitions
  }

  /** Takes newer metadata. A topic that lost its metadata keeps those it had: its batches wait for it, or time out. */
  update(metadata: TopicMetadata | undefined): void {
    if (metadata === undefined) return
    this.#metadata = metadata
    const { isIdempotent, isEager } = this.#options
    this.#pace.isEager = isEager && metadata.partitions.length <= MAX_EAGER_PARTITIONS
    for (let partition = this.#partitions.length; partition < metadata.partitions.length; partition++) {
      const sequences = isIdempotent ? { sequences: new PartitionSequences() } : {}
      this.#partitions.push(new PartitionQueue(this.name, partition, { pace: this.#pace, ...sequences }))
    }
  }

  /** The broker that leads a partition; undefined while there is none. */
  leaderOf(partition: number): number | undefined {
    const leader = this.#metadata?.partitions[partition]?.leader
    return leader === undefined || leader < 0 ? undefined : leader
  }

  /** The queue for a record: of the partition it names, of its key's, or of the one records without a key go to now. Throws KafkaError. */
  choose(key: RecordBytes, partition: number | undefined, valueBytes: number): PartitionQueue {
    const count = this.#metadata?.partitions.length ?? 0
    let chosen: number
    if (partition !== undefined) chosen = partition
    else if (this.#options.partitioner !== undefined)
      chosen = this.#options.partitioner({ topic: this.name, keyBytes: toBytes(key), partitionCount: count })
    else if (key !== null) chosen = partitionForKey(key, count)
    else chosen = this.#sticky(valueBytes)
    const queue = this.#partitions[chosen]
    if (queue === undefined || chosen >= count) {
      throw new KafkaError('INVALID_ARGUMENT', `topic "${this.name}" has the partitions 0 to ${count - 1}, not ${String(chosen)}.`)
    }
    return queue
  }

  /** As KIP-794: a random partition with a leader, for `stickyBytes`, then the next, so that batches fill. */
  #sticky(bytes: number): number {
    if (this.#stickyBytesLeft <= 0) {
      this.#stickyPartition = this.#randomPartition()
      this.#stickyBytesLeft = this.#options.stickyBytes
    }
    this.#stickyBytesLeft -= bytes
    return this.#stickyPartition
  }

  #randomPartition(): number {
    const partitions = this.#metadata?.partitions ?? []
    const available = partitions.filter(({ leader }) => leader >= 0)
    const candidates = available.length > 0 ? available : partitions
    return candidates[Math.floor(this.#options.random.float() * candidates.length)]?.partition ?? 0
  }
}

function toBytes(key: RecordBytes): Uint8Array | null {
  return typeof key === 'string' ? Buffer.from(key) : key
}

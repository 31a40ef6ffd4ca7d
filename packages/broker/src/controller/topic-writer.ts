import { MAX_TRANSACTION_OPERATIONS, type MetadataStore, type Operation } from '@kafka-ts/metadata'
import { KafkaError } from '@kafka-ts/protocol'
import type { TopicConfigOverrides } from '../config/topic-config.ts'
import type { TopicImage } from './cluster-image.ts'
import { commit } from './commit.ts'
import { encodeValue, type PartitionRecord, partitionKey, type TopicRecord, topicConfigKey, topicIdKey, topicKey } from './metadata-keys.ts'

/** Gives each new partition its replica. */
export type Placement = (count: number) => readonly PartitionRecord[]

/** Operations of a transaction kept for the topic's own keys. */
const OWN_OPERATIONS = 3
const PARTITIONS_A_STEP = MAX_TRANSACTION_OPERATIONS - OWN_OPERATIONS

/**
 * Writes topics and their partitions. Few partitions take one transaction. Many take steps: the topic's record first names the
 * target, each step writes more partitions, the last one makes them count. What a crash leaves half done, `resume` finishes.
 */
export class TopicWriter {
  readonly #store: MetadataStore
  readonly #place: Placement

  constructor(store: MetadataStore, place: Placement) {
    this.#store = store
    this.#place = place
  }

  /** Creates a topic; the revision at which it is complete. TOPIC_ALREADY_EXISTS when the name is taken. */
  async create(topic: {
    readonly name: string
    readonly id: string
    readonly partitions: number
    readonly overrides: TopicConfigOverrides
  }): Promise<number> {
    const { name, id, partitions, overrides } = topic
    const isOneStep = partitions <= PARTITIONS_A_STEP
    const record: TopicRecord = isOneStep ? { id, partitions } : { id, partitions: 0, targetPartitions: partitions }
    const success: Operation[] = [
      { type: 'put', key: topicKey(name), value: encodeValue(record) },
      { type: 'put', key: topicIdKey(id), value: encodeValue({ name }) },
    ]
    if (Object.keys(overrides).length > 0) success.push({ type: 'put', key: topicConfigKey(name), value: encodeValue(overrides) })
    if (isOneStep) success.push(...this.#partitionPuts(id, { from: 0, to: partitions }))
    const { succeeded, revision } = await commit(this.#store, {
      compares: [{ key: topicKey(name), target: 'version', equals: 0 }],
      success,
    })
    if (!succeeded) throw new KafkaError('TOPIC_ALREADY_EXISTS', `topic ${name} already exists`)
    return isOneStep ? revision : this.#fill(name, { id, from: 0, to: partitions, modRevision: revision })
  }

  /** Adds partitions up to `target`; the revision at which they count. */
  async grow(topic: TopicImage, target: number): Promise<number> {
    const growth = { id: topic.id, from: topic.partitions.length, to: target }
    if (target - growth.from <= PARTITIONS_A_STEP) return this.#fill(topic.name, { ...growth, modRevision: topic.modRevision })
    const record: TopicRecord = { id: topic.id, partitions: growth.from, targetPartitions: target }
    const modRevision = await this.#step(topic.name, topic.modRevision, [
      { type: 'put', key: topicKey(topic.name), value: encodeValue(record) },
    ])
    return this.#fill(topic.name, { ...growth, modRevision })
  }

  /** Finishes what a crash interrupted. Partitions that do not count yet hold nothing, so they may be written again. */
  async resume(topic: TopicImage): Promise<number> {
    const { name, id, partitions, targetPartitions, modRevision } = topic
    if (targetPartitions === undefined) return modRevision
    return this.#fill(name, { id, from: partitions.length, to: targetPartitions, modRevision })
  }

  async #fill(
    name: string,
    growth: { readonly id: string; readonly from: number; readonly to: number; readonly modRevision: number },
  ): Promise<number> {
    const { id, to, modRevision } = growth
    let from = growth.from
    for (; to - from > PARTITIONS_A_STEP; from += PARTITIONS_A_STEP) {
      await this.#step(name, modRevision, this.#partitionPuts(id, { from, to: from + PARTITIONS_A_STEP }))
    }
    const complete: TopicRecord = { id, partitions: to }
    return this.#step(name, modRevision, [
      { type: 'put', key: topicKey(name), value: encodeValue(complete) },
      ...this.#partitionPuts(id, { from, to }),
    ])
  }

  async #step(name: string, modRevision: number, success: readonly Operation[]): Promise<number> {
    const { succeeded, revision } = await commit(this.#store, {
      compares: [{ key: topicKey(name), target: 'modRevision', equals: modRevision }],
      success,
    })
    if (!succeeded) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic ${name} was changed or deleted meanwhile`)
    return revision
  }

  #partitionPuts(topicId: string, range: { readonly from: number; readonly to: number }): Operation[] {
    const records = this.#place(range.to - range.from)
    return records.map((record, index) => ({ type: 'put', key: partitionKey(topicId, range.from + index), value: encodeValue(record) }))
  }
}

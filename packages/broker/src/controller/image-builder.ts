import type { Entry, WatchEvent } from '@kafka-ts/metadata'
import { uuidFromString } from '@kafka-ts/protocol'
import type { GroupConfigOverrides } from '../config/group-config.ts'
import type { TopicConfigOverrides } from '../config/topic-config.ts'
import { type ClusterImage, type DeletionImage, emptyImage, type PartitionImage, type TopicImage } from './cluster-image.ts'
import {
  DELETION_PREFIX,
  type DeletionRecord,
  decodeValue,
  GROUP_CONFIG_PREFIX,
  PARTITION_PREFIX,
  type PartitionRecord,
  parsePartitionKey,
  TOPIC_CONFIG_PREFIX,
  TOPIC_PREFIX,
  type TopicRecord,
} from './metadata-keys.ts'

const noOverrides: TopicConfigOverrides = {}

/** Turns changes of keys into images. It remembers every key it needs; an image shows only what counts. */
export class ImageBuilder {
  readonly #topics = new Map<string, { readonly record: TopicRecord; readonly modRevision: number }>()
  readonly #partitions = new Map<string, Map<number, PartitionImage>>()
  readonly #overrides = new Map<string, TopicConfigOverrides>()
  readonly #deletions = new Map<string, DeletionImage>()
  readonly #groupConfigs = new Map<string, GroupConfigOverrides>()
  readonly #touchedTopics = new Set<string>()
  readonly #namesById = new Map<string, string>()
  #areGroupConfigsTouched = false
  #image = emptyImage

  /** The image after the last `build`. */
  get image(): ClusterImage {
    return this.#image
  }

  /** Takes note of a change; it shows in the image after the next `build`. */
  apply(event: WatchEvent): void {
    const key = event.type === 'put' ? event.entry.key : event.key
    const entry = event.type === 'put' ? event.entry : undefined
    if (key.startsWith(PARTITION_PREFIX)) this.#applyPartition(key, entry)
    else if (key.startsWith(TOPIC_PREFIX)) this.#applyTopic(key.slice(TOPIC_PREFIX.length), entry)
    else if (key.startsWith(TOPIC_CONFIG_PREFIX)) this.#applyConfig(key.slice(TOPIC_CONFIG_PREFIX.length), entry)
    else if (key.startsWith(GROUP_CONFIG_PREFIX)) this.#applyGroupConfig(key.slice(GROUP_CONFIG_PREFIX.length), entry)
    else if (key.startsWith(DELETION_PREFIX)) this.#applyDeletion(key.slice(DELETION_PREFIX.length), entry)
  }

  /** The image at `revision`, when every change up to it has been applied. */
  build(revision: number): ClusterImage {
    const previous = this.#image
    const deletions = new Map(this.#deletions)
    const groupConfigs = this.#areGroupConfigsTouched ? new Map(this.#groupConfigs) : previous.groupConfigs
    this.#areGroupConfigsTouched = false
    if (this.#touchedTopics.size === 0) {
      this.#image = { ...previous, revision, deletions, groupConfigs }
      return this.#image
    }
    const topics = new Map(previous.topics)
    const topicsById = new Map(previous.topicsById)
    for (const name of this.#touchedTopics) {
      const old = topics.get(name)
      if (old !== undefined) topicsById.delete(old.id)
      const topic = this.#buildTopic(name)
      if (topic === undefined) {
        topics.delete(name)
      } else {
        topics.set(name, topic)
        topicsById.set(topic.id, topic)
      }
    }
    this.#touchedTopics.clear()
    this.#image = { revision, topics, topicsById, deletions, groupConfigs }
    return this.#image
  }

  #buildTopic(name: string): TopicImage | undefined {
    const topic = this.#topics.get(name)
    if (topic === undefined) return undefined
    const { id, partitions: count, targetPartitions } = topic.record
    const known = this.#partitions.get(id)
    const partitions: PartitionImage[] = []
    for (let index = 0; index < count; index++) {
      const partition = known?.get(index)
      if (partition === undefined) throw new Error(`the metadata has no record of partition ${index} of topic ${name}`)
      partitions.push(partition)
    }
    const overrides = this.#overrides.get(name) ?? noOverrides
    return { name, id, idBytes: uuidFromString(id), partitions, targetPartitions, overrides, modRevision: topic.modRevision }
  }

  #applyTopic(name: string, entry: Entry | undefined): void {
    this.#touchedTopics.add(name)
    const old = this.#topics.get(name)
    if (old !== undefined) this.#namesById.delete(old.record.id)
    if (entry === undefined) {
      this.#topics.delete(name)
      return
    }
    const record = decodeValue<TopicRecord>(entry.value)
    this.#topics.set(name, { record, modRevision: entry.modRevision })
    this.#namesById.set(record.id, name)
  }

  #applyConfig(name: string, entry: Entry | undefined): void {
    this.#touchedTopics.add(name)
    if (entry === undefined) this.#overrides.delete(name)
    else this.#overrides.set(name, decodeValue<Record<string, string>>(entry.value))
  }

  #applyPartition(key: string, entry: Entry | undefined): void {
    const { topicId, partition } = parsePartitionKey(key)
    const name = this.#namesById.get(topicId)
    if (name !== undefined) this.#touchedTopics.add(name)
    const partitions = this.#partitions.get(topicId) ?? new Map<number, PartitionImage>()
    if (entry === undefined) {
      partitions.delete(partition)
      if (partitions.size === 0) this.#partitions.delete(topicId)
      return
    }
    partitions.set(partition, { ...decodeValue<PartitionRecord>(entry.value), partition, modRevision: entry.modRevision })
    this.#partitions.set(topicId, partitions)
  }

  #applyGroupConfig(groupId: string, entry: Entry | undefined): void {
    this.#areGroupConfigsTouched = true
    if (entry === undefined) this.#groupConfigs.delete(groupId)
    else this.#groupConfigs.set(groupId, decodeValue<Record<string, string>>(entry.value))
  }

  #applyDeletion(topicId: string, entry: Entry | undefined): void {
    if (entry === undefined) this.#deletions.delete(topicId)
    else this.#deletions.set(topicId, { topicId, ...decodeValue<DeletionRecord>(entry.value) })
  }
}

import { uuidToString } from '@kafka-ts/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import { type AnyTopic, rawTopic, resolveTopic, type TopicLike } from '../../topic.ts'
import type { TopicIdPartition } from './owned-partition.ts'

/** The topics of a subscription: what their ids are called, how their records are read, and which partitions there were when the member began. */
export class AssignedTopics {
  readonly #cluster: Cluster
  readonly #topics: readonly TopicLike[] | RegExp
  /** How many partitions each topic had at first, by the text of its id. */
  #firstCounts: ReadonlyMap<string, number> | undefined

  constructor(cluster: Cluster, topics: readonly TopicLike[] | RegExp) {
    this.#cluster = cluster
    this.#topics = topics
  }

  /** Learns what there is. Rejects with UNKNOWN_TOPIC_OR_PARTITION for a topic that does not exist. */
  async begin(signal: AbortSignal): Promise<void> {
    if (this.#firstCounts !== undefined) return
    const topics = this.#topics
    this.#firstCounts = topics instanceof RegExp ? await this.#countAll() : await this.#countNamed(topics, signal)
  }

  /** The topics of ids, with their metadata at hand; those that are not known (yet, or any more) are left out. */
  async find(partitions: readonly TopicIdPartition[], signal: AbortSignal): Promise<Map<string, AnyTopic>> {
    const { metadata, topicNames, config } = this.#cluster
    const found = this.#known()
    const unknown = new Map(
      partitions.filter(({ topicIdText }) => !found.has(topicIdText)).map(({ topicId, topicIdText }) => [topicIdText, topicId]),
    )
    if (unknown.size === 0) return found
    for (const [topicIdText, name] of await topicNames.of(unknown.values())) {
      const known = await metadata.ensureTopic(name, { timeoutMs: config.retryTimeoutMs, signal })
      if (known.topicIdText === topicIdText) found.set(topicIdText, this.#topicNamed(name))
      // The metadata are of an earlier topic of that name.
      else metadata.requestRefresh()
    }
    return found
  }

  /** Whether the partition came to be after the member began: then everything in it is new to the group. */
  isAdded({ topicIdText, partition }: TopicIdPartition): boolean {
    return partition >= (this.#firstCounts?.get(topicIdText) ?? 0)
  }

  async #countNamed(topics: readonly TopicLike[], signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const { metadata, config } = this.#cluster
    const ensure = { timeoutMs: config.retryTimeoutMs, signal }
    const known = await Promise.all(topics.map((topic) => metadata.ensureTopic(resolveTopic(topic).name, ensure)))
    return new Map(known.map(({ topicIdText, partitions }) => [topicIdText, partitions.length]))
  }

  async #countAll(): Promise<ReadonlyMap<string, number>> {
    const { topics } = await this.#cluster.retrying('metadata', {}, () => this.#cluster.metadata.query(null))
    return new Map(topics.map(({ topicId, partitions }) => [uuidToString(topicId), partitions.length]))
  }

  /** What needs no question: the topics that are subscribed to by name. */
  #known(): Map<string, AnyTopic> {
    const known = new Map<string, AnyTopic>()
    for (const topicLike of this.#topics instanceof RegExp ? [] : this.#topics) {
      const topic = resolveTopic(topicLike)
      const topicIdText = this.#cluster.metadata.topic(topic.name)?.topicIdText
      if (topicIdText !== undefined) known.set(topicIdText, topic)
    }
    return known
  }

  #topicNamed(name: string): AnyTopic {
    const topic = this.#topics instanceof RegExp ? undefined : this.#topics.find((candidate) => resolveTopic(candidate).name === name)
    return topic === undefined ? rawTopic(name) : resolveTopic(topic)
  }
}

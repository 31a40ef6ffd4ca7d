import type { Random } from '@kafka-ts/io'
import type { MetadataStore } from '@kafka-ts/metadata'
import { KafkaError, uuidToString } from '@kafka-ts/protocol'
import type { BrokerConfig } from '../config/broker-config.ts'
import { ConfigError } from '../config/config-type.ts'
import { type TopicConfigOverrides, validateTopicConfigs } from '../config/topic-config.ts'
import type { Logger } from '../logger.ts'
import { SerialQueue } from '../serial-queue.ts'
import { type ClusterImage, type TopicImage, usableTopic } from './cluster-image.ts'
import { commit } from './commit.ts'
import { type ConfigChange, type NextOverrides, replacedBy, updateGroupConfigs, updateTopicConfigs, withChanges } from './config-changes.ts'
import type { ImageFollower } from './image-follower.ts'
import { isInternalTopic } from './internal-topics.ts'
import { deletionKey, encodeValue, topicConfigKey, topicKey } from './metadata-keys.ts'
import { collisionKey, topicNameProblem } from './topic-names.ts'
import { type Placement, TopicWriter } from './topic-writer.ts'

/** Partitions of one topic at most: what one broker can be asked for by mistake has an end. */
export const MAX_PARTITIONS_PER_TOPIC = 100_000

/** A topic to be made. -1 stands for the broker's default. */
export interface NewTopic {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly overrides: TopicConfigOverrides
}

/** Something whose configs can be changed while the broker runs. */
export interface ConfigResource {
  readonly type: 'topic' | 'group'
  readonly name: string
}

export interface ControllerOptions {
  readonly store: MetadataStore
  readonly follower: ImageFollower
  readonly config: BrokerConfig
  readonly random: Random
  readonly place: Placement
  readonly logger: Logger
}

/**
 * Changes the cluster's metadata. One change at a time; each answer comes after this broker's own image has it, so that whoever
 * asked finds what it made. Refusals are thrown as `KafkaError`.
 */
export class Controller {
  readonly #options: ControllerOptions
  readonly #writer: TopicWriter
  readonly #changes = new SerialQueue()

  constructor(options: ControllerOptions) {
    this.#options = options
    this.#writer = new TopicWriter(options.store, options.place)
  }

  get image(): ClusterImage {
    return this.#options.follower.image
  }

  /** Finishes topics that a crash left half made. */
  async resumeUnfinished(): Promise<void> {
    for (const topic of this.image.topics.values()) {
      if (topic.targetPartitions === undefined) continue
      this.#options.logger.info(
        { topic: topic.name, partitions: topic.targetPartitions },
        'finishing a topic whose creation was interrupted',
      )
      await this.#change(() => this.#writer.resume(topic))
    }
  }

  /** Creates a topic, or only checks that it could be. */
  createTopic(topic: NewTopic, options: { readonly validateOnly: boolean }): Promise<{ readonly id: string; readonly partitions: number }> {
    return this.#changes.run(async () => {
      this.#checkNewTopic(topic)
      const { values } = this.#options.config
      const partitions = topic.partitions === -1 ? values['num.partitions'] : topic.partitions
      const id = uuidToString(this.#options.random.uuid())
      if (!options.validateOnly) {
        await this.#applied(await this.#writer.create({ name: topic.name, id, partitions, overrides: topic.overrides }))
        this.#options.logger.info({ topic: topic.name, partitions }, 'created a topic')
      }
      return { id, partitions }
    })
  }

  /** Deletes a topic for everybody at once; its logs go in the background. */
  deleteTopic(name: string): Promise<void> {
    return this.#change(async () => {
      const topic = this.image.topics.get(name)
      if (topic === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${name}`)
      const partitions = topic.targetPartitions ?? topic.partitions.length
      const { succeeded, revision } = await commit(this.#options.store, {
        compares: [{ key: topicKey(name), target: 'modRevision', equals: topic.modRevision }],
        success: [
          { type: 'put', key: deletionKey(topic.id), value: encodeValue({ name, partitions }) },
          { type: 'delete', key: topicKey(name) },
          { type: 'delete', key: topicConfigKey(name) },
        ],
      })
      if (!succeeded) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic ${name} was changed or deleted meanwhile`)
      this.#options.logger.info({ topic: name }, 'deleted a topic')
      return revision
    })
  }

  /** Adds partitions until there are `total`. */
  createPartitions(name: string, total: number, options: { readonly validateOnly: boolean }): Promise<void> {
    return this.#change(async () => {
      const topic = this.#ensureTopic(name)
      // The number of its partitions says in which of them the state of a group lies.
      if (isInternalTopic(name)) throw new KafkaError('INVALID_REQUEST', `the number of partitions of ${name} cannot change`)
      const present = topic.partitions.length
      if (total <= present)
        throw new KafkaError(
          'INVALID_PARTITIONS',
          `topic ${name} has ${present} partitions already; the number can only grow, to more than ${total}`,
        )
      if (total > MAX_PARTITIONS_PER_TOPIC)
        throw new KafkaError('INVALID_PARTITIONS', `a topic has at most ${MAX_PARTITIONS_PER_TOPIC} partitions`)
      return options.validateOnly ? topic.modRevision : this.#writer.grow(topic, total)
    })
  }

  /** Changes the configs somebody set on a topic or a group. */
  alterConfigs(resource: ConfigResource, changes: readonly ConfigChange[], options: { readonly validateOnly: boolean }): Promise<void> {
    return this.#updateConfigs(resource, withChanges(changes), options)
  }

  /** Sets the configs of a topic or a group; those not given go back to their defaults. */
  replaceConfigs(
    resource: ConfigResource,
    configs: readonly Pick<ConfigChange, 'name' | 'value'>[],
    options: { readonly validateOnly: boolean },
  ): Promise<void> {
    return this.#updateConfigs(resource, replacedBy(configs), options)
  }

  /** Resolves when no change is under way. */
  idle(): Promise<void> {
    return this.#changes.idle()
  }

  #updateConfigs(resource: ConfigResource, nextOverrides: NextOverrides, options: { readonly validateOnly: boolean }): Promise<void> {
    const { store, config } = this.#options
    const update = { store, config, nextOverrides, ...options }
    return this.#change(() =>
      resource.type === 'topic' ? updateTopicConfigs(this.#ensureTopic(resource.name), update) : updateGroupConfigs(resource.name, update),
    )
  }

  #change(task: () => Promise<number>): Promise<void> {
    return this.#changes.run(async () => this.#applied(await task()))
  }

  #applied(revision: number): Promise<void> {
    return this.#options.follower.whenApplied(revision)
  }

  #ensureTopic(name: string): TopicImage {
    const topic = usableTopic(this.image, name)
    if (topic === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${name}`)
    return topic
  }

  #checkNewTopic({ name, partitions, replicationFactor, overrides }: NewTopic): void {
    const problem = topicNameProblem(name)
    if (problem !== undefined) throw new KafkaError('INVALID_TOPIC_EXCEPTION', problem)
    if (this.image.topics.has(name)) throw new KafkaError('TOPIC_ALREADY_EXISTS', `topic ${name} already exists`)
    this.#checkCollision(name)
    if (partitions !== -1 && (partitions < 1 || partitions > MAX_PARTITIONS_PER_TOPIC)) {
      throw new KafkaError('INVALID_PARTITIONS', `a topic has 1 to ${MAX_PARTITIONS_PER_TOPIC} partitions, not ${partitions}`)
    }
    if (replicationFactor !== -1 && replicationFactor !== 1) {
      throw new KafkaError(
        'INVALID_REPLICATION_FACTOR',
        `this cluster has one broker, so the replication factor can only be 1, not ${replicationFactor}`,
      )
    }
    try {
      validateTopicConfigs(overrides)
    } catch (error) {
      if (error instanceof ConfigError) throw new KafkaError('INVALID_CONFIG', error.message, { cause: error })
      throw error
    }
  }

  #checkCollision(name: string): void {
    if (!/[._]/.test(name)) return
    const key = collisionKey(name)
    for (const other of this.image.topics.keys()) {
      if (collisionKey(other) === key)
        throw new KafkaError('INVALID_TOPIC_EXCEPTION', `topic ${name} collides with ${other}: "." and "_" count as the same`)
    }
  }
}

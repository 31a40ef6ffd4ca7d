import { TaskLimit } from '@kafka-ts/io'
import { uuidFromString } from '@kafka-ts/protocol'
import type { BrokerConfig } from '../config/broker-config.ts'
import { resolveTopicConfig, type TopicConfig, toLogConfig } from '../config/topic-config.ts'
import type { ClusterImage, DeletionImage, PartitionImage, TopicImage } from '../controller/cluster-image.ts'
import type { Logger } from '../logger.ts'
import type { HostedDirectory, LogDirectories } from './log-directories.ts'
import { describeDamage, Partition, type PartitionPlace, type PartitionShared } from './partition.ts'

export interface PartitionTableOptions {
  readonly config: BrokerConfig
  readonly directories: LogDirectories
  readonly shared: PartitionShared
  readonly logger: Logger
}

interface HostedTopic {
  readonly image: TopicImage
  readonly partitions: readonly Partition[]
}

/** Logs removed at one time: each is a rename and a few deletions. */
const MAX_CONCURRENT_REMOVALS = 8

/** The partitions on this broker, kept as the cluster image says. The one place that finds a partition by its topic id and number. */
export class PartitionTable {
  readonly #options: PartitionTableOptions
  readonly #topics = new Map<string, HostedTopic>()

  constructor(options: PartitionTableOptions) {
    this.#options = options
    options.directories.onOffline((directory) => this.#takeOffline(directory))
  }

  /** The partitions of a topic by their numbers. */
  topic(topicId: string): readonly Partition[] | undefined {
    return this.#topics.get(topicId)?.partitions
  }

  find(topicId: string, partition: number): Partition | undefined {
    return this.#topics.get(topicId)?.partitions[partition]
  }

  *all(): Iterable<Partition> {
    for (const { partitions } of this.#topics.values()) yield* partitions
  }

  /** Makes the table what `image` says. Topics whose image did not change are not looked at. */
  apply(image: ClusterImage): void {
    for (const [topicId, hosted] of this.#topics) {
      if (!image.topicsById.has(topicId)) this.#drop(topicId, hosted)
    }
    for (const topic of image.topicsById.values()) {
      const hosted = this.#topics.get(topic.id)
      if (hosted?.image !== topic) this.#host(topic, hosted)
    }
  }

  /** Removes every log of a deleted topic from disk. Throws `StorageError`. */
  async removeLogs({ topicId, name, partitions }: DeletionImage): Promise<void> {
    const limit = new TaskLimit(MAX_CONCURRENT_REMOVALS)
    const idBytes = uuidFromString(topicId)
    const directories = this.#options.directories.all
    const removals = Array.from({ length: partitions }, (_, partition) => ({ topic: name, topicId: idBytes, partition }))
    await Promise.all(directories.flatMap((directory) => removals.map((id) => limit.run(() => directory.removeLog(id)))))
  }

  /** Resolves when no append is being re-encoded. */
  async idle(): Promise<void> {
    for (const partition of this.all()) await partition.idle()
  }

  #host(topic: TopicImage, hosted: HostedTopic | undefined): void {
    const config = resolveTopicConfig(topic.overrides, this.#options.config)
    const partitions = topic.partitions.map((image) => hosted?.partitions[image.partition] ?? this.#open(topic, image, config))
    if (hosted !== undefined && hosted.image.overrides !== topic.overrides) {
      for (const partition of hosted.partitions) partition.updateConfig(config)
    }
    this.#topics.set(topic.id, { image: topic, partitions })
  }

  #open(topic: TopicImage, { partition, leaderEpoch, directoryId }: PartitionImage, config: TopicConfig): Partition {
    const place = this.#place(topic, { partition, leaderEpoch, directoryId, config })
    const { shared } = this.#options
    return new Partition({ topic: topic.name, topicId: topic.id, partition, leaderEpoch, config, place, shared })
  }

  #place(
    topic: TopicImage,
    wanted: Pick<PartitionImage, 'partition' | 'leaderEpoch' | 'directoryId'> & { readonly config: TopicConfig },
  ): PartitionPlace {
    const { partition, leaderEpoch, directoryId, config } = wanted
    const directory = this.#options.directories.byId(directoryId)
    const offlineReason =
      directory === undefined
        ? `its data directory (id ${directoryId}) is not one of log.dirs, or could not be opened`
        : directory.offlineReason
    if (directory === undefined || offlineReason !== undefined) return this.#offline(topic, partition, offlineReason ?? 'offline')
    const log = directory.openLog({ topic: topic.name, topicId: topic.idBytes, partition }, toLogConfig(config))
    if (log.damage !== undefined) return this.#offline(topic, partition, describeDamage(log.damage))
    // The one field of a batch that no checksum covers in a tail that a crash left: nothing may be appended behind such a batch.
    if (log.leaderEpoch > leaderEpoch) {
      return this.#offline(topic, partition, `its log has leader epoch ${log.leaderEpoch}, but the metadata know none above ${leaderEpoch}`)
    }
    return { log, directory }
  }

  #offline(topic: TopicImage, partition: number, offlineReason: string): PartitionPlace {
    this.#options.logger.error({ topic: topic.name, partition, reason: offlineReason }, 'a partition is offline')
    return { offlineReason }
  }

  #drop(topicId: string, { partitions }: HostedTopic): void {
    this.#topics.delete(topicId)
    for (const partition of partitions) partition.markDeleted()
  }

  #takeOffline(directory: HostedDirectory): void {
    for (const partition of this.all()) {
      if (partition.directory === directory) partition.goOffline(directory.offlineReason ?? 'its data directory failed')
    }
  }
}

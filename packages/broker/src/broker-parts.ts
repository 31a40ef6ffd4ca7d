import { join, resolve } from 'node:path'
import { type Doors, TaskLimit } from '@kafka-ts/io'
import { type MetadataStore, openEmbeddedMetadataStore } from '@kafka-ts/metadata'
import { uuidToString } from '@kafka-ts/protocol'
import type { Closers } from './closers.ts'
import type { BrokerConfig } from './config/broker-config.ts'
import { ensureClusterId } from './controller/cluster-id.ts'
import { emptyImage } from './controller/cluster-image.ts'
import { Controller } from './controller/controller.ts'
import { ImageFollower } from './controller/image-follower.ts'
import { raiseLeaderEpochs } from './controller/leader-epochs.ts'
import { ProducerIds } from './controller/producer-ids.ts'
import { TopicDeletions } from './controller/topic-deletions.ts'
import { GroupCoordinator } from './coordinator/group/group-coordinator.ts'
import type { BrokerCore } from './core.ts'
import type { Logger } from './logger.ts'
import { Compaction } from './partition/compaction.ts'
import { DelayedOperations } from './partition/delayed-operations.ts'
import { DiskSpace } from './partition/disk-space.ts'
import { LogDirectories } from './partition/log-directories.ts'
import { PartitionTable } from './partition/partition-table.ts'
import { placePartitions } from './partition/placement.ts'
import { Retention } from './partition/retention.ts'
import { Scrub } from './partition/scrub.ts'
import { AdvertisedAddresses, parseListener } from './server/listener-address.ts'
import { version } from './version.ts'

/** What a broker is made of, but for its listeners. */
export interface BrokerParts {
  readonly core: BrokerCore
  readonly doors: Doors
}

interface PartOptions {
  readonly doors: Doors
  readonly config: BrokerConfig
  readonly logger: Logger
}

/** In the first data directory, whose lock it lives under. */
const METADATA_DIRECTORY = 'metadata'
/** Batches opened at one time: with the bound on their size this bounds the memory that decompression takes. */
const MAX_OPEN_BATCHES = 4
/** Searches for an offset by time under way at one time. */
const MAX_LOOKUPS = 16

/** Starts everything behind the listeners, from the disk up; each part adds how it is stopped. */
export async function startParts(options: PartOptions, closers: Closers): Promise<BrokerParts> {
  const { doors, config, logger } = options
  const { values } = config
  const nodeId = values['node.id']
  const listeners = values.listeners.map((text) => parseListener('listeners', text))
  const advertised = new AdvertisedAddresses(
    listeners,
    values['advertised.listeners'].map((text) => parseListener('advertised.listeners', text)),
  )
  if (values.durability === 'page') {
    logger.warn(
      {},
      'durability=page: records are acknowledged before they are on disk, so a power cut can lose them; durability=commit does not',
    )
  }
  const { directories, store, clusterId } = await openStorage(options, closers)
  const follower = await follow(store, nodeId, closers)
  const delayed = new DelayedOperations(doors.clock)
  closers.add(() => delayed.close())
  const partitions = hostPartitions(options, { directories, follower })
  closers.add(() => partitions.idle())
  const place = (count: number) => placePartitions(count, { nodeId, directories, image: follower.image })
  const controller = new Controller({ store, follower, config, random: doors.random, place, logger })
  closers.add(() => controller.idle())
  await controller.resumeUnfinished()
  const groups = coordinateGroups(options, { controller, partitions, follower }, closers)
  startBackground(options, { directories, partitions, store, follower }, closers)
  const startTimeMs = doors.clock.now()
  return {
    doors,
    core: {
      nodeId,
      clusterId,
      version,
      startTimeMs,
      config,
      clock: doors.clock,
      logger,
      controller,
      producerIds: new ProducerIds({ store, random: doors.random }),
      groups,
      partitions,
      directories,
      delayed,
      advertised,
    },
  }
}

/** The data directories, and the metadata that lies in the first of them. */
async function openStorage({ doors, config, logger }: PartOptions, closers: Closers) {
  const paths = [...new Set(config.values['log.dirs'].map((path) => resolve(path)))]
  const directories = await LogDirectories.open({ paths, doors, config, logger })
  closers.add(() => directories.close())
  const directory = join(paths[0] ?? '', METADATA_DIRECTORY)
  const store = await openEmbeddedMetadataStore({ clock: doors.clock, disk: doors.disk, directory })
  closers.add(() => store.close())
  return { directories, store, clusterId: await ensureClusterId(store, directories.clusterId ?? uuidToString(doors.random.uuid())) }
}

/** Follows the metadata; every partition led here is in a new leader epoch when this resolves. */
async function follow(store: MetadataStore, nodeId: number, closers: Closers): Promise<ImageFollower> {
  const follower = new ImageFollower(store)
  closers.add(() => follower.close())
  await follower.start()
  await follower.whenApplied(await raiseLeaderEpochs(store, follower.image, nodeId))
  return follower
}

function hostPartitions(
  { doors, config, logger }: PartOptions,
  at: { readonly directories: LogDirectories; readonly follower: ImageFollower },
): PartitionTable {
  const { values } = config
  const opening = new TaskLimit(MAX_OPEN_BATCHES)
  const limits = { validation: values['record.validation'], maxDecompressedBytes: values['max.decompressed.batch.bytes'], opening }
  const shared = { clock: doors.clock, compression: doors.compression, limits, lookups: new TaskLimit(MAX_LOOKUPS), logger }
  const partitions = new PartitionTable({ config, directories: at.directories, shared, logger })
  partitions.apply(at.follower.image)
  at.follower.onImage((image) => partitions.apply(image))
  return partitions
}

/** The groups' state is read while the broker goes on starting: clients are told to wait for it. */
function coordinateGroups(
  { doors, config, logger }: PartOptions,
  parts: { readonly controller: Controller; readonly partitions: PartitionTable; readonly follower: ImageFollower },
  closers: Closers,
): GroupCoordinator {
  const { controller, partitions, follower } = parts
  const { clock, compression, random } = doors
  const groups = new GroupCoordinator({ controller, partitions, clock, compression, random, config, logger })
  closers.add(() => groups.close())
  groups.onImage(follower.image, emptyImage)
  follower.onImage((image, previous) => groups.onImage(image, previous))
  return groups
}

/** What goes on by itself: retention, compaction, scrubbing, free space, the end of deletions. */
function startBackground(
  { doors, config, logger }: PartOptions,
  parts: {
    readonly directories: LogDirectories
    readonly partitions: PartitionTable
    readonly store: MetadataStore
    readonly follower: ImageFollower
  },
  closers: Closers,
): void {
  const { directories, partitions, store, follower } = parts
  const { values } = config
  const { clock } = doors
  const deletions = new TopicDeletions({ store, logger, removeLogs: (deletion) => partitions.removeLogs(deletion) })
  closers.add(() => deletions.close())
  deletions.onImage(follower.image)
  follower.onImage((image) => deletions.onImage(image))
  const retention = new Retention({ partitions, clock, logger, intervalMs: values['log.retention.check.interval.ms'] })
  closers.add(() => retention.close())
  retention.start()
  const compaction = new Compaction({ partitions, doors, values, logger })
  closers.add(() => compaction.close())
  compaction.start()
  const scrub = new Scrub({
    partitions,
    clock,
    logger,
    intervalMs: values['log.scrub.interval.ms'],
    bytesPerSecond: values['log.scrub.io.max.bytes.per.second'],
  })
  closers.add(() => scrub.close())
  scrub.start()
  const minFreeBytes = values['min.free.bytes']
  const diskSpace = new DiskSpace({ directories, clock, logger, minFreeBytes, checkIntervalMs: values['min.free.check.interval.ms'] })
  closers.add(() => diskSpace.close())
  diskSpace.start()
}

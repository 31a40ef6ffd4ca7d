import type { Clock } from '@kafka-ts/io'
import type { BrokerConfig } from './config/broker-config.ts'
import type { Controller } from './controller/controller.ts'
import type { ProducerIds } from './controller/producer-ids.ts'
import type { GroupCoordinator } from './coordinator/group/group-coordinator.ts'
import type { Logger } from './logger.ts'
import type { DelayedOperations } from './partition/delayed-operations.ts'
import type { LogDirectories } from './partition/log-directories.ts'
import type { PartitionTable } from './partition/partition-table.ts'
import type { AdvertisedAddresses } from './server/listener-address.ts'

/** What the handlers of both protocols work with. No type of a protocol appears below it. */
export interface BrokerCore {
  readonly nodeId: number
  readonly clusterId: string
  /** Of this program. */
  readonly version: string
  /** Wall clock, milliseconds. */
  readonly startTimeMs: number
  readonly config: BrokerConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly controller: Controller
  readonly producerIds: ProducerIds
  readonly groups: GroupCoordinator
  readonly partitions: PartitionTable
  readonly directories: LogDirectories
  readonly delayed: DelayedOperations
  readonly advertised: AdvertisedAddresses
}

import type { ApiName, Apis } from '@kafka-ts/protocol'
import { handleConsumerGroupHeartbeat } from '../handlers/consumer-group-heartbeat.ts'
import { handleCreatePartitions } from '../handlers/create-partitions.ts'
import { handleCreateTopics } from '../handlers/create-topics.ts'
import { handleDeleteGroups } from '../handlers/delete-groups.ts'
import { handleDeleteRecords } from '../handlers/delete-records.ts'
import { handleDeleteTopics } from '../handlers/delete-topics.ts'
import { handleDescribeCluster } from '../handlers/describe-cluster.ts'
import { handleDescribeConfigs } from '../handlers/describe-configs.ts'
import { handleDescribeGroups } from '../handlers/describe-groups.ts'
import { handleDescribeLogDirs } from '../handlers/describe-log-dirs.ts'
import { handleFetch } from '../handlers/fetch.ts'
import { handleFindCoordinator } from '../handlers/find-coordinator.ts'
import type { Handler } from '../handlers/handler.ts'
import { handleHello } from '../handlers/hello.ts'
import { handleIncrementalAlterConfigs } from '../handlers/incremental-alter-configs.ts'
import { handleInitProducerId } from '../handlers/init-producer-id.ts'
import { handleListGroups } from '../handlers/list-groups.ts'
import { handleListOffsets } from '../handlers/list-offsets.ts'
import { handleMetadata } from '../handlers/metadata.ts'
import { handleOffsetCommit } from '../handlers/offset-commit.ts'
import { handleOffsetDelete } from '../handlers/offset-delete.ts'
import { handleOffsetFetch } from '../handlers/offset-fetch.ts'
import { handleProduce } from '../handlers/produce.ts'

/** Who answers each API of the native protocol. An API without a handler does not compile. */
export const nativeHandlers: { readonly [Name in ApiName]: Handler<Apis[Name]> } = {
  consumerGroupHeartbeat: handleConsumerGroupHeartbeat,
  createPartitions: handleCreatePartitions,
  createTopics: handleCreateTopics,
  deleteGroups: handleDeleteGroups,
  deleteRecords: handleDeleteRecords,
  deleteTopics: handleDeleteTopics,
  describeCluster: handleDescribeCluster,
  describeConfigs: handleDescribeConfigs,
  describeGroups: handleDescribeGroups,
  describeLogDirs: handleDescribeLogDirs,
  fetch: handleFetch,
  findCoordinator: handleFindCoordinator,
  hello: handleHello,
  incrementalAlterConfigs: handleIncrementalAlterConfigs,
  initProducerId: handleInitProducerId,
  listGroups: handleListGroups,
  listOffsets: handleListOffsets,
  metadata: handleMetadata,
  offsetCommit: handleOffsetCommit,
  offsetDelete: handleOffsetDelete,
  offsetFetch: handleOffsetFetch,
  produce: handleProduce,
}

import { type AnyApi, apiRange, type KafkaApiName, type KafkaApis, kafkaApis } from '@kafka-ts/kafka-wire'
import { handleAlterConfigs } from './handlers/alter-configs.ts'
import { apiVersionsHandler } from './handlers/api-versions.ts'
import { handleConsumerGroupDescribe } from './handlers/consumer-group-describe.ts'
import { handleConsumerGroupHeartbeat } from './handlers/consumer-group-heartbeat.ts'
import { handleCreatePartitions } from './handlers/create-partitions.ts'
import { handleCreateTopics } from './handlers/create-topics.ts'
import { handleDeleteGroups } from './handlers/delete-groups.ts'
import { handleDeleteRecords } from './handlers/delete-records.ts'
import { handleDeleteTopics } from './handlers/delete-topics.ts'
import { handleDescribeCluster } from './handlers/describe-cluster.ts'
import { handleDescribeConfigs } from './handlers/describe-configs.ts'
import { handleDescribeGroups } from './handlers/describe-groups.ts'
import { handleDescribeLogDirs } from './handlers/describe-log-dirs.ts'
import { handleFetch } from './handlers/fetch.ts'
import { handleFindCoordinator } from './handlers/find-coordinator.ts'
import { handleHeartbeat } from './handlers/heartbeat.ts'
import { handleIncrementalAlterConfigs } from './handlers/incremental-alter-configs.ts'
import { handleInitProducerId } from './handlers/init-producer-id.ts'
import { handleJoinGroup } from './handlers/join-group.ts'
import type { KafkaHandler } from './handlers/kafka-handler.ts'
import { handleLeaveGroup } from './handlers/leave-group.ts'
import { handleListGroups } from './handlers/list-groups.ts'
import { handleListOffsets } from './handlers/list-offsets.ts'
import { handleMetadata } from './handlers/metadata.ts'
import { handleOffsetCommit } from './handlers/offset-commit.ts'
import { handleOffsetDelete } from './handlers/offset-delete.ts'
import { handleOffsetFetch } from './handlers/offset-fetch.ts'
import { handleOffsetForLeaderEpoch } from './handlers/offset-for-leader-epoch.ts'
import { handleProduce } from './handlers/produce.ts'
import { handleSyncGroup } from './handlers/sync-group.ts'

/** Who answers each API, but for ApiVersions. */
const handlers: { readonly [Name in KafkaApiName]?: KafkaHandler<KafkaApis[Name]> } = {
  alterConfigs: handleAlterConfigs,
  consumerGroupDescribe: handleConsumerGroupDescribe,
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
  heartbeat: handleHeartbeat,
  incrementalAlterConfigs: handleIncrementalAlterConfigs,
  initProducerId: handleInitProducerId,
  joinGroup: handleJoinGroup,
  leaveGroup: handleLeaveGroup,
  listGroups: handleListGroups,
  listOffsets: handleListOffsets,
  metadata: handleMetadata,
  offsetCommit: handleOffsetCommit,
  offsetDelete: handleOffsetDelete,
  offsetFetch: handleOffsetFetch,
  offsetForLeaderEpoch: handleOffsetForLeaderEpoch,
  produce: handleProduce,
  syncGroup: handleSyncGroup,
}

/** The APIs that are answered, in the order of Kafka's numbers: what has no handler is not advertised. */
export const answeredApis: readonly AnyApi[] = Object.entries(kafkaApis)
  .filter(([name]) => name === 'apiVersions' || Object.hasOwn(handlers, name))
  .map(([, api]) => api)

/** Who answers each API, by its number. */
export const kafkaHandlers: ReadonlyMap<number, KafkaHandler<AnyApi>> = new Map([
  ...(Object.entries(handlers) as [KafkaApiName, KafkaHandler<AnyApi>][]).map(([name, handler]): [number, KafkaHandler<AnyApi>] => [
    kafkaApis[name].key,
    handler,
  ]),
  [kafkaApis.apiVersions.key, apiVersionsHandler(answeredApis.map(apiRange)) as KafkaHandler<AnyApi>],
])

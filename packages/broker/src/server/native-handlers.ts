import type { ApiName, Apis } from '@kafka-ts/protocol'
import { handleCreatePartitions } from '../handlers/create-partitions.ts'
import { handleCreateTopics } from '../handlers/create-topics.ts'
import { handleDeleteRecords } from '../handlers/delete-records.ts'
import { handleDeleteTopics } from '../handlers/delete-topics.ts'
import { handleDescribeCluster } from '../handlers/describe-cluster.ts'
import { handleDescribeConfigs } from '../handlers/describe-configs.ts'
import { handleDescribeLogDirs } from '../handlers/describe-log-dirs.ts'
import { handleFetch } from '../handlers/fetch.ts'
import type { Handler } from '../handlers/handler.ts'
import { handleHello } from '../handlers/hello.ts'
import { handleIncrementalAlterConfigs } from '../handlers/incremental-alter-configs.ts'
import { handleInitProducerId } from '../handlers/init-producer-id.ts'
import { handleListOffsets } from '../handlers/list-offsets.ts'
import { handleMetadata } from '../handlers/metadata.ts'
import { handleProduce } from '../handlers/produce.ts'

/** Who answers each API of the native protocol. An API without a handler does not compile. */
export const nativeHandlers: { readonly [Name in ApiName]: Handler<Apis[Name]> } = {
  createPartitions: handleCreatePartitions,
  createTopics: handleCreateTopics,
  deleteRecords: handleDeleteRecords,
  deleteTopics: handleDeleteTopics,
  describeCluster: handleDescribeCluster,
  describeConfigs: handleDescribeConfigs,
  describeLogDirs: handleDescribeLogDirs,
  fetch: handleFetch,
  hello: handleHello,
  incrementalAlterConfigs: handleIncrementalAlterConfigs,
  initProducerId: handleInitProducerId,
  listOffsets: handleListOffsets,
  metadata: handleMetadata,
  produce: handleProduce,
}

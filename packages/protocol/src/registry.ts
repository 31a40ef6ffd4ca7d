import type { AnyApi } from './api.ts'
import { consumerGroupHeartbeat } from './apis/consumer-group-heartbeat.ts'
import { createPartitions } from './apis/create-partitions.ts'
import { createTopics } from './apis/create-topics.ts'
import { deleteGroups } from './apis/delete-groups.ts'
import { deleteRecords } from './apis/delete-records.ts'
import { deleteTopics } from './apis/delete-topics.ts'
import { describeCluster } from './apis/describe-cluster.ts'
import { describeConfigs } from './apis/describe-configs.ts'
import { describeGroups } from './apis/describe-groups.ts'
import { describeLogDirs } from './apis/describe-log-dirs.ts'
import { fetch } from './apis/fetch.ts'
import { findCoordinator } from './apis/find-coordinator.ts'
import { hello } from './apis/hello.ts'
import { incrementalAlterConfigs } from './apis/incremental-alter-configs.ts'
import { initProducerId } from './apis/init-producer-id.ts'
import { listGroups } from './apis/list-groups.ts'
import { listOffsets } from './apis/list-offsets.ts'
import { metadata } from './apis/metadata.ts'
import { offsetCommit } from './apis/offset-commit.ts'
import { offsetDelete } from './apis/offset-delete.ts'
import { offsetFetch } from './apis/offset-fetch.ts'
import { produce } from './apis/produce.ts'

/** Every API of the native protocol, by name. */
export const apis = {
  produce,
  fetch,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  findCoordinator,
  describeGroups,
  listGroups,
  hello,
  createTopics,
  deleteTopics,
  deleteRecords,
  describeConfigs,
  describeLogDirs,
  initProducerId,
  createPartitions,
  deleteGroups,
  incrementalAlterConfigs,
  offsetDelete,
  describeCluster,
  consumerGroupHeartbeat,
} as const

/** All of `apis`. */
export type Apis = typeof apis
export type ApiName = keyof Apis

const byKey = new Map<number, AnyApi>(Object.values(apis).map((api): [number, AnyApi] => [api.key, api]))

/** The API of a number, undefined where there is none. */
export function apiByKey(key: number): AnyApi | undefined {
  return byKey.get(key)
}

import type { AnyApi } from './api.ts'
import { createPartitions } from './apis/create-partitions.ts'
import { createTopics } from './apis/create-topics.ts'
import { deleteRecords } from './apis/delete-records.ts'
import { deleteTopics } from './apis/delete-topics.ts'
import { describeCluster } from './apis/describe-cluster.ts'
import { describeConfigs } from './apis/describe-configs.ts'
import { describeLogDirs } from './apis/describe-log-dirs.ts'
import { fetch } from './apis/fetch.ts'
import { hello } from './apis/hello.ts'
import { incrementalAlterConfigs } from './apis/incremental-alter-configs.ts'
import { initProducerId } from './apis/init-producer-id.ts'
import { listOffsets } from './apis/list-offsets.ts'
import { metadata } from './apis/metadata.ts'
import { produce } from './apis/produce.ts'

/** Every API of the native protocol, by name. */
export const apis = {
  produce,
  fetch,
  listOffsets,
  metadata,
  hello,
  createTopics,
  deleteTopics,
  deleteRecords,
  describeConfigs,
  describeLogDirs,
  initProducerId,
  createPartitions,
  incrementalAlterConfigs,
  describeCluster,
} as const

/** All of `apis`. */
export type Apis = typeof apis
export type ApiName = keyof Apis

const byKey = new Map<number, AnyApi>(Object.values(apis).map((api): [number, AnyApi] => [api.key, api]))

/** The API of a number, undefined where there is none. */
export function apiByKey(key: number): AnyApi | undefined {
  return byKey.get(key)
}

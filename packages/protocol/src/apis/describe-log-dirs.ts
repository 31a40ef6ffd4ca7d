import { defineApi } from '../api.ts'
import { array, boolean, type Infer, int16, int32, int64, nullable, string, struct } from '../schema.ts'
import { MAX_LOG_DIRS, MAX_PARTITIONS, MAX_TOPICS } from './limits.ts'

const request = struct({
  /** null: every partition of the broker. `partitions` null: all of the topic. */
  topics: nullable(array(struct({ name: string, partitions: nullable(array(int32, MAX_PARTITIONS)) }), MAX_TOPICS)),
})

const partition = struct({
  partition: int32,
  /** Bytes of its segments. */
  size: int64,
  /** How far the log end is behind the high watermark, or behind the current replica's end for a future one. */
  offsetLag: int64,
  /** Being filled to take the place of a replica in another directory. */
  isFuture: boolean,
})

const logDir = struct({
  errorCode: int16,
  path: string,
  topics: array(struct({ name: string, partitions: array(partition, MAX_PARTITIONS) }), MAX_TOPICS),
  /** Of the file system; -1: not known (KIP-827). */
  totalBytes: int64,
  usableBytes: int64,
})

const response = struct({ logDirs: array(logDir, MAX_LOG_DIRS) })

/**
 * The log directories of the broker that is asked, and what each partition takes there (KIP-113, KIP-827).
 *
 * Errors of a directory: KAFKA_STORAGE_ERROR (offline). Of the whole: CLUSTER_AUTHORIZATION_FAILED.
 */
export const describeLogDirs = defineApi({ key: 35, name: 'describeLogDirs', minVersion: 0, maxVersion: 0, request, response })

export type DescribeLogDirsRequest = Infer<typeof request>
export type DescribeLogDirsResponse = Infer<typeof response>
export type DescribedLogDir = Infer<typeof logDir>

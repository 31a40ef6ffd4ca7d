import { DiskError } from '@kafka-ts/io'
import type { ErrorName } from '@kafka-ts/protocol'

/**
 * What can go wrong with a log or its directory.
 *
 * - `OFFSET_OUT_OF_RANGE`: a read outside of what the log holds.
 * - `CORRUPT`: bytes on disk failed a checksum; they were not served.
 * - `DISK_FULL`: an append found no space; nothing of it is kept, and a later one may succeed.
 * - `DAMAGED`: the log has damage below its durable point and refuses reads and appends; see `Log.damage`.
 * - `OFFLINE`: a write or an fsync of the directory failed, or it was closed; nothing is written to it any more.
 * - `DELETED`: the log was removed.
 * - `LOCKED`, `FOREIGN`, `NEWER_FORMAT`: the directory cannot be opened by this process, cluster or version.
 */
export type StorageErrorCode =
  | 'OFFSET_OUT_OF_RANGE'
  | 'CORRUPT'
  | 'DISK_FULL'
  | 'DAMAGED'
  | 'OFFLINE'
  | 'DELETED'
  | 'LOCKED'
  | 'FOREIGN'
  | 'NEWER_FORMAT'

/** How each storage error travels. */
const WIRE_NAMES: Readonly<Record<StorageErrorCode, ErrorName>> = {
  OFFSET_OUT_OF_RANGE: 'OFFSET_OUT_OF_RANGE',
  CORRUPT: 'CORRUPT_MESSAGE',
  DISK_FULL: 'KAFKA_STORAGE_ERROR',
  DAMAGED: 'KAFKA_STORAGE_ERROR',
  OFFLINE: 'KAFKA_STORAGE_ERROR',
  DELETED: 'UNKNOWN_TOPIC_OR_PARTITION',
  LOCKED: 'KAFKA_STORAGE_ERROR',
  FOREIGN: 'INCONSISTENT_CLUSTER_ID',
  NEWER_FORMAT: 'KAFKA_STORAGE_ERROR',
}

/** The one error of this package besides `DiskError`, which it carries as its `cause` where a disk is to blame. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** Kafka's name of this error. */
  get wireName(): ErrorName {
    return WIRE_NAMES[this.code]
  }
}

/** Whether `error` says that the file system (or a quota on it) has no space left. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof StorageError) return error.code === 'DISK_FULL'
  return error instanceof DiskError && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

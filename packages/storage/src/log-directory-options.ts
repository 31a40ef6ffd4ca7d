import type { Doors } from '@kafka-ts/io'
import type { LogConfig } from './log-config.ts'
import type { TopicPartitionId } from './topic-partition-id.ts'

/** Where a directory reports what an operator should know. */
export interface StorageLogger {
  info(message: string): void
  warn(message: string): void
  error(message: string, error?: unknown): void
}

export interface LogDirectoryOptions {
  /** Absolute; made when missing. */
  readonly path: string
  readonly doors: Pick<Doors, 'clock' | 'disk' | 'random' | 'compression'>
  readonly nodeId: number
  /** undefined takes over the one in `meta.properties`. */
  readonly clusterId?: string | undefined
  /** The configuration of a log found on disk; `updateConfig` may change it later. */
  readonly configFor: (id: TopicPartitionId) => LogConfig
  /** `journal.file.bytes`: what a journal file grows to. */
  readonly journalFileBytes?: number
  /** `journal.max.files`, at least 2. */
  readonly journalMaxFiles?: number
  /** `tail.cache.bytes`: recent batches kept in memory, of all logs together. */
  readonly tailCacheBytes?: number
  /** Segment files kept open. */
  readonly maxOpenFiles?: number
  /** Bytes written in `page` durability before they are flushed in the background. */
  readonly flushBytes?: number
  /** The longest such bytes stay unflushed. */
  readonly flushMs?: number
  /** `producer.id.expiration.ms`: how long an idempotent producer is remembered that appends nothing. */
  readonly producerIdExpirationMs?: number
  readonly logger?: StorageLogger | undefined
}

/** The options with their defaults. */
export const LOG_DIRECTORY_DEFAULTS = {
  journalFileBytes: 32 * 1024 * 1024,
  journalMaxFiles: 4,
  tailCacheBytes: 64 * 1024 * 1024,
  maxOpenFiles: 1024,
  flushBytes: 64 * 1024 * 1024,
  flushMs: 10_000,
  producerIdExpirationMs: 24 * 3600 * 1000,
} as const

/** Keeps everything to itself. */
export const SILENT_LOGGER: StorageLogger = { info() {}, warn() {}, error() {} }

export {
  type AppendProblem,
  type AppendProblemCode,
  type CheckBatchesOptions,
  CheckedBatches,
  checkBatches,
  indexWithoutKey,
  noKeyMessage,
} from './append-validator.ts'
export { readTextFileSync, writeFileAtomically } from './atomic-file.ts'
export { type CleanCandidate, type CleanReport, LogCleaner, type LogCleanerOptions } from './cleaner/log-cleaner.ts'
export type { EpochEntry, LeaderEpochCache } from './leader-epoch-cache.ts'
export { Log } from './log.ts'
export type { AppendResult } from './log-appender.ts'
export { type CleanupPolicy, isCompacted, type LogConfig } from './log-config.ts'
export { LogDirectory } from './log-directory.ts'
export type { LogDirectoryOptions, StorageLogger } from './log-directory-options.ts'
export type { LogDamage, LogListener } from './log-listener.ts'
export type { LogReadOptions, LogSlice } from './log-reader.ts'
export { MAX_PRODUCERS, type RepeatedAppend } from './producer-state.ts'
export { isDiskFull, StorageError, type StorageErrorCode } from './storage-error.ts'
export type { TimestampOffset } from './timestamp-lookup.ts'
export { formatTopicId, parseTopicId, type TopicPartitionId } from './topic-partition-id.ts'

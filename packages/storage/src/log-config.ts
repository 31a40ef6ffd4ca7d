/** `cleanup.policy`: what becomes of old records. */
export type CleanupPolicy = 'delete' | 'compact' | 'compact,delete'

/** The configuration of one log: topic configs in our spelling, replaced as a whole by `Log.updateConfig`. */
export interface LogConfig {
  /** A segment that would grow larger is closed and a new one begun: `segment.bytes`. */
  readonly segmentBytes: number
  /** `segment.ms`: how far apart in time the first and the last record of a segment may lie. */
  readonly segmentMs: number
  /** `segment.jitter.ms`: by how much less at the most; each segment has its own share of it. */
  readonly segmentJitterMs: number
  /** `retention.ms`; -1: none. */
  readonly retentionMs: number
  /** `retention.bytes`; -1: none. */
  readonly retentionBytes: number
  readonly maxMessageBytes: number
  readonly indexIntervalBytes: number
  readonly cleanupPolicy: CleanupPolicy
  /** `min.cleanable.dirty.ratio`: the share of a log that must be dirty for a cleaning. */
  readonly minCleanableDirtyRatio: number
  /** `min.compaction.lag.ms`: younger records are not compacted. */
  readonly minCompactionLagMs: number
  /** `max.compaction.lag.ms`: older ones are, whatever the share. */
  readonly maxCompactionLagMs: number
  /** `delete.retention.ms`: how long a tombstone stays once it was cleaned. */
  readonly deleteRetentionMs: number
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime'
  readonly messageTimestampBeforeMaxMs: number
  readonly messageTimestampAfterMaxMs: number
  /** What an acknowledgement means. `commit`: fsynced. `page`: in the operating system's page cache. */
  readonly durability: 'commit' | 'page'
  /** How long the files of a deleted segment stay, for readers that have them open. */
  readonly fileDeleteDelayMs: number
}

/** Whether only the last value of each key is kept. */
export function isCompacted({ cleanupPolicy }: Pick<LogConfig, 'cleanupPolicy'>): boolean {
  return cleanupPolicy !== 'delete'
}

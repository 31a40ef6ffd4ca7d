/** The configuration of one log: topic configs in our spelling, replaced as a whole by `Log.updateConfig`. */
export interface LogConfig {
  /** A segment that would grow larger is closed and a new one begun: `segment.bytes`. */
  readonly segmentBytes: number
  /** `segment.ms`: how far apart in time the first and the last record of a segment may lie. */
  readonly segmentMs: number
  /** `retention.ms`; -1: none. */
  readonly retentionMs: number
  /** `retention.bytes`; -1: none. */
  readonly retentionBytes: number
  readonly maxMessageBytes: number
  readonly indexIntervalBytes: number
  readonly cleanupPolicy: 'delete'
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime'
  readonly messageTimestampBeforeMaxMs: number
  readonly messageTimestampAfterMaxMs: number
  /** What an acknowledgement means. `commit`: fsynced. `page`: in the operating system's page cache. */
  readonly durability: 'commit' | 'page'
  /** How long the files of a deleted segment stay, for readers that have them open. */
  readonly fileDeleteDelayMs: number
}

import type { BrokerConfigValues } from '../../config/broker-config.ts'

/** What the operator decides about groups. */
export interface GroupSettings {
  /** How long the first rebalance of a group that was empty waits for more members. */
  readonly initialRebalanceDelayMs: number
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  /** Members of one group. */
  readonly maxSize: number
  readonly offsetsRetentionMs: number
  readonly offsetsRetentionCheckIntervalMs: number
  readonly offsetMetadataMaxBytes: number
}

const MINUTE_MS = 60_000

export function groupSettings(values: BrokerConfigValues): GroupSettings {
  return {
    initialRebalanceDelayMs: values['group.initial.rebalance.delay.ms'],
    minSessionTimeoutMs: values['group.min.session.timeout.ms'],
    maxSessionTimeoutMs: values['group.max.session.timeout.ms'],
    maxSize: values['group.max.size'],
    offsetsRetentionMs: values['offsets.retention.minutes'] * MINUTE_MS,
    offsetsRetentionCheckIntervalMs: values['offsets.retention.check.interval.ms'],
    offsetMetadataMaxBytes: values['offset.metadata.max.bytes'],
  }
}

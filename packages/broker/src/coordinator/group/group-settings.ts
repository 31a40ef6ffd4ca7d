import type { BrokerConfigValues } from '../../config/broker-config.ts'
import type { AssignorName } from './assignors/assignors.ts'

/** What the operator decides about groups. */
export interface GroupSettings {
  /** How long the first rebalance of a group that was empty waits for more members. */
  readonly initialRebalanceDelayMs: number
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  /** Members of one group. */
  readonly maxSize: number
  /** The same, of the consumer protocol. */
  readonly consumerMaxSize: number
  /** Those that members may ask for; the first is that of groups whose members do not. */
  readonly assignors: readonly AssignorName[]
  readonly offsetsRetentionMs: number
  readonly offsetsRetentionCheckIntervalMs: number
  readonly offsetMetadataMaxBytes: number
}

/** How often members of a group of the consumer protocol are to be heard of. */
export interface ConsumerTimes {
  readonly heartbeatIntervalMs: number
  readonly sessionTimeoutMs: number
}

const MINUTE_MS = 60_000

export function groupSettings(values: BrokerConfigValues): GroupSettings {
  return {
    initialRebalanceDelayMs: values['group.initial.rebalance.delay.ms'],
    minSessionTimeoutMs: values['group.min.session.timeout.ms'],
    maxSessionTimeoutMs: values['group.max.session.timeout.ms'],
    maxSize: values['group.max.size'],
    consumerMaxSize: values['group.consumer.max.size'],
    assignors: values['group.consumer.assignors'],
    offsetsRetentionMs: values['offsets.retention.minutes'] * MINUTE_MS,
    offsetsRetentionCheckIntervalMs: values['offsets.retention.check.interval.ms'],
    offsetMetadataMaxBytes: values['offset.metadata.max.bytes'],
  }
}

import type { BrokerConfigName } from './broker-config-table.ts'
import { type ConfigType, integer } from './config-type.ts'

/** One row of the table of group configs. */
export interface GroupConfigRow<T = unknown> {
  readonly type: ConfigType<T>
  /** The broker config that gives the default, and those between which the value must lie. */
  readonly synonym: BrokerConfigName
  readonly min: BrokerConfigName
  readonly max: BrokerConfigName
  /** One sentence for docs/configuration.md. */
  readonly doc: string
}

/** Every group config there is, of groups of the consumer protocol. Any other name is refused with INVALID_CONFIG. */
export const groupConfigTable = {
  'consumer.heartbeat.interval.ms': {
    type: integer('int', { min: 1 }),
    synonym: 'group.consumer.heartbeat.interval.ms',
    min: 'group.consumer.min.heartbeat.interval.ms',
    max: 'group.consumer.max.heartbeat.interval.ms',
    doc: 'How often members are to send heartbeats.',
  },
  'consumer.session.timeout.ms': {
    type: integer('int', { min: 1 }),
    synonym: 'group.consumer.session.timeout.ms',
    min: 'group.consumer.min.session.timeout.ms',
    max: 'group.consumer.max.session.timeout.ms',
    doc: 'How long a member may be silent before its partitions go to others. Above the heartbeat interval.',
  },
} as const satisfies Record<string, GroupConfigRow>

/** The name of a group config. */
export type GroupConfigName = keyof typeof groupConfigTable

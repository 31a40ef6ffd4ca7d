import { type GroupStatus, groupStatusOf, type LagTotals, totalsOf } from './group-lag.ts'
import { type HistoryOptions, OffsetHistory } from './offset-history.ts'
import { type PartitionLag, type PartitionOffsets, partitionLagOf } from './partition-lag.ts'
import type { StatusRules } from './partition-status.ts'

/** A partition of a group as one poll read it. The end offset must have been read after the committed one. */
export interface PartitionPoll extends PartitionOffsets {
  readonly topic: string
  readonly partition: number
}

/** A group as one poll read it. */
export interface GroupPoll {
  readonly groupId: string
  /** Kafka's name of it: `Stable`, `Empty`, `PreparingRebalance`, ... */
  readonly state: string
  readonly partitions: readonly PartitionPoll[]
}

/** Where a group stands on a named partition. */
export interface NamedPartitionLag extends PartitionLag {
  readonly topic: string
  readonly partition: number
  /** The samples this was worked out from; they go on with the next poll. */
  readonly history: OffsetHistory
}

/** Where a group stands. */
export interface GroupLag {
  readonly groupId: string
  readonly state: string
  readonly status: GroupStatus
  /** In the order of the poll. */
  readonly partitions: readonly NamedPartitionLag[]
  readonly totals: LagTotals
}

/** What a monitor keeps and how it judges. */
export interface LagMonitorOptions extends HistoryOptions, StatusRules {}

type Histories = Map<string, Map<number, OffsetHistory>>

/**
 * Keeps the samples of all groups from poll to poll and works out where they stand. Groups and partitions that a poll leaves out are
 * forgotten; a partition whose offsets could not be read keeps its samples.
 */
export class LagMonitor {
  readonly #options: LagMonitorOptions
  #groups = new Map<string, Histories>()

  constructor(options: LagMonitorOptions = {}) {
    this.#options = options
  }

  /** Takes a poll of all groups at a time. */
  record(timeMs: number, groups: readonly GroupPoll[]): GroupLag[] {
    const before = this.#groups
    this.#groups = new Map()
    return groups.map((group) => this.#recordGroup(timeMs, group, before.get(group.groupId)))
  }

  #recordGroup(timeMs: number, { groupId, state, partitions: polled }: GroupPoll, before: Histories | undefined): GroupLag {
    const histories: Histories = new Map()
    this.#groups.set(groupId, histories)
    const partitions = polled.map((poll): NamedPartitionLag => {
      const { topic, partition, committedOffset, endOffset } = poll
      const history = before?.get(topic)?.get(partition) ?? new OffsetHistory(this.#options)
      histories.set(topic, (histories.get(topic) ?? new Map<number, OffsetHistory>()).set(partition, history))
      if (committedOffset !== undefined && endOffset !== undefined) history.record({ timeMs, committedOffset, endOffset })
      const lag = partitionLagOf(history, poll, { nowMs: timeMs, ...this.#options })
      return { ...lag, topic, partition, history }
    })
    return { groupId, state, status: groupStatusOf(state, partitions), partitions, totals: totalsOf(partitions) }
  }
}

import type { ClusterDescription, PartitionDescription, TopicDescription } from '@kafka-ts/client'
import { type GroupLag, LagMonitor, OffsetHistory, ratesOf } from '@kafka-ts/lag'
import { isLeaderless, isNotPreferred, isUnderReplicated } from '../../partitions/partition-state.ts'
import type { ClusterPoll, OffsetTable, PolledGroup } from './cluster-poll.ts'
import type { BrokerDisk } from './cluster-reader.ts'
import type { BrokerRow, GroupRow, PartitionProblem, ProblemRow, Snapshot, TopicRow } from './snapshot.ts'

const POINTS = 60
/** Polls come a little early or late; without room for that every second sample would be dropped. */
const SPACING_SHARE = 0.8

/** Makes snapshots of polls; keeps what rates, trends and statuses are worked out from. */
export class SnapshotBuilder {
  readonly #monitor: LagMonitor
  readonly #history: { readonly points: number; readonly spacingMs: number }
  #trends = new Map<string, Trend>()
  #ends = new Map<string, OffsetHistory[]>()

  /** `historyMs` is the window that rates and trends are taken from. */
  constructor(historyMs: number) {
    this.#history = { points: POINTS, spacingMs: (historyMs / POINTS) * SPACING_SHARE }
    this.#monitor = new LagMonitor(this.#history)
  }

  /** The snapshot of a poll. Polls must come in the order of their times. */
  build(poll: ClusterPoll): Snapshot {
    const lags = this.#monitor.record(
      poll.timeMs,
      poll.groups.map(({ group: { groupId, state }, partitions }) => ({ groupId, state, partitions })),
    )
    const groups = this.#groupRows(poll.timeMs, poll.groups, lags)
    const topics = this.#topicRows(poll, lags)
    const { partitions, problems } = surveyPartitions(poll.topics)
    return {
      groups,
      topics,
      brokers: brokerRows(poll.cluster, partitions, poll.disks),
      problems,
      partitionCount: partitions.length,
      controllerId: poll.cluster.controllerId,
      totals: clusterTotals(lags),
    }
  }

  #groupRows(timeMs: number, polled: readonly PolledGroup[], lags: readonly GroupLag[]): GroupRow[] {
    const trends = new Map<string, Trend>()
    const rows = polled.map(({ group }, index): GroupRow => {
      const lag = lags[index]!
      const trend = this.#trends.get(group.groupId) ?? new Trend(this.#history)
      trends.set(group.groupId, trend)
      if (lag.totals.lag !== undefined) trend.record(timeMs, lag.totals.lag)
      return {
        groupId: group.groupId,
        group,
        lag,
        topicCount: countTopics(lag),
        trend: trend.values(),
        worst: lag.partitions[lag.totals.worst],
      }
    })
    this.#trends = trends
    return rows
  }

  #topicRows({ timeMs, topics, offsets, disks }: ClusterPoll, lags: readonly GroupLag[]): TopicRow[] {
    const readers = readersByTopic(lags)
    const ends = new Map<string, OffsetHistory[]>()
    const rows = topics.map((topic): TopicRow => {
      const histories = this.#recordEnds(topic, offsets, timeMs)
      ends.set(topic.name, histories)
      const reader = readers.get(topic.name)
      return {
        name: topic.name,
        topic,
        replicationFactor: Math.max(0, ...topic.partitions.map(({ replicas }) => replicas.length)),
        underReplicated: topic.partitions.filter(isUnderReplicated).length,
        leaderless: topic.partitions.filter(isLeaderless).length,
        inPerSecond: sumOfRates(histories),
        groupCount: reader?.groups ?? 0,
        lag: reader?.lag,
        sizeBytes: disks === undefined ? undefined : largestSize(disks, topic.name),
      }
    })
    this.#ends = ends
    return rows
  }

  #recordEnds({ name, partitions }: TopicDescription, offsets: OffsetTable, timeMs: number): OffsetHistory[] {
    const before = this.#ends.get(name)
    return partitions.map(({ partition }, index) => {
      const history = before?.[index] ?? new OffsetHistory(this.#history)
      const endOffset = offsets.get(name, partition)
      if (endOffset !== undefined) history.record({ timeMs, committedOffset: null, endOffset })
      return history
    })
  }
}

/** The last totals of a group, kept at their distance like the samples they come from. */
class Trend {
  readonly #history: { readonly points: number; readonly spacingMs: number }
  readonly #values: number[] = []
  #keptMs = Number.NEGATIVE_INFINITY
  #newestMs = Number.NEGATIVE_INFINITY

  constructor(history: { readonly points: number; readonly spacingMs: number }) {
    this.#history = history
  }

  record(timeMs: number, value: number): void {
    if (this.#newestMs - this.#keptMs < this.#history.spacingMs) this.#values.pop()
    else this.#keptMs = this.#newestMs
    this.#values.push(value)
    this.#newestMs = timeMs
    if (this.#values.length > this.#history.points) this.#values.shift()
  }

  values(): number[] {
    return [...this.#values]
  }
}

function countTopics({ partitions }: GroupLag): number {
  let [count, last] = [0, '']
  // Partitions are in the order of their topics.
  for (const { topic } of partitions) {
    if (topic !== last) count++
    last = topic
  }
  return count
}

function readersByTopic(lags: readonly GroupLag[]): Map<string, { groups: number; lag: number | undefined }> {
  const readers = new Map<string, { groups: number; lag: number | undefined; lastGroup: string }>()
  for (const { groupId, partitions } of lags) {
    for (const { topic, lag } of partitions) {
      let reader = readers.get(topic)
      if (reader === undefined) {
        reader = { groups: 0, lag: undefined, lastGroup: '' }
        readers.set(topic, reader)
      }
      if (reader.lastGroup !== groupId) reader.groups++
      reader.lastGroup = groupId
      if (typeof lag === 'number') reader.lag = (reader.lag ?? 0) + lag
    }
  }
  return readers
}

function sumOfRates(histories: readonly OffsetHistory[]): number | undefined {
  let total: number | undefined
  for (const history of histories) {
    const { inPerSecond } = ratesOf(history)
    if (inPerSecond !== undefined) total = (total ?? 0) + inPerSecond
  }
  return total
}

/** Every replica holds a copy: the largest is the size of the topic. */
function largestSize(disks: readonly BrokerDisk[], topic: string): number {
  return Math.max(0, ...disks.map(({ sizeByTopic }) => sizeByTopic.get(topic) ?? 0))
}

function surveyPartitions(topics: readonly TopicDescription[]): { partitions: PartitionDescription[]; problems: ProblemRow[] } {
  const partitions: PartitionDescription[] = []
  const problems: ProblemRow[] = []
  for (const { name: topic, partitions: ofTopic } of topics) {
    for (const partition of ofTopic) {
      partitions.push(partition)
      const problem = problemOf(partition)
      if (problem !== undefined) problems.push({ name: `${topic}/${partition.partition}`, topic, partition, problem })
    }
  }
  const rank: readonly PartitionProblem[] = ['no leader', 'under-replicated', 'not preferred']
  return { partitions, problems: problems.sort((left, right) => rank.indexOf(left.problem) - rank.indexOf(right.problem)) }
}

function problemOf(partition: PartitionDescription): PartitionProblem | undefined {
  if (isLeaderless(partition)) return 'no leader'
  if (isUnderReplicated(partition)) return 'under-replicated'
  return isNotPreferred(partition) ? 'not preferred' : undefined
}

function brokerRows(
  cluster: ClusterDescription,
  partitions: readonly PartitionDescription[],
  disks: readonly BrokerDisk[] | undefined,
): BrokerRow[] {
  const led = partitions.filter(({ leader }) => leader >= 0).length
  return cluster.brokers.map((broker): BrokerRow => {
    const { nodeId } = broker
    const ownLed = partitions.filter(({ leader }) => leader === nodeId)
    const preferred = partitions.filter(({ replicas }) => replicas[0] === nodeId)
    return {
      nodeId,
      broker,
      isController: cluster.controllerId === nodeId,
      leaders: ownLed.length,
      share: led === 0 ? 0 : ownLed.length / led,
      preferred: preferred.length,
      preferredLed: preferred.filter(({ leader }) => leader === nodeId).length,
      followers: partitions.filter(({ leader, replicas }) => leader !== nodeId && replicas.includes(nodeId)).length,
      underReplicated: ownLed.filter(isUnderReplicated).length,
      disk: disks?.find((disk) => disk.nodeId === nodeId),
    }
  })
}

function clusterTotals(lags: readonly GroupLag[]): Snapshot['totals'] {
  let [lag, deltaPerSecond]: (number | undefined)[] = []
  let isLowerBound = false
  for (const { totals } of lags) {
    if (totals.lag !== undefined) lag = (lag ?? 0) + totals.lag
    if (totals.deltaPerSecond !== undefined) deltaPerSecond = (deltaPerSecond ?? 0) + totals.deltaPerSecond
    isLowerBound ||= totals.isLowerBound
  }
  return { lag, deltaPerSecond, isLowerBound }
}

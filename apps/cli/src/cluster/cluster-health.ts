import type { ClusterDescription, LogDirDescription, TopicDescription } from '@kafka-ts/client'
import { plural } from '../output/humanize.ts'
import type { Listing } from '../output/listing.ts'
import { flag, integer, list, nullable, object, type ShapeOf, text } from '../output/shape.ts'
import { isLeaderless, isNotPreferred, isUnderMinIsr, isUnderReplicated } from '../partitions/partition-state.ts'

const shape = object({
  clusterId: text(),
  isHealthy: flag(),
  controllerId: nullable(integer('null while there is none')),
  brokers: integer(),
  brokersNotRunning: integer('starting, stopping or fenced'),
  offlineLogDirs: integer(),
  topics: integer('internal ones too'),
  partitions: integer(),
  leaderless: integer(),
  underMinIsr: integer('writes with acks=all are refused'),
  underReplicated: integer(),
  notPreferred: integer('does not make a cluster unhealthy'),
  problems: list(text()),
})
/** The state of a cluster. */
export type ClusterHealth = ShapeOf<typeof shape>

/** What it is judged by. */
export interface HealthReadings {
  readonly cluster: ClusterDescription
  readonly topics: readonly TopicDescription[]
  /** `min.insync.replicas` by topic. */
  readonly minIsr: ReadonlyMap<string, number>
  readonly logDirs: readonly LogDirDescription[]
}

/** Judges a cluster: healthy is one whose brokers all run and whose partitions all have a leader and all their replicas in sync. */
export function clusterHealth({ cluster, topics, minIsr, logDirs }: HealthReadings): ClusterHealth {
  const all = topics.flatMap((topic) => topic.partitions.map((partition) => ({ topic: topic.name, partition })))
  const count = (matches: (entry: (typeof all)[number]) => boolean) => all.filter(matches).length
  const counts = {
    brokersNotRunning: cluster.brokers.filter((broker) => broker.state !== 'running').length,
    offlineLogDirs: logDirs.filter((logDir) => logDir.error !== undefined).length,
    leaderless: count(({ partition }) => isLeaderless(partition)),
    underMinIsr: count(({ topic, partition }) => isUnderMinIsr(partition, minIsr.get(topic))),
    underReplicated: count(({ partition }) => isUnderReplicated(partition)),
  }
  const problems = [
    ...(cluster.controllerId < 0 ? ['there is no controller'] : []),
    ...told(counts.brokersNotRunning, 'broker', 'not running'),
    ...told(counts.offlineLogDirs, 'log directory', 'offline'),
    ...told(counts.leaderless, 'partition', 'without a leader'),
    ...told(counts.underMinIsr, 'partition', 'below min.insync.replicas'),
    ...told(counts.underReplicated, 'partition', 'under-replicated'),
  ]
  return {
    clusterId: cluster.clusterId,
    isHealthy: problems.length === 0,
    controllerId: cluster.controllerId < 0 ? null : cluster.controllerId,
    brokers: cluster.brokers.length,
    topics: topics.length,
    partitions: all.length,
    ...counts,
    notPreferred: count(({ partition }) => isNotPreferred(partition)),
    problems,
  }
}

function told(count: number, noun: string, state: string): string[] {
  if (count === 0) return []
  return [`${noun === 'log directory' && count > 1 ? `${count} log directories` : plural(count, noun)} ${state}`]
}

/** One line a cluster. */
export const clusterHealthListing: Listing<ClusterHealth> = {
  kind: 'ClusterHealth',
  item: shape,
  name: (item) => item.clusterId,
  columns: [
    { header: 'STATE', value: (item) => (item.isHealthy ? 'healthy' : '! unhealthy') },
    { header: 'BROKERS', value: (item) => `${item.brokers - item.brokersNotRunning}/${item.brokers}` },
    { header: 'CONTROLLER', value: (item) => item.controllerId },
    { header: 'TOPICS', value: (item) => item.topics, number: 'count' },
    { header: 'PARTITIONS', value: (item) => item.partitions, number: 'count' },
    { header: 'LEADERLESS', value: (item) => item.leaderless, number: 'count' },
    { header: 'UNDER-MIN-ISR', value: (item) => item.underMinIsr, number: 'count' },
    { header: 'UNDER-REPL', value: (item) => item.underReplicated, number: 'count' },
    { header: 'NOT-PREF', value: (item) => item.notPreferred, number: 'count', isWide: true },
    { header: 'OFFLINE-DIRS', value: (item) => item.offlineLogDirs, number: 'count', isWide: true },
    { header: 'CLUSTER', value: (item) => item.clusterId, isWide: true, isName: true },
  ],
}

import { ScriptedCluster, type ScriptedGroup } from './scripted-cluster.ts'

const DAY_MS = 24 * 3_600_000

/** Commits of what was processed, every so many seconds. */
function every(seconds: number, processed: (at: number) => number): (at: number) => number {
  return (at) => processed(Math.floor(at / seconds) * seconds)
}

const spread = (topic: string, count: number, offset: (at: number, partition: number) => number | undefined) =>
  Object.fromEntries(Array.from({ length: count }, (_, partition) => [`${topic}/${partition}`, (at: number) => offset(at, partition)]))

const all = (topic: string, partitions: readonly number[]) => partitions.map((partition) => ({ topic, partition }))

/** 250 records a second into each of 6 partitions of payments; 125 into each of 12 of orders. */
const paymentsEnd = (at: number) => 8_900_000 + at * 250
const ordersEnd = (at: number) => 3_000_000 + at * 125

const groups: readonly ScriptedGroup[] = [
  {
    groupId: 'payments-settle',
    assignor: 'cooperative-sticky',
    coordinator: 2,
    members: {
      'settle-1': [...all('payments', [0, 1]), { topic: 'refunds', partition: 0 }],
      'settle-2': all('payments', [2, 3]),
      'settle-3': all('payments', [4, 5]),
    },
    committed: spread('payments', 6, (at, partition) => (partition < 2 ? 8_860_000 - partition * 30_000 + at * 90 : paymentsEnd(at) - 40)),
  },
  {
    groupId: 'orders-projector',
    type: 'consumer',
    assignor: 'uniform',
    members: { 'projector-a': all('orders', [0, 1, 2, 3, 4, 5]), 'projector-b': all('orders', [6, 7, 8, 9, 10, 11]) },
    committed: spread('orders', 12, every(4, (at) => 2_990_000 + at * 200) as (at: number) => number),
  },
  {
    groupId: 'fraud-scoring',
    members: { 'fraud-1': all('payments', [0, 1, 2]), 'fraud-2': all('payments', [3, 4, 5]) },
    committed: spread('payments', 6, (_, partition) => 8_899_000 + partition * 100),
  },
  { groupId: 'audit-archive', state: 'Empty', assignor: '', committed: spread('audit', 2, (_, partition) => 900 * partition) },
  {
    groupId: 'email-dispatch',
    members: { mailer: all('payments', [0, 1, 2, 3, 4, 5]) },
    committed: spread('payments', 6, (at) => paymentsEnd(at) - 2),
  },
  { groupId: 'ledger-v2', state: 'PreparingRebalance', assignor: '', committed: spread('orders', 12, () => undefined) },
  { groupId: 'old-migration', state: 'Empty', assignor: '', committed: { 'audit/0': () => 1900 } },
]

/** A shop of three brokers and seven groups, one of each kind of trouble. */
export function shopCluster(elapsedMs: () => number, startMs: number): ScriptedCluster {
  const cluster = new ScriptedCluster(elapsedMs)
  cluster.groups.push(...groups)
  const rotated = (count: number) => Array.from({ length: count }, (_, partition) => [0, 1, 2].map((step) => ((partition + step) % 3) + 1))
  cluster.topicsByName.set('audit', { ends: [() => 1900, () => 1900], start: 100, sizeBytes: 2 ** 20 })
  cluster.topicsByName.set('orders', {
    ends: Array.from({ length: 12 }, () => ordersEnd),
    replicas: rotated(12),
    leaders: [1, 2, 3, 1, 2, 3, 2, 2, 3, 1, 2, 3],
    sizeBytes: 4.2 * 2 ** 30,
  })
  cluster.topicsByName.set('payments', {
    ends: Array.from({ length: 6 }, () => paymentsEnd),
    replicas: rotated(6),
    isr: [
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
      [1, 2, 3],
      [2, 3],
      [3, 1, 2],
    ],
    sizeBytes: 812 * 2 ** 20,
  })
  cluster.topicsByName.set('refunds', { ends: [() => 12_004], replicas: [[1, 2, 3]] })
  cluster.brokers = [1, 2, 3].map((nodeId) => ({
    nodeId,
    host: `b${nodeId}`,
    port: 9092,
    rack: `r${nodeId}`,
    version: '1.2.3',
    startTimeMs: startMs - nodeId * DAY_MS,
    state: 'running',
  }))
  return cluster
}

import type { GroupMember } from '@kafka-ts/client'
import type { NetworkProbe } from '../doctor/network-probe.ts'
import { FakeCluster, fakeBroker } from './fake-cluster.ts'

/** A cluster that shows every command at work: two brokers, a partition that is under-replicated, one that nobody leads, groups in three states. */
export function goldenCluster(): FakeCluster {
  const cluster = new FakeCluster()
  cluster.brokers = [fakeBroker(1, { rack: 'r1' }), fakeBroker(2, { rack: 'r2' })]
  cluster.addTopic('orders', 3, { configs: { 'retention.ms': '86400000', 'min.insync.replicas': '2' } })
  cluster.addTopic('payments')
  cluster.addTopic('__consumer_offsets', 2, { isInternal: true })
  const both = { replicas: [1, 2], isr: [1, 2] }
  const { places } = cluster.topic('orders')
  places.set(0, both)
  places.set(1, { replicas: [2, 1], isr: [1], leader: 1 })
  places.set(2, {
    replicas: [2, 1],
    isr: [],
    leader: -1,
    leaderEpoch: 4,
    offlineReplicas: [2, 1],
    offlineReason: 'the log directory is offline',
  })
  for (let i = 0; i < 1200; i++) cluster.append('orders', { key: `o-${i}`, value: `{"n":${i}}`, partition: i % 3 })
  for (let i = 0; i < 5; i++) cluster.append('payments', { value: `p${i}` })
  const settle = (index: number, partitions: readonly number[]) => member(index, partitions)
  cluster.addGroup('billing', { 'orders/0': 400, 'orders/1': 150 }, { state: 'Stable', members: [settle(1, [0, 2]), settle(2, [1])] })
  cluster.addGroup('archive', { 'orders/0': 10, 'payments/0': 5 })
  cluster.addGroup('fresh', {}, { state: 'PreparingRebalance', type: 'consumer', members: [settle(9, [])] })
  return cluster
}

function member(index: number, partitions: readonly number[]): GroupMember {
  const assignment = partitions.map((partition) => ({ topic: 'orders', partition }))
  return {
    memberId: `settle-${index}-id`,
    instanceId: null,
    rackId: null,
    clientId: `settle-${index}`,
    clientHost: `host-${index}`,
    memberEpoch: 3,
    subscribedTopics: ['orders'],
    subscribedTopicRegex: null,
    assignment,
    targetAssignment: assignment,
  }
}

const API_VERSIONS_ANSWER = Buffer.from('0000000a00006b74000000000002', 'hex')

/** A network in which every name is known, and every broker listens unless none does. */
export function goldenProbe(isDown: boolean): NetworkProbe {
  return {
    lookup: async (host) => {
      if (host.endsWith('.invalid')) throw new Error(`getaddrinfo ENOTFOUND ${host}`)
      return ['192.0.2.1']
    },
    connect: async () => {
      if (isDown) throw new Error('connect ECONNREFUSED 192.0.2.1:9092')
      return { exchange: async () => API_VERSIONS_ANSWER, close: () => undefined }
    },
  }
}

import type { ConsumerOptions } from '@kafka-ts/client'
import type { KafkaClient } from '../doors.ts'
import { fakeAdmin } from './fake-admin.ts'
import { fakeConsumer, fakeProducer } from './fake-clients.ts'
import type { FakeCluster } from './fake-cluster.ts'

/** A client of the cluster. */
export function fakeClient(cluster: FakeCluster): KafkaClient {
  return {
    admin: fakeAdmin(cluster),
    producer: () => fakeProducer(cluster),
    consumer: ((options: ConsumerOptions<string>) => fakeConsumer(cluster, options)) as KafkaClient['consumer'],
    close: async () => void cluster.closedClients++,
  }
}

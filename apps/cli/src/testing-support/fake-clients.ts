import type { Consumer, ConsumerOptions, Producer } from '@kafka-ts/client'
import { KafkaError, topicName } from '@kafka-ts/client'
import { listOffset } from './fake-admin.ts'
import type { FakeCluster } from './fake-cluster.ts'

/** A producer whose records are in the cluster at once. */
export function fakeProducer(cluster: FakeCluster): Producer {
  const producer: Partial<Producer> = {
    bufferedBytes: 0,
    send: async (topic, record) => {
      if (cluster.down !== undefined) throw cluster.down
      const { key, value, partition, timestamp, headers } = record as {
        key?: Uint8Array
        value: Uint8Array | null
        partition?: number
        timestamp?: number
        headers?: readonly { key: string; value: string | Uint8Array | null }[]
      }
      if (cluster.refusesAll) throw new KafkaError('MESSAGE_TOO_LARGE')
      if (value !== null && cluster.refusedValue !== undefined && Buffer.from(value).equals(Buffer.from(cluster.refusedValue)))
        throw new KafkaError('MESSAGE_TOO_LARGE')
      const stored = cluster.append(topicName(topic), {
        value,
        ...(key === undefined ? {} : { key }),
        ...(partition === undefined ? {} : { partition }),
        ...(timestamp === undefined ? {} : { timestamp }),
        headers: (headers ?? []).map((header) => ({ key: header.key, value: header.value === null ? null : Buffer.from(header.value) })),
      })
      return { topic: stored.topic, partition: stored.partition, offset: stored.offset, timestamp: stored.timestamp }
    },
    flush: async () => undefined,
    close: async () => undefined,
  }
  return producer as Producer
}

/** Reads what is there, partition by partition, then what is appended until it is closed, unless there is an `until`. */
export function fakeConsumer(cluster: FakeCluster, options: ConsumerOptions<string>): Consumer<string> {
  let isClosed = false
  const assignments =
    options.assignments ??
    (options.topics ?? []).flatMap((topic) =>
      cluster.topic(topic).partitions.map((_, partition) => ({ topic, partition, from: undefined })),
    )
  const startOf = (topic: string, partition: number, from: ConsumerOptions<string>['from']): number => {
    if (typeof from === 'object' && 'offset' in from) return from.offset
    const at = from instanceof Date ? { timestamp: from } : (from ?? 'latest')
    const { offset } = listOffset(cluster.topic(topic), partition, at)
    return offset < 0 ? Number.POSITIVE_INFINITY : offset
  }
  async function* batches() {
    const positions = assignments.map(({ topic, partition, from }) => startOf(topic, partition, from ?? options.from))
    do {
      yield* present(positions)
      // Whoever writes has its turn in between.
      await new Promise((resolve) => setImmediate(resolve))
    } while (options.until === undefined && !isClosed)
  }
  function* present(positions: number[]) {
    for (const [index, { topic, partition }] of assignments.entries()) {
      const start = positions[index]!
      const end =
        typeof options.until === 'object'
          ? (options.until.find((at) => at.topic === topic && at.partition === partition)?.offset ?? 0)
          : Number.POSITIVE_INFINITY
      const records = (cluster.topic(topic).partitions[partition] ?? []).filter((record) => record.offset >= start && record.offset < end)
      if (records.length === 0) continue
      positions[index] = records.at(-1)!.offset + 1
      yield Object.assign(records, { topic, partition })
    }
  }
  const close = async (): Promise<void> => {
    isClosed = true
  }
  return { batches, close } as unknown as Consumer<string>
}

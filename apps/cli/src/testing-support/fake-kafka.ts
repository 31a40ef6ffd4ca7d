import type { Admin, ConfigEntry, Consumer, ConsumerOptions, ListedOffset, OffsetSpec, Producer, TopicDescription } from '@kafka-ts/client'
import { KafkaError, topicName } from '@kafka-ts/client'
import type { RawRecord } from '../consume/record-shape.ts'
import type { KafkaClient } from '../doors.ts'

const START_MS = Date.UTC(2026, 10, 22, 15)

/** A topic of the fake cluster: records by partition. */
interface FakeTopic {
  readonly name: string
  readonly isInternal: boolean
  partitions: RawRecord[][]
  startOffsets: number[]
  readonly configs: Map<string, string>
}

/** A cluster of one broker in memory, as far as commands use one. */
export class FakeCluster {
  readonly topics = new Map<string, FakeTopic>()
  /** Every value that is sent and equals this is refused. */
  refusedValue: string | undefined
  /** Thrown by every call, when set. */
  down: KafkaError | undefined
  closedClients = 0

  /** Adds a topic. */
  addTopic(
    name: string,
    partitions = 1,
    options: { readonly isInternal?: boolean; readonly configs?: Readonly<Record<string, string>> } = {},
  ): FakeTopic {
    const topic: FakeTopic = {
      name,
      isInternal: options.isInternal ?? false,
      partitions: Array.from({ length: partitions }, () => []),
      startOffsets: Array.from({ length: partitions }, () => 0),
      configs: new Map(Object.entries(options.configs ?? {})),
    }
    this.topics.set(name, topic)
    return topic
  }

  /** Puts a record at the end of a partition. */
  append(
    name: string,
    record: {
      readonly key?: string | Uint8Array | null
      readonly value: string | Uint8Array | null
      readonly partition?: number
      readonly timestamp?: number
      readonly headers?: RawRecord['headers']
    },
  ): RawRecord {
    const topic = this.topic(name)
    const partition = record.partition ?? 0
    const log = topic.partitions[partition]
    if (log === undefined) throw new KafkaError('INVALID_ARGUMENT', `no partition ${partition}`)
    const bytes = (part: string | Uint8Array | null) =>
      part === null ? null : typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)
    const stored: RawRecord = {
      topic: name,
      partition,
      offset: log.length,
      timestamp: record.timestamp ?? START_MS + log.length,
      key: bytes(record.key ?? null),
      value: bytes(record.value),
      headers: record.headers ?? [],
    }
    log.push(stored)
    return stored
  }

  topic(name: string): FakeTopic {
    const topic = this.topics.get(name)
    if (topic === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
    return topic
  }

  /** A client of the cluster. */
  client(): KafkaClient {
    const admin = fakeAdmin(this)
    return {
      admin,
      producer: () => fakeProducer(this),
      consumer: ((options: ConsumerOptions<string>) => fakeConsumer(this, options)) as KafkaClient['consumer'],
      close: async () => void this.closedClients++,
    }
  }
}

function describe(topic: FakeTopic): TopicDescription {
  const partitions = topic.partitions.map((_, partition) => ({
    partition,
    leader: 1,
    leaderEpoch: 0,
    replicas: [1],
    isr: [1],
    offlineReplicas: [],
  }))
  return { name: topic.name, topicId: `id-of-${topic.name}`, isInternal: topic.isInternal, partitionCount: partitions.length, partitions }
}

/** One outcome an item, errors as values. */
async function attempt<Item extends object, Value extends object>(item: Item, work: () => Value) {
  try {
    return { ...item, ...work() }
  } catch (error) {
    if (error instanceof KafkaError) return { ...item, error }
    throw error
  }
}

function listOffset(topic: FakeTopic, partition: number, at: OffsetSpec): ListedOffset {
  const log = topic.partitions[partition]
  if (log === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
  if (at === 'earliest') return { offset: topic.startOffsets[partition] ?? 0, timestamp: -1 }
  if (at === 'latest') return { offset: log.length, timestamp: -1 }
  const found =
    at === 'max-timestamp'
      ? log.toSorted((left, right) => right.timestamp - left.timestamp)[0]
      : log.find((record) => record.timestamp >= Number(at.timestamp))
  return found === undefined ? { offset: -1, timestamp: -1 } : { offset: found.offset, timestamp: found.timestamp }
}

function configEntries(topic: FakeTopic): ConfigEntry[] {
  const defaults = { 'cleanup.policy': 'delete', 'retention.ms': '604800000' }
  return Object.entries({ ...defaults, ...Object.fromEntries(topic.configs) }).map(([name, value]) => {
    const isDefault = !topic.configs.has(name)
    return {
      name,
      value,
      source: isDefault ? 'default' : 'dynamic-topic',
      isDefault,
      isReadOnly: false,
      isSensitive: false,
      documentation: null,
    }
  })
}

/** The calls commands make; any other fails the test that made it. */
function fakeAdmin(cluster: FakeCluster): Admin {
  const up = () => {
    if (cluster.down !== undefined) throw cluster.down
  }
  const calls: Partial<Admin> = {
    listTopics: async (options) => {
      up()
      const topics = [...cluster.topics.values()].map(describe)
      return topics.filter((topic) => options?.includeInternal || !topic.isInternal)
    },
    describeTopics: async (topics) => {
      up()
      return Promise.all(
        topics.map((topic) => attempt({ topic: topicName(topic) }, () => ({ description: describe(cluster.topic(topicName(topic))) }))),
      )
    },
    describeTopic: async (topic) => {
      up()
      return describe(cluster.topic(topicName(topic)))
    },
    createTopics: async (topics, options) => {
      up()
      const create = (name: string, partitions: number, configs: Readonly<Record<string, string>>) => {
        if (cluster.topics.has(name)) throw new KafkaError('TOPIC_ALREADY_EXISTS')
        if (!options?.validateOnly) cluster.addTopic(name, partitions, { configs })
        return { partitionCount: partitions }
      }
      return Promise.all(
        topics.map(({ topic, partitions = 1, configs = {} }) =>
          attempt({ topic: topicName(topic) }, () => create(topicName(topic), partitions, configs as Readonly<Record<string, string>>)),
        ),
      )
    },
    deleteTopics: async (topics) => {
      up()
      const remove = (name: string) => {
        cluster.topic(name)
        cluster.topics.delete(name)
        return {}
      }
      return Promise.all(topics.map((topic) => attempt({ topic: topicName(topic) }, () => remove(topicName(topic)))))
    },
    createPartitions: async (topics, options) => {
      const grow = (topic: FakeTopic, partitions: number) => {
        if (partitions <= topic.partitions.length) throw new KafkaError('INVALID_PARTITIONS')
        while (!options?.validateOnly && topic.partitions.length < partitions) {
          topic.partitions.push([])
          topic.startOffsets.push(0)
        }
        return {}
      }
      return Promise.all(
        topics.map(({ topic, partitions }) =>
          attempt({ topic: topicName(topic) }, () => grow(cluster.topic(topicName(topic)), partitions)),
        ),
      )
    },
    deleteRecords: async (targets) =>
      Promise.all(
        targets.map(({ topic, partition, before }) =>
          attempt({ topic, partition }, () => {
            const logStartOffset = before === 'end' ? (cluster.topic(topic).partitions[partition]?.length ?? 0) : before
            cluster.topic(topic).startOffsets[partition] = logStartOffset
            return { logStartOffset }
          }),
        ),
      ),
    describeConfigs: async (resources) =>
      Promise.all(resources.map((resource) => attempt({ resource }, () => ({ configs: configEntries(cluster.topic(resource.name)) })))),
    alterConfigs: async (alterations, options) =>
      Promise.all(
        alterations.map(({ resource, changes }) =>
          attempt({ resource }, () => {
            const { configs } = cluster.topic(resource.name)
            const unknown = changes.find(({ name }) => !name.includes('.'))
            if (unknown !== undefined) throw new KafkaError('INVALID_CONFIG', `${unknown.name} is not a config.`)
            if (options?.validateOnly) return {}
            for (const { name, operation, value } of changes) {
              if (operation === 'delete') configs.delete(name)
              else configs.set(name, String(value))
            }
            return {}
          }),
        ),
      ),
    listOffsets: async (queries) => {
      up()
      return Promise.all(
        queries.map(({ topic, partition, at }) => attempt({ topic, partition }, () => listOffset(cluster.topic(topic), partition, at))),
      )
    },
    describeCluster: async () => {
      up()
      return {
        clusterId: 'cluster-1',
        controllerId: 1,
        brokers: [{ nodeId: 1, host: 'b1.example', port: 9092, rack: null, version: '1.2.3', startTimeMs: START_MS, state: 'running' }],
      }
    },
    describeLogDirs: async (options) => {
      up()
      const wanted = options?.topics?.map(topicName)
      const replicas = [...cluster.topics.values()]
        .filter((topic) => wanted === undefined || wanted.includes(topic.name))
        .flatMap((topic) => topic.partitions.map((log, partition) => ({ topic: topic.name, partition, sizeBytes: log.length * 1000 })))
      return [{ nodeId: 1, path: '/data', totalBytes: 2 ** 30, usableBytes: 2 ** 29, replicas }]
    },
  }
  return calls as Admin
}

function fakeProducer(cluster: FakeCluster): Producer {
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

/** Reads what is there, partition by partition; at the end it waits until it is closed, unless there is an `until`. */
function fakeConsumer(cluster: FakeCluster, options: ConsumerOptions<string>): Consumer<string> {
  const closed = Promise.withResolvers<void>()
  const assignments =
    options.assignments ??
    (options.topics ?? []).flatMap((topic) =>
      cluster.topic(topic).partitions.map((_, partition) => ({ topic, partition, from: undefined })),
    )
  const startOf = (topic: string, partition: number, from: ConsumerOptions<string>['from']): number => {
    if (typeof from === 'object' && 'offset' in from) return from.offset
    const { offset } = listOffset(cluster.topic(topic), partition, typeof from === 'object' ? from : (from ?? 'latest'))
    return offset < 0 ? Number.POSITIVE_INFINITY : offset
  }
  async function* batches() {
    for (const { topic, partition, from } of assignments) {
      const start = startOf(topic, partition, from ?? options.from)
      const end =
        typeof options.until === 'object'
          ? (options.until.find((at) => at.topic === topic && at.partition === partition)?.offset ?? 0)
          : Number.POSITIVE_INFINITY
      const records = (cluster.topic(topic).partitions[partition] ?? []).filter((record) => record.offset >= start && record.offset < end)
      if (records.length > 0) yield records
    }
    if (options.until === undefined) await closed.promise
  }
  return { batches, close: async () => closed.resolve() } as unknown as Consumer<string>
}

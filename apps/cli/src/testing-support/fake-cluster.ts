import type { BrokerDescription, GroupMember, GroupState, PartitionDescription } from '@kafka-ts/client'
import { KafkaError } from '@kafka-ts/client'
import type { RawRecord } from '../consume/record-shape.ts'

/** When brokers started, and about when records were written. */
export const START_MS = Date.UTC(2026, 10, 22, 15)

/** A topic of the fake cluster: records by partition. */
export interface FakeTopic {
  readonly name: string
  readonly isInternal: boolean
  partitions: RawRecord[][]
  startOffsets: number[]
  readonly configs: Map<string, string>
  /** Where partitions are, as far as it is not broker 1 alone. */
  readonly places: Map<number, Partial<PartitionDescription>>
}

/** A group of the fake cluster. */
export interface FakeGroup {
  readonly groupId: string
  type: 'classic' | 'consumer'
  state: GroupState
  members: GroupMember[]
  /** Committed offsets by `topic/partition`. */
  readonly offsets: Map<string, { readonly topic: string; readonly partition: number; readonly offset: number; readonly metadata: string }>
}

/** A broker of the fake cluster. */
export function fakeBroker(nodeId: number, fields: Partial<BrokerDescription> = {}): BrokerDescription {
  return {
    nodeId,
    host: `b${nodeId}.example`,
    port: 9092,
    rack: null,
    version: '1.2.3',
    startTimeMs: START_MS,
    state: 'running',
    ...fields,
  }
}

/** A cluster in memory, as far as commands use one: of one broker, unless a test adds some. */
export class FakeCluster {
  readonly topics = new Map<string, FakeTopic>()
  readonly groups = new Map<string, FakeGroup>()
  brokers: BrokerDescription[] = [fakeBroker(1)]
  controllerId = 1
  /** Every value that is sent and equals this is refused. */
  refusedValue: string | undefined
  /** Of all groups alike. */
  readonly groupConfigs = new Map<string, string>()
  /** Partitions, as `topic/partition`, whose offsets cannot be read. */
  readonly unreadable = new Set<string>()
  /** No record is taken. */
  refusesAll = false
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
      places: new Map(),
    }
    this.topics.set(name, topic)
    return topic
  }

  /** Adds a group without members; `offsets` are committed by `topic/partition`. */
  addGroup(groupId: string, offsets: Readonly<Record<string, number>> = {}, fields: Partial<FakeGroup> = {}): FakeGroup {
    const group: FakeGroup = { groupId, type: 'classic', state: 'Empty', members: [], offsets: new Map(), ...fields }
    for (const [key, offset] of Object.entries(offsets)) {
      const at = key.lastIndexOf('/')
      group.offsets.set(key, { topic: key.slice(0, at), partition: Number(key.slice(at + 1)), offset, metadata: '' })
    }
    this.groups.set(groupId, group)
    return group
  }

  group(groupId: string): FakeGroup {
    const group = this.groups.get(groupId)
    if (group === undefined) throw new KafkaError('GROUP_ID_NOT_FOUND')
    return group
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
}

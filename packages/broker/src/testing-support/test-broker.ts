import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, type Doors, type Network, nodeDoors } from '@kafka-ts/io'
import {
  type Apis,
  type FetchRequest,
  KafkaError,
  type ProducePartitionResponse,
  type ProduceRequest,
  type RequestOf,
} from '@kafka-ts/protocol'
import { Broker } from '../broker.ts'
import { createBrokerConfig } from '../config/broker-config.ts'
import type { Logger } from '../logger.ts'
import { RawClient } from './raw-client.ts'
import { RawKafkaClient } from './raw-kafka-client.ts'

export interface TestBrokerOptions {
  readonly settings?: Readonly<Record<string, string>>
  readonly doors?: Doors
  /** Where the clients are; default: where the broker is. */
  readonly clientDoors?: Doors
  /** To start again on what an earlier broker left. */
  readonly directory?: string
  readonly logger?: Logger
}

/** A broker on a free port and, unless it is given, a temporary directory. */
export class TestBroker {
  readonly broker: Broker
  readonly doors: Doors
  readonly directory: string
  readonly #network: Network
  readonly #clients: { close(): Promise<void> }[] = []

  private constructor(broker: Broker, options: { readonly doors: Doors; readonly network: Network; readonly directory: string }) {
    this.broker = broker
    this.doors = options.doors
    this.directory = options.directory
    this.#network = options.network
  }

  static async start({
    settings = {},
    doors = nodeDoors(),
    directory = temporaryDirectory(),
    clientDoors = doors,
    logger,
  }: TestBrokerOptions = {}): Promise<TestBroker> {
    const config = createBrokerConfig({ listeners: '127.0.0.1:0', 'log.dirs': directory, 'min.free.bytes': '0', ...settings })
    const broker = await Broker.start({ doors, config, ...(logger === undefined ? {} : { logger }) })
    return new TestBroker(broker, { doors, network: clientDoors.network, directory })
  }

  get address(): Address {
    const [address] = this.broker.listeners
    if (address === undefined) throw new Error('the broker has no listener')
    return address
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.connect(this.#network, this.address)
    this.#clients.push(client)
    return client
  }

  async connectSilently(): Promise<RawClient> {
    const client = await RawClient.connectSilently(this.#network, this.address)
    this.#clients.push(client)
    return client
  }

  /** A client that speaks Kafka's protocol. */
  async connectKafka(): Promise<RawKafkaClient> {
    const client = await RawKafkaClient.connect(this.#network, this.address)
    this.#clients.push(client)
    return client
  }

  /** Stops the broker and keeps its directory. */
  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
    await this.broker.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'kafka-ts-broker-'))
}

/** Creates one topic; its id. Throws what the broker says. */
export async function createTopic(
  client: RawClient,
  name: string,
  options: { readonly partitions?: number; readonly configs?: Readonly<Record<string, string>> } = {},
): Promise<Uint8Array> {
  const configs = Object.entries(options.configs ?? {}).map(([config, value]) => ({ name: config, value }))
  const topic = { name, numPartitions: options.partitions ?? 1, replicationFactor: -1, assignments: [], configs }
  const { response } = await client.send('createTopics', { topics: [topic], timeoutMs: 5000, validateOnly: false })
  const [result] = response.topics
  if (result === undefined || result.errorCode !== 0) throw KafkaError.fromWire(result?.errorCode ?? -1, result?.errorMessage ?? null)
  return result.topicId
}

export interface ProduceOne {
  readonly topicId: Uint8Array
  readonly partition?: number
  readonly records: Uint8Array
  readonly acks?: number
  readonly timeoutMs?: number
}

export function produceRequest({ topicId, partition = 0, records, acks = -1, timeoutMs = 5000 }: ProduceOne): ProduceRequest {
  return { acks, timeoutMs, topics: [{ topicId, partitions: [{ partition, bytes: records.length }] }] }
}

/** Produces to one partition; the partition's answer. */
export async function produce(client: RawClient, one: ProduceOne): Promise<ProducePartitionResponse> {
  const { response } = await client.send('produce', produceRequest(one), [one.records])
  const answer = response.topics[0]?.partitions[0]
  if (answer === undefined) throw new Error('the response has no partition')
  return answer
}

export interface FetchOne {
  readonly topicId: Uint8Array
  readonly partition?: number
  readonly offset: number
  readonly maxBytes?: number
  readonly maxWaitMs?: number
  readonly minBytes?: number
  readonly currentLeaderEpoch?: number
}

export function fetchRequest({ topicId, partition = 0, offset, ...options }: FetchOne): FetchRequest {
  const maxBytes = options.maxBytes ?? 2 ** 20
  const partitions = [{ partition, fetchOffset: offset, maxBytes, currentLeaderEpoch: options.currentLeaderEpoch ?? -1 }]
  return {
    maxWaitMs: options.maxWaitMs ?? 0,
    minBytes: options.minBytes ?? 1,
    maxBytes: 2 ** 24,
    isolationLevel: 0,
    replicaId: -1,
    topics: [{ topicId, partitions }],
  }
}

/** Fetches from one partition; its answer and its bytes. */
export async function fetchOne(client: RawClient, one: FetchOne) {
  const { response, attachments } = await client.send('fetch', fetchRequest(one))
  const answer = response.topics[0]?.partitions[0]
  if (answer === undefined) throw new Error('the response has no partition')
  return { ...answer, records: attachments }
}

/** Asks for one offset. `timestamp`: as in the protocol. */
export async function listOffset(client: RawClient, topicId: Uint8Array, timestamp: number, partition = 0) {
  const request: RequestOf<Apis['listOffsets']> = {
    isolationLevel: 0,
    topics: [{ topicId, partitions: [{ partition, timestamp, currentLeaderEpoch: -1 }] }],
  }
  const { response } = await client.send('listOffsets', request)
  const answer = response.topics[0]?.partitions[0]
  if (answer === undefined) throw new Error('the response has no partition')
  return answer
}

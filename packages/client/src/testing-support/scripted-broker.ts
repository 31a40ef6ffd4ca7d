import type { Clock, Connection, Listener, Network } from '@kafka-ts/io'
import {
  type AnyApi,
  type Apis,
  apiOf,
  apis,
  decodeRequest,
  encodeErrorResponse,
  encodeResponse,
  type Frame,
  FrameDecoder,
  KafkaError,
  openRequest,
  PREAMBLE,
  type RequestOf,
  type ResponseOf,
  uuidToString,
  wireCodeOf,
} from '@kafka-ts/protocol'
import {
  baseSequenceOf,
  batchBytesOf,
  checkBatch,
  iterateBatches,
  lastOffsetDeltaOf,
  lastOffsetOf,
  maxTimestampOf,
  producerEpochOf,
  producerIdOf,
  sequenceAfter,
  sequenceDistance,
  stampBatch,
} from '@kafka-ts/protocol/records'
import { ScriptedCoordinator } from './scripted-coordinator.ts'

/** What a handler answers: a response and the bytes beside it, or nothing at all. */
export interface Answer<A extends AnyApi> {
  readonly response: ResponseOf<A>
  readonly attachments?: readonly Uint8Array[]
}

/**
 * Takes the place of the broker's own handler; undefined lets that answer, 'silence' leaves the request without an answer, 'hang up' closes the
 * connection instead, 'lose answer' once the request is done.
 */
export type Script<A extends AnyApi> = (
  request: RequestOf<A>,
  attachments: Uint8Array,
) => Answer<A> | Promise<Answer<A>> | undefined | 'silence' | 'hang up' | 'lose answer'

/** A partition's batches, as received, stamped. */
export interface ScriptedPartition {
  readonly batches: Uint8Array[]
  logStartOffset: number
  endOffset: number
  errorCode: number
  leaderId: number
}

/** An append of an idempotent producer. */
interface SequencedAppend {
  readonly epoch: number
  readonly baseSequence: number
  readonly recordCount: number
  readonly baseOffset: number
}

export interface ScriptedTopic {
  readonly name: string
  topicId: Uint8Array
  readonly partitions: ScriptedPartition[]
}

export interface ScriptedBrokerOptions {
  readonly network: Network
  /** Without one it coordinates no groups. */
  readonly clock?: Clock
  readonly port?: number
  readonly brokerId?: number
  /** Keep what is produced, so that it can be fetched. Default true; without it the broker is fast. */
  readonly isStoring?: boolean
}

const HOST = '127.0.0.1'
const CLUSTER_ID = 'scripted'
/** As many as Kafka's brokers promise. */
const REMEMBERED_APPENDS = 5

/**
 * A broker for the tests of the client: keeps batches in memory, answers at once, and any of its APIs can be taken over by a test.
 */
export class ScriptedBroker {
  readonly topics = new Map<string, ScriptedTopic>()
  readonly scripts: { -readonly [Name in keyof Apis]?: Script<Apis[Name]> } = {}
  /** Names of the APIs asked for, in order. */
  readonly requests: string[] = []
  isAutoCreating = false
  /** Other brokers of the cluster, as the metadata are to name them. */
  peers: readonly ScriptedBroker[] = []
  maxBatchBytes = Number.POSITIVE_INFINITY
  /** The error for which a batch, and with it all of its partition in a request, is refused. */
  refusalOf: ((batch: Uint8Array) => number | undefined) | undefined
  readonly #coordinator: ScriptedCoordinator | undefined
  readonly #options: ScriptedBrokerOptions
  readonly #connections = new Set<Connection>()
  readonly #parkedFetches = new Set<() => void>()
  #listener: Listener | undefined
  #port: number
  #topicCount = 0
  #nextProducerId = 100
  /** Of idempotent producers, by their id. */
  readonly #appends = new WeakMap<ScriptedPartition, Map<number, SequencedAppend[]>>()

  static async start(options: ScriptedBrokerOptions): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker(options)
    await broker.listen()
    return broker
  }

  private constructor(options: ScriptedBrokerOptions) {
    this.#options = options
    this.#port = options.port ?? 0
    this.#coordinator = options.clock === undefined ? undefined : new ScriptedCoordinator(options.clock, this)
  }

  get coordinator(): ScriptedCoordinator {
    if (this.#coordinator === undefined) throw new TypeError('a broker without a clock coordinates no groups')
    return this.#coordinator
  }

  get brokerId(): number {
    return this.#options.brokerId ?? 1
  }

  get port(): number {
    return this.#port
  }

  get address(): string {
    return `${HOST}:${this.#port}`
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  async listen(): Promise<void> {
    this.#listener = await this.#options.network.listen({ host: HOST, port: this.#port }, (connection) => this.#accept(connection))
    this.#port = this.#listener.address.port
    this.#coordinator?.resume()
  }

  /** As after a kill: no connection left, nobody listens. */
  async kill(): Promise<void> {
    this.#coordinator?.pause()
    await this.#listener?.close()
    for (const connection of this.#connections) connection.destroy()
    this.#connections.clear()
    this.#parkedFetches.clear()
  }

  createTopic(name: string, partitionCount = 1): ScriptedTopic {
    const topicId = new Uint8Array(16).fill(++this.#topicCount)
    const leaderId = this.brokerId
    const partitions = Array.from({ length: partitionCount }, () => ({
      batches: [],
      logStartOffset: 0,
      endOffset: 0,
      errorCode: 0,
      leaderId,
    }))
    const topic = { name, topicId, partitions }
    this.topics.set(name, topic)
    return topic
  }

  partition(name: string, partition = 0): ScriptedPartition {
    return this.topics.get(name)!.partitions[partition]!
  }

  #accept(connection: Connection): void {
    const decoder = new FrameDecoder()
    let preambleLeft = PREAMBLE.length
    this.#connections.add(connection)
    connection.handle({
      onData: (chunk) => {
        const skipped = Math.min(preambleLeft, chunk.length)
        preambleLeft -= skipped
        decoder.push(chunk.subarray(skipped), (frame) => void this.#onFrame(connection, frame))
      },
      onDrain: () => undefined,
      onClose: () => this.#connections.delete(connection),
    })
  }

  async #onFrame(connection: Connection, frame: Frame): Promise<void> {
    const received = openRequest(frame)
    const { correlationId, version } = received
    const api = apiOf(received)
    this.requests.push(api.name)
    try {
      const request = decodeRequest(api, received)
      const script = this.scripts[api.name as keyof Apis] as Script<AnyApi> | undefined
      const scripted = script?.(request, frame.attachments)
      if (scripted === 'silence') return
      if (scripted === 'hang up') return connection.destroy()
      if (scripted === 'lose answer') {
        await this.#handle(api, request, frame.attachments)
        return connection.destroy()
      }
      const answer = await (scripted ?? this.#handle(api, request, frame.attachments))
      if (answer !== undefined && this.#connections.has(connection))
        connection.write(encodeResponse(api, { version, correlationId, ...answer }))
    } catch (error) {
      connection.write(encodeErrorResponse(correlationId, wireCodeOf(error), error instanceof Error ? error.message : String(error)))
    }
  }

  #handle(api: AnyApi, request: unknown, attachments: Uint8Array): Answer<AnyApi> | Promise<Answer<AnyApi>> | undefined {
    switch (api) {
      case apis.hello:
        return this.#hello()
      case apis.metadata:
        return this.#metadata(request as RequestOf<typeof apis.metadata>)
      case apis.produce:
        return this.#produce(request as RequestOf<typeof apis.produce>, attachments)
      case apis.initProducerId:
        return this.#initProducerId(request as RequestOf<typeof apis.initProducerId>)
      case apis.fetch:
        return this.#fetch(request as RequestOf<typeof apis.fetch>)
      case apis.listOffsets:
        return this.#listOffsets(request as RequestOf<typeof apis.listOffsets>)
      default:
        return this.#coordinate(api, request)
    }
  }

  #coordinate(api: AnyApi, request: unknown): Answer<AnyApi> | Promise<Answer<AnyApi>> {
    const answer = this.#coordinator?.handle(api, request)
    if (answer === undefined) throw new KafkaError('UNSUPPORTED_VERSION', `${api.name} is not scripted`)
    return answer
  }

  #initProducerId({ producerId, producerEpoch }: RequestOf<typeof apis.initProducerId>): Answer<typeof apis.initProducerId> {
    const isNew = producerId === -1
    return { response: isNew ? { producerId: this.#nextProducerId++, producerEpoch: 0 } : { producerId, producerEpoch: producerEpoch + 1 } }
  }

  #hello(): Answer<typeof apis.hello> {
    return {
      response: {
        brokerId: this.brokerId,
        clusterId: CLUSTER_ID,
        apis: Object.values(apis).map(({ key, minVersion, maxVersion }) => ({ key, minVersion, maxVersion })),
        maxFrameBytes: 16 * 1024 * 1024,
        maxBatchBytes: 1024 * 1024,
        maxInFlight: 100,
      },
    }
  }

  #metadata({ topics, allowAutoCreate }: RequestOf<typeof apis.metadata>): Answer<typeof apis.metadata> {
    const names =
      topics === null ? [...this.topics.keys()] : topics.map(({ name, topicId }) => name ?? this.#find(topicId as Uint8Array)?.name ?? '')
    for (const name of names) if (allowAutoCreate && this.isAutoCreating && !this.topics.has(name)) this.createTopic(name)
    const brokers = [this, ...this.peers].map(({ brokerId, port }) => ({ nodeId: brokerId, host: HOST, port, rack: null }))
    return { response: { brokers, clusterId: CLUSTER_ID, controllerId: 1, topics: names.map((name) => this.#describe(name)) } }
  }

  #describe(name: string): ResponseOf<typeof apis.metadata>['topics'][number] {
    const topic = this.topics.get(name)
    if (topic === undefined) return { errorCode: 3, name, topicId: new Uint8Array(16), isInternal: false, partitions: [] }
    const partitions = topic.partitions.map(({ leaderId }, partition) => ({
      errorCode: leaderId < 0 ? 5 : 0,
      partition,
      leaderId,
      leaderEpoch: 0,
      replicas: [1],
      isr: [1],
      offlineReplicas: [],
      offlineReason: null,
    }))
    return { errorCode: 0, name, topicId: topic.topicId, isInternal: false, partitions }
  }

  #find(topicId: Uint8Array): ScriptedTopic | undefined {
    const wanted = uuidToString(topicId)
    return [...this.topics.values()].find((topic) => uuidToString(topic.topicId) === wanted)
  }

  #produce(request: RequestOf<typeof apis.produce>, attachments: Uint8Array): Answer<typeof apis.produce> | undefined {
    let position = 0
    const topics = request.topics.map(({ topicId, partitions }) => {
      const topic = this.#find(topicId)
      return {
        topicId,
        partitions: partitions.map(({ partition, bytes }) => {
          const records = attachments.subarray(position, position + bytes)
          position += bytes
          return this.#append(topic?.partitions[partition], partition, records)
        }),
      }
    })
    for (const wake of this.#parkedFetches) wake()
    return request.acks === 0 ? undefined : { response: { topics, throttleMs: 0 } }
  }

  #append(
    log: ScriptedPartition | undefined,
    partition: number,
    records: Uint8Array,
  ): ResponseOf<typeof apis.produce>['topics'][number]['partitions'][number] {
    const refused = { partition, errorMessage: null, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1, recordErrors: [] }
    if (log === undefined) return { ...refused, errorCode: 100 }
    if (log.errorCode !== 0) return { ...refused, errorCode: log.errorCode }
    const batches = [...iterateBatches(records)].map(({ start, end }) => records.subarray(start, end))
    if (batches.some((batch) => batch.length > this.maxBatchBytes)) return { ...refused, errorCode: 10 }
    const refusal = batches.map((batch) => this.refusalOf?.(batch)).find((code) => code !== undefined)
    if (refusal !== undefined) return { ...refused, errorCode: refusal }
    const isStoring = this.#options.isStoring !== false
    const problem = batches
      .map((batch) => (isStoring ? checkBatch(batch, 0, batch.length, { validation: 'records' }) : undefined))
      .find(Boolean)
    if (problem !== undefined) return { ...refused, errorCode: 2, errorMessage: problem.message }
    const sequenced = this.#checkSequences(log, batches)
    if (typeof sequenced === 'number') return { ...refused, errorCode: sequenced }
    if (sequenced !== undefined) return { ...refused, errorCode: 0, baseOffset: sequenced.baseOffset, logStartOffset: log.logStartOffset }
    const baseOffset = log.endOffset
    for (const batch of batches) {
      const stored = isStoring ? Buffer.from(batch) : batch
      stampBatch(stored, 0, { baseOffset: log.endOffset, leaderEpoch: 0 })
      log.endOffset += lastOffsetDeltaOf(batch, 0) + 1
      if (isStoring) log.batches.push(stored)
    }
    return {
      partition,
      errorCode: 0,
      errorMessage: null,
      baseOffset,
      logAppendTimeMs: -1,
      logStartOffset: log.logStartOffset,
      recordErrors: [],
    }
  }

  /** undefined: the next ones. An append: they were that, or a part of it. A number: the error to answer. */
  #checkSequences(log: ScriptedPartition, batches: readonly Uint8Array[]): { readonly baseOffset: number } | number | undefined {
    const [first] = batches
    if (first === undefined || producerIdOf(first, 0) < 0) return undefined
    const epoch = producerEpochOf(first, 0)
    const baseSequence = baseSequenceOf(first, 0)
    let recordCount = 0
    for (const batch of batches) {
      if (baseSequenceOf(batch, 0) !== sequenceAfter(baseSequence, recordCount)) return 45
      recordCount += lastOffsetDeltaOf(batch, 0) + 1
    }
    const appends = this.#appendsOf(log, producerIdOf(first, 0))
    const last = appends.at(-1)
    if (last !== undefined && epoch < last.epoch) return 47
    const expected = last === undefined ? baseSequence : epoch > last.epoch ? 0 : sequenceAfter(last.baseSequence, last.recordCount)
    if (baseSequence === expected) {
      appends.push({ epoch, baseSequence, recordCount, baseOffset: log.endOffset })
      return undefined
    }
    for (const append of appends.slice(-REMEMBERED_APPENDS)) {
      const from = sequenceDistance(append.baseSequence, baseSequence)
      if (append.epoch === epoch && from >= 0 && from + recordCount <= append.recordCount) return { baseOffset: append.baseOffset + from }
    }
    return sequenceDistance(baseSequence, expected) > 0 && batches.length > 1 ? 46 : 45
  }

  #appendsOf(log: ScriptedPartition, producerId: number): SequencedAppend[] {
    const byProducer = this.#appends.get(log) ?? new Map<number, SequencedAppend[]>()
    this.#appends.set(log, byProducer)
    const appends = byProducer.get(producerId) ?? []
    byProducer.set(producerId, appends)
    return appends
  }

  #fetch(request: RequestOf<typeof apis.fetch>): Answer<typeof apis.fetch> | Promise<Answer<typeof apis.fetch>> {
    const found = this.#read(request)
    if (found.attachments.length > 0 || found.hasErrors || request.maxWaitMs === 0) return found
    return new Promise((resolve) => {
      const wake = (): void => {
        const later = this.#read(request)
        if (later.attachments.length === 0 && !later.hasErrors) return
        this.#parkedFetches.delete(wake)
        resolve(later)
      }
      this.#parkedFetches.add(wake)
    })
  }

  #read(
    request: RequestOf<typeof apis.fetch>,
  ): Answer<typeof apis.fetch> & { readonly attachments: Uint8Array[]; readonly hasErrors: boolean } {
    const attachments: Uint8Array[] = []
    let hasErrors = false
    let roomBytes = request.maxBytes
    const topics = request.topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partition, fetchOffset, maxBytes }) => {
        const log = this.#find(topicId)?.partitions[partition]
        const errorCode = log === undefined ? 100 : fetchOffset < log.logStartOffset || fetchOffset > log.endOffset ? 1 : log.errorCode
        let bytes = 0
        for (const batch of errorCode === 0 ? log!.batches : []) {
          if (lastOffsetOf(batch, 0) < fetchOffset) continue
          if (bytes > 0 && bytes + batchBytesOf(batch, 0) > Math.min(maxBytes, roomBytes)) break
          attachments.push(batch)
          bytes += batch.length
        }
        roomBytes -= bytes
        hasErrors ||= errorCode !== 0
        const end = log?.endOffset ?? -1
        return { partition, errorCode, highWatermark: end, lastStableOffset: end, logStartOffset: log?.logStartOffset ?? -1, bytes }
      }),
    }))
    return { response: { topics, throttleMs: 0 }, attachments, hasErrors }
  }

  #listOffsets(request: RequestOf<typeof apis.listOffsets>): Answer<typeof apis.listOffsets> {
    const topics = request.topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partition, timestamp }) => {
        const log = this.#find(topicId)?.partitions[partition]
        if (log === undefined) return { partition, errorCode: 100, offset: -1, timestamp: -1, leaderEpoch: -1 }
        const offset = timestamp === -1 ? log.endOffset : timestamp === -2 ? log.logStartOffset : firstAtOrAfter(log, timestamp)
        return { partition, errorCode: 0, offset, timestamp: -1, leaderEpoch: 0 }
      }),
    }))
    return { response: { topics, throttleMs: 0 } }
  }
}

/** To the batch: exact enough for tests that put one record into each. */
function firstAtOrAfter(log: ScriptedPartition, timestamp: number): number {
  const batch = log.batches.find((candidate) => maxTimestampOf(candidate, 0) >= timestamp)
  return batch === undefined ? -1 : lastOffsetOf(batch, 0)
}

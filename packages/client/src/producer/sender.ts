import type { Timer } from '@kafka-ts/io'
import { apis, KafkaError, type ProducePartitionResponse, type ProduceResponse, uuidToString } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { Backoff } from '../connection/backoff.ts'
import type { NativeConnection } from '../connection/native-connection.ts'
import { produceChannel } from '../diagnostics.ts'
import { toKafkaError } from '../errors.ts'
import type { Flight } from './flight.ts'
import { FlightOutcomes } from './flight-outcomes.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { PartitionSequences, ProducerIdentity } from './partition-sequences.ts'
import { buildProduceRequest, type ProduceRequestParts } from './produce-request.ts'
import type { ProducerConfig } from './producer-config.ts'
import { ProducerIdentities } from './producer-identities.ts'
import type { RecordAccumulator } from './record-accumulator.ts'
import type { TopicQueues } from './topic-queues.ts'

/** How much longer than the broker may take the client waits for its answer. */
const ANSWER_MARGIN_MS = 1_000
/** Room in a frame for all that is not batches. */
const FRAME_MARGIN_BYTES = 64 * 1024
/** Batches of one partition share a request up to this size, so that one busy partition leaves room for the others. */
const MAX_PARTITION_BYTES = 1024 * 1024

/** One broker's share of the work: partitions that have something to send, first come first served. */
interface BrokerQueue {
  readonly nodeId: number
  readonly ready: PartitionQueue[]
  inFlight: number
  isConnecting: boolean
}

export interface SenderOptions {
  readonly cluster: Cluster
  readonly config: ProducerConfig
  readonly accumulator: RecordAccumulator
  readonly queuesOf: (topic: string) => TopicQueues | undefined
  /** A batch has an outcome and its room is free. */
  readonly onSettled: () => void
}

/**
 * Brings batches to the leaders of their partitions: one request carries batches of many partitions, a broker has at most
 * `maxInFlightRequests`. A partition is in at most one of them unless sequence numbers keep its order (`PartitionQueue`).
 */
export class Sender {
  readonly #options: SenderOptions
  readonly #outcomes: FlightOutcomes
  readonly #identities: ProducerIdentities
  readonly #brokers = new Map<number, BrokerQueue>()
  /** Partitions that wait for a leader. */
  readonly #leaderless = new Set<PartitionQueue>()
  readonly #retries = new Set<Timer>()
  #isDrainScheduled = false
  #isClosed = false

  constructor(options: SenderOptions) {
    this.#options = options
    const { cluster, accumulator, onSettled } = options
    this.#outcomes = new FlightOutcomes({ accumulator, onSettled, logger: cluster.config.logger, isClosed: () => this.#isClosed })
    this.#identities = new ProducerIdentities(cluster)
  }

  /** The partition may have something to send. */
  wake(queue: PartitionQueue): void {
    if (queue.isQueued || this.#isClosed) return
    if (queue.sequences !== undefined && queue.isWaitingForEpoch) this.#beginEpoch(queue, queue.sequences)
    if (!queue.isSendable(this.#nowMs())) return
    const leader = this.#leaderOf(queue)
    if (leader === undefined) {
      this.#leaderless.add(queue)
      this.#options.cluster.metadata.requestRefresh()
      return
    }
    queue.isQueued = true
    this.#brokerQueue(leader).ready.push(queue)
    this.#scheduleDrain()
  }

  /** There is newer metadata: partitions without a leader may have one. */
  onMetadata(): void {
    const waiting = [...this.#leaderless]
    this.#leaderless.clear()
    for (const queue of waiting) this.wake(queue)
  }

  /** Ends timers; what is in flight is no longer waited for. */
  close(): void {
    this.#isClosed = true
    for (const retry of this.#retries) retry.cancel()
    this.#retries.clear()
    this.#leaderless.clear()
    this.#brokers.clear()
  }

  /** At once when the producer has its id and the partition is new to it; else when a broker has answered. */
  #beginEpoch(queue: PartitionQueue, sequences: PartitionSequences): void {
    if (queue.isRenewing) return
    const { known } = this.#identities
    if (known !== undefined && sequences.identity === undefined) {
      sequences.begin(known)
      return
    }
    queue.isRenewing = true
    this.#askFor(sequences).then(
      (identity) => {
        queue.isRenewing = false
        sequences.begin(identity)
        this.wake(queue)
      },
      (error: unknown) => {
        queue.isRenewing = false
        this.#refuse(queue, toKafkaError(error, 'producer id'))
      },
    )
  }

  #askFor({ identity, isIdLost }: PartitionSequences): Promise<ProducerIdentity> {
    if (identity === undefined) return this.#identities.first()
    return isIdLost ? this.#identities.fresh() : this.#identities.next(identity)
  }

  /** Nothing of a partition can be sent. */
  #refuse(queue: PartitionQueue, error: KafkaError): void {
    const { accumulator, onSettled } = this.#options
    for (const batch of queue.batches()) {
      queue.remove(batch)
      batch.fail(error)
      accumulator.releaseRoom(batch)
    }
    onSettled()
  }

  #nowMs(): number {
    return this.#options.cluster.config.doors.clock.monotonic()
  }

  #leaderOf(queue: PartitionQueue): number | undefined {
    return this.#options.queuesOf(queue.topic)?.leaderOf(queue.partition)
  }

  #brokerQueue(nodeId: number): BrokerQueue {
    let broker = this.#brokers.get(nodeId)
    if (broker === undefined) {
      broker = { nodeId, ready: [], inFlight: 0, isConnecting: false }
      this.#brokers.set(nodeId, broker)
    }
    return broker
  }

  /** Sends behind everything else that this turn of the loop still does, so that one request carries all of it. */
  #scheduleDrain(): void {
    if (this.#isDrainScheduled) return
    this.#isDrainScheduled = true
    void Promise.resolve().then(() => {
      this.#isDrainScheduled = false
      for (const broker of this.#brokers.values()) this.#drain(broker)
    })
  }

  #drain(broker: BrokerQueue): void {
    while (broker.ready.length > 0 && broker.inFlight < this.#options.config.maxInFlightRequests && !this.#isClosed) {
      const connection = this.#options.cluster.pool.established(broker.nodeId, 'main')
      if (connection === undefined) {
        this.#connect(broker)
        return
      }
      const flights = this.#collect(broker, connection)
      if (flights.length === 0) continue
      void this.#send(broker, connection, flights)
      // More of them may follow at once.
      for (const { queue } of flights) this.wake(queue)
    }
  }

  #connect(broker: BrokerQueue): void {
    if (broker.isConnecting) return
    broker.isConnecting = true
    const { cluster } = this.#options
    cluster.pool.connect(broker.nodeId, 'main').then(
      () => {
        broker.isConnecting = false
        this.#drain(broker)
      },
      (error: unknown) => {
        broker.isConnecting = false
        if (this.#isClosed) return
        cluster.config.logger?.warn(`broker ${broker.nodeId} cannot be reached: ${toKafkaError(error, 'connect').message}`)
        cluster.metadata.requestRefresh()
        this.#reroute(broker, toKafkaError(error, 'connect'))
      },
    )
  }

  /** Looks again for the leaders of all that waits for a broker. It is tried again (after the pool's back-off) if it still leads them. */
  #reroute(broker: BrokerQueue, error: KafkaError): void {
    for (const queue of broker.ready.splice(0)) {
      queue.isQueued = false
      for (const batch of queue.batches()) batch.lastError = error
      this.wake(queue)
    }
  }

  /** What goes into the next request, taken from the queues. A partition that has another leader by now goes there. */
  #collect(broker: BrokerQueue, connection: NativeConnection): Flight[] {
    const { accumulator, config } = this.#options
    const maxBytes = Math.min(config.maxRequestBytes, connection.hello.maxFrameBytes - FRAME_MARGIN_BYTES)
    const flights: Flight[] = []
    let bytes = 0
    let taken = 0
    for (const queue of broker.ready) {
      const isHere = this.#leaderOf(queue) === broker.nodeId
      if (isHere && queue.isOpenDue) accumulator.closeOpen(queue)
      if (isHere && flights.length > 0 && bytes + queue.headBytes > maxBytes) break
      taken++
      queue.isQueued = false
      if (!isHere) this.wake(queue)
      else if (queue.isSendable(this.#nowMs())) bytes += this.#takeOff(queue, flights, Math.min(MAX_PARTITION_BYTES, maxBytes - bytes))
    }
    broker.ready.splice(0, taken)
    return flights
  }

  /** Adds what a partition has, up to `maxBytes`; returns how much that is. */
  #takeOff(queue: PartitionQueue, flights: Flight[], maxBytes: number): number {
    const flight = queue.takeOff(maxBytes)
    if (flight === undefined) return 0
    flights.push(flight)
    return flightBytes(flight)
  }

  async #send(broker: BrokerQueue, connection: NativeConnection, flights: readonly Flight[]): Promise<void> {
    const startMs = this.#nowMs()
    const bytes = produceChannel.hasSubscribers ? flights.reduce((sum, flight) => sum + flightBytes(flight), 0) : 0
    broker.inFlight++
    let error: KafkaError | undefined
    let retries: Flight[]
    try {
      const { config, queuesOf } = this.#options
      retries = await this.#exchange(
        connection,
        buildProduceRequest(flights, { acks: config.acks, timeoutMs: this.#requestTimeoutMs, queuesOf }),
      )
    } catch (cause) {
      const failure = toKafkaError(cause, 'produce')
      error = failure
      retries = flights.filter((flight) => flight.queue.isInFlight(flight)).filter((flight) => this.#outcomes.fail(flight, failure))
    }
    broker.inFlight--
    if (produceChannel.hasSubscribers) {
      produceChannel.publish({ nodeId: broker.nodeId, partitionCount: flights.length, bytes, durationMs: this.#nowMs() - startMs, error })
    }
    if (retries.length > 0) this.#pause(retries)
    for (const { queue } of flights) this.wake(queue)
    this.#drain(broker)
  }

  get #requestTimeoutMs(): number {
    return this.#options.cluster.config.requestTimeoutMs
  }

  /** Sends one request and gives each flight what the answer says of it. Returns those to be sent again after a pause. */
  async #exchange(connection: NativeConnection, parts: ProduceRequestParts): Promise<Flight[]> {
    const { request, attachments, flights } = parts
    if (request.acks === 0) {
      connection.post(apis.produce, { request, attachments })
      await connection.whenDrained()
      for (const flight of flights.values()) this.#outcomes.succeed(flight, { baseOffset: -1, logAppendTimeMs: -1 })
      return []
    }
    const timeoutMs = this.#requestTimeoutMs + ANSWER_MARGIN_MS
    const { response } = await connection.request(apis.produce, { request, attachments, timeoutMs })
    return this.#onResponse(response, flights)
  }

  #onResponse(response: ProduceResponse, flights: Map<string, Flight>): Flight[] {
    const retries: Flight[] = []
    for (const topic of response.topics) {
      const topicIdText = uuidToString(topic.topicId)
      for (const partition of topic.partitions) {
        const key = `${topicIdText} ${partition.partition}`
        const flight = flights.get(key)
        if (flight === undefined) continue
        flights.delete(key)
        if (partition.errorCode === 0) this.#outcomes.succeed(flight, partition)
        else if (this.#outcomes.fail(flight, partitionError(flight, partition))) retries.push(flight)
      }
    }
    for (const flight of flights.values()) {
      this.#outcomes.fail(flight, new KafkaError('PROTOCOL_ERROR', `The broker's answer leaves out ${describe(flight)}.`))
    }
    return retries
  }

  /** Leaves partitions alone for a while, all of a request together, and asks meanwhile whether their leaders have moved. */
  #pause(retries: readonly Flight[]): void {
    const { cluster, config } = this.#options
    if (this.#isClosed) return
    cluster.metadata.requestRefresh()
    const attempts = Math.max(...retries.map(({ batches }) => batches[0]?.failedAttempts ?? 1))
    const pauseMs = retryPause(attempts, { config, random: cluster.config.doors.random })
    for (const { queue } of retries) queue.retryAtMs = this.#nowMs() + pauseMs
    const timer = cluster.config.doors.clock.setTimer(pauseMs, () => {
      this.#retries.delete(timer)
      for (const { queue } of retries) {
        queue.retryAtMs = 0
        this.wake(queue)
      }
    })
    this.#retries.add(timer)
  }
}

function retryPause(
  attempts: number,
  options: { readonly config: ProducerConfig; readonly random: Cluster['config']['doors']['random'] },
): number {
  const { retryBackoffMs: firstMs, retryBackoffMaxMs: maxMs } = options.config
  const backoff = new Backoff({ firstMs, maxMs, random: options.random })
  let pauseMs = backoff.next()
  for (let attempt = 1; attempt < attempts && pauseMs < maxMs; attempt++) pauseMs = backoff.next()
  return pauseMs
}

function partitionError(flight: Flight, { errorCode, errorMessage }: ProducePartitionResponse): KafkaError {
  const { code, message } = KafkaError.fromWire(errorCode, errorMessage)
  return new KafkaError(code, `${describe(flight)}: ${message}`)
}

function describe({ queue }: Flight): string {
  return `partition ${queue.partition} of topic "${queue.topic}"`
}

function flightBytes({ batches }: Flight): number {
  let bytes = 0
  for (const { encoded } of batches) bytes += encoded?.length ?? 0
  return bytes
}

import { apis, KafkaError, type ProducePartitionResponse, type ProduceResponse, uuidToString } from '@kafka-ts/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import { Backoff } from '../connection/backoff.ts'
import type { NativeConnection } from '../connection/native-connection.ts'
import { produceChannel } from '../diagnostics.ts'
import { toKafkaError } from '../errors.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { buildProduceRequest, type ProduceRequestParts } from './produce-request.ts'
import type { ProducerBatch } from './producer-batch.ts'
import type { ProducerConfig } from './producer-config.ts'
import type { RecordAccumulator } from './record-accumulator.ts'
import { splitBatch } from './split-batch.ts'
import type { TopicQueues } from './topic-queues.ts'

/** How much longer than the broker may take the client waits for its answer. */
const ANSWER_MARGIN_MS = 1_000
/** Room in a frame for all that is not batches. */
const FRAME_MARGIN_BYTES = 64 * 1024

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
 * `maxInFlightRequests`, and a partition is in at most one of them, so that sending again keeps the order.
 */
export class Sender {
  readonly #options: SenderOptions
  readonly #brokers = new Map<number, BrokerQueue>()
  /** Partitions that wait for a leader. */
  readonly #leaderless = new Set<PartitionQueue>()
  readonly #retries = new Set<{ cancel(): void }>()
  #isDrainScheduled = false
  #isClosed = false

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** The partition may have something to send. */
  wake(queue: PartitionQueue): void {
    if (queue.isQueued || this.#isClosed || queue.head(this.#nowMs()) === undefined) return
    const leader = this.#options.queuesOf(queue.topic)?.leaderOf(queue.partition)
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

  #nowMs(): number {
    return this.#options.cluster.config.doors.clock.monotonic()
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
      const batches = this.#collect(broker, connection)
      if (batches.length > 0) void this.#send(broker, connection, batches)
    }
  }

  #connect(broker: BrokerQueue): void {
    if (broker.isConnecting) return
    broker.isConnecting = true
    this.#options.cluster.pool.connect(broker.nodeId, 'main').then(
      () => {
        broker.isConnecting = false
        this.#drain(broker)
      },
      (error: unknown) => {
        broker.isConnecting = false
        this.#options.cluster.config.logger?.warn(`broker ${broker.nodeId} cannot be reached: ${toKafkaError(error, 'connect').message}`)
        this.#options.cluster.metadata.requestRefresh()
        this.#reroute(broker)
      },
    )
  }

  /** Looks again for the leaders of all that waits for a broker. It is tried again (after the pool's back-off) if it still leads them. */
  #reroute(broker: BrokerQueue): void {
    for (const queue of broker.ready.splice(0)) {
      queue.isQueued = false
      const head = queue.head(this.#nowMs())
      if (head !== undefined) head.lastError ??= new KafkaError('DISCONNECTED', `Broker ${broker.nodeId} cannot be reached.`)
      this.wake(queue)
    }
  }

  /** The next batches for one request, each taken from its queue. What has another leader by now goes there. */
  #collect(broker: BrokerQueue, connection: NativeConnection): ProducerBatch[] {
    const { accumulator, config, queuesOf } = this.#options
    const maxBytes = Math.min(config.maxRequestBytes, connection.hello.maxFrameBytes - FRAME_MARGIN_BYTES)
    const batches: ProducerBatch[] = []
    let bytes = 0
    let taken = 0
    for (const queue of broker.ready) {
      if (queuesOf(queue.topic)?.leaderOf(queue.partition) !== broker.nodeId) {
        taken++
        queue.isQueued = false
        this.wake(queue)
        continue
      }
      if (queue.head(this.#nowMs()) === queue.open) accumulator.closeOpen(queue)
      const batch = queue.head(this.#nowMs())
      const size = batch?.encoded?.length ?? 0
      if (batches.length > 0 && bytes + size > maxBytes) break
      taken++
      queue.isQueued = false
      if (batch === undefined) continue
      queue.beginFlight()
      bytes += size
      batches.push(batch)
    }
    broker.ready.splice(0, taken)
    return batches
  }

  async #send(broker: BrokerQueue, connection: NativeConnection, batches: readonly ProducerBatch[]): Promise<void> {
    const startMs = this.#nowMs()
    broker.inFlight++
    let error: KafkaError | undefined
    try {
      const parts = buildProduceRequest(batches, {
        acks: this.#options.config.acks,
        timeoutMs: this.#requestTimeoutMs,
        queuesOf: this.#options.queuesOf,
      })
      await this.#exchange(connection, parts)
    } catch (cause) {
      error = toKafkaError(cause, 'produce')
      for (const batch of batches) if (batch.queue.inFlight === batch) this.#onFailure(batch, error)
    }
    broker.inFlight--
    this.#publish(broker.nodeId, batches, { startMs, error })
    this.#wakeAll(batches, error)
    this.#drain(broker)
  }

  get #requestTimeoutMs(): number {
    return this.#options.cluster.config.requestTimeoutMs
  }

  /** Sends one request and gives each batch what the answer says of it. */
  async #exchange(connection: NativeConnection, parts: ProduceRequestParts): Promise<void> {
    const { request, attachments, batches } = parts
    if (request.acks === 0) {
      connection.post(apis.produce, { request, attachments })
      await connection.whenDrained()
      for (const batch of batches.values()) this.#onSuccess(batch, { baseOffset: -1, logAppendTimeMs: -1 })
      return
    }
    const timeoutMs = this.#requestTimeoutMs + ANSWER_MARGIN_MS
    const { response } = await connection.request(apis.produce, { request, attachments, timeoutMs })
    this.#onResponse(response, parts)
  }

  #onResponse(response: ProduceResponse, parts: ProduceRequestParts): void {
    for (const topic of response.topics) {
      const topicIdText = uuidToString(topic.topicId)
      for (const partition of topic.partitions) {
        const key = `${topicIdText} ${partition.partition}`
        const batch = parts.batches.get(key)
        if (batch === undefined) continue
        parts.batches.delete(key)
        if (partition.errorCode === 0) this.#onSuccess(batch, partition)
        else this.#onFailure(batch, partitionError(batch, partition))
      }
    }
    for (const batch of parts.batches.values()) {
      this.#onFailure(batch, new KafkaError('PROTOCOL_ERROR', `The broker's answer leaves out ${describe(batch)}.`))
    }
  }

  #onSuccess(batch: ProducerBatch, written: { readonly baseOffset: number; readonly logAppendTimeMs: number }): void {
    batch.queue.inFlight = undefined
    batch.queue.retryAtMs = 0
    batch.succeed(written.baseOffset, written.logAppendTimeMs)
    this.#finish(batch)
  }

  #onFailure(batch: ProducerBatch, error: KafkaError): void {
    const { queue } = batch
    queue.inFlight = undefined
    batch.lastError = error
    batch.failedAttempts++
    if (batch.isSettled || this.#isClosed) {
      this.#finish(batch)
    } else if (error.code === 'MESSAGE_TOO_LARGE' && batch.recordCount > 1) {
      this.#split(batch)
    } else if (error.retriable) {
      queue.putBack([batch])
    } else {
      batch.fail(error)
      this.#finish(batch)
    }
  }

  #split(batch: ProducerBatch): void {
    const { accumulator } = this.#options
    const parts = splitBatch(batch, (maxBatchBytes) => accumulator.newBatchFor(batch, maxBatchBytes))
    accumulator.replace(batch, parts)
    batch.queue.putBack(parts)
    for (const part of parts) accumulator.seal(part)
  }

  /** After an answer: partitions whose batch has to be sent again pause first, all of a request together. */
  #wakeAll(batches: readonly ProducerBatch[], error: KafkaError | undefined): void {
    const failed = batches.filter((batch) => !batch.isSettled)
    for (const { queue } of batches) {
      const needsPause = failed.some((batch) => batch.queue === queue)
      if (!needsPause) this.wake(queue)
    }
    if (failed.length === 0 || this.#isClosed) return
    if (error !== undefined) this.#options.cluster.config.logger?.warn(`produce failed, will be tried again: ${error.message}`)
    this.#options.cluster.metadata.requestRefresh()
    this.#pause(failed)
  }

  #pause(failed: readonly ProducerBatch[]): void {
    const { cluster, config } = this.#options
    const attempts = Math.max(...failed.map((batch) => batch.failedAttempts))
    const pauseMs = retryPause(attempts, { config, random: cluster.config.doors.random })
    const retryAtMs = this.#nowMs() + pauseMs
    for (const { queue } of failed) queue.retryAtMs = retryAtMs
    const timer = cluster.config.doors.clock.setTimer(pauseMs, () => {
      this.#retries.delete(timer)
      for (const { queue } of failed) {
        queue.retryAtMs = 0
        this.wake(queue)
      }
    })
    this.#retries.add(timer)
  }

  #finish(batch: ProducerBatch): void {
    const { accumulator, onSettled } = this.#options
    accumulator.releaseRoom(batch)
    accumulator.releaseBuilder(batch)
    onSettled()
  }

  #publish(
    nodeId: number,
    batches: readonly ProducerBatch[],
    outcome: { readonly startMs: number; readonly error: KafkaError | undefined },
  ): void {
    if (!produceChannel.hasSubscribers) return
    let bytes = 0
    for (const batch of batches) bytes += batch.encoded?.length ?? 0
    const durationMs = this.#nowMs() - outcome.startMs
    produceChannel.publish({ nodeId, batchCount: batches.length, bytes, durationMs, error: outcome.error })
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

function partitionError(batch: ProducerBatch, { errorCode, errorMessage }: ProducePartitionResponse): KafkaError {
  const { code, message } = KafkaError.fromWire(errorCode, errorMessage)
  return new KafkaError(code, `${describe(batch)}: ${message}`)
}

function describe({ queue }: ProducerBatch): string {
  return `partition ${queue.partition} of topic "${queue.topic}"`
}

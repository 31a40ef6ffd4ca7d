import type { Timer } from '@kafka-ts/io'
import { apis, type FetchPartitionResponse, type FetchRequest, type FetchResponse, KafkaError, uuidToString } from '@kafka-ts/protocol'
import { groupByLeader, groupByTopic, type Located } from '../cluster/by-leader.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Backoff } from '../connection/backoff.ts'
import type { ConnectionResponse } from '../connection/native-connection.ts'
import { fetchChannel } from '../diagnostics.ts'
import { toKafkaError } from '../errors.ts'
import type { TopicPartition } from '../record.ts'
import type { ConsumerConfig } from './consumer-config.ts'
import { FetchedChunk } from './fetched-chunk.ts'
import type { PartitionState } from './partition-state.ts'
import { resolveStarts } from './start-resolver.ts'
import type { Subscription } from './subscription.ts'

/**
 * Fetches under way at one broker. More than one, because a fetch that waits at the broker for new records must not hold up partitions that
 * have become fetchable since.
 */
const MAX_FETCHES_PER_BROKER = 16
const READ_UNCOMMITTED = 0
const CONSUMER_REPLICA_ID = -1
/** How much longer than the broker may wait for records the client waits for its answer; then come `requestTimeoutMs`. */
const FRAME_MARGIN_BYTES = 64 * 1024

/** A partition of a fetch under way. */
interface FetchTarget extends TopicPartition {
  readonly state: PartitionState
  readonly generation: number
}

export interface FetcherOptions {
  readonly cluster: Cluster
  readonly config: ConsumerConfig
  readonly subscription: Subscription
  /** There is something new for the application: records, or a failure. */
  readonly onNews: () => void
  /** The wanted offset of a partition is gone, and it goes on elsewhere. */
  readonly onReset?: (state: PartitionState, error: KafkaError) => void
}

/**
 * Keeps the buffers of all partitions filled: every partition that is neither held nor finished nor buffered enough is in some fetch at its
 * leader. Total memory is bounded: a fetch is only made for what fits the buffer beside what is there and under way.
 */
export class Fetcher {
  readonly #options: FetcherOptions
  readonly #inFlight = new Map<number, number>()
  readonly #backoff: Backoff
  readonly #closing = new AbortController()
  #reservedBytes = 0
  #isPokeScheduled = false
  /** One for each group of partitions that failed together. */
  readonly #retries = new Set<Timer>()

  constructor(options: FetcherOptions) {
    this.#options = options
    this.#backoff = options.cluster.newBackoff()
  }

  /** Something has changed that may allow a fetch. Cheap: the look itself comes behind everything else of this turn. */
  poke(): void {
    if (this.#isPokeScheduled || this.#closing.signal.aborted) return
    this.#isPokeScheduled = true
    void Promise.resolve().then(() => {
      this.#isPokeScheduled = false
      this.#look()
    })
  }

  /** What is under way is dropped when it arrives. Idempotent. */
  close(): void {
    this.#closing.abort(new KafkaError('CLOSED'))
    for (const retry of this.#retries) retry.cancel()
    this.#retries.clear()
  }

  #look(): void {
    if (this.#closing.signal.aborted) return
    this.#resolveStarts()
    const { cluster, subscription } = this.#options
    const wanted = subscription
      .states()
      .filter((state) => this.#isFetchable(state))
      .map(toTarget)
    if (wanted.length === 0) return
    const { located, failures } = groupByLeader(cluster, wanted)
    if (failures.length > 0) {
      cluster.metadata.requestRefresh()
      this.#pause(failures.map(({ item }) => item.state))
    }
    for (const [nodeId, targets] of located) this.#fetchFrom(nodeId, targets)
  }

  #isFetchable(state: PartitionState): boolean {
    const { isHeld, isFetching, isFinished, failure, fetchOffset, untilOffset, retryAtMs } = state
    if (isHeld || isFetching || isFinished || failure !== undefined || fetchOffset === undefined) return false
    if (untilOffset !== undefined && fetchOffset >= untilOffset) return false
    return state.bufferedBytes < this.#options.config.partitionMaxBytes && this.#nowMs() >= retryAtMs
  }

  #resolveStarts(): void {
    const { cluster, subscription, onNews } = this.#options
    const states = subscription.states().filter((state) => state.start !== undefined && !state.isResolving && state.failure === undefined)
    if (states.length === 0) return
    void resolveStarts(cluster, states, this.#closing.signal).then(() => {
      this.poke()
      onNews()
    })
  }

  #fetchFrom(nodeId: number, targets: readonly Located<FetchTarget>[]): void {
    const { config, subscription } = this.#options
    if ((this.#inFlight.get(nodeId) ?? 0) >= MAX_FETCHES_PER_BROKER) return
    const wantedBytes = Math.min(config.fetchMaxBytes, targets.length * config.partitionMaxBytes)
    if (!this.#hasRoomFor(wantedBytes)) subscription.reclaimHeld()
    if (!this.#hasRoomFor(wantedBytes)) return
    void this.#fetch(nodeId, targets, Math.max(1, Math.min(wantedBytes, this.#roomBytes)))
  }

  get #roomBytes(): number {
    return this.#options.config.bufferBytes - this.#options.subscription.bufferedBytes - this.#reservedBytes
  }

  /** A sliver of room is not worth a request; but with nothing buffered or under way there has to be one, however small the buffer. */
  #hasRoomFor(wantedBytes: number): boolean {
    const { config, subscription } = this.#options
    const isIdle = subscription.bufferedBytes === 0 && this.#reservedBytes === 0
    return isIdle || this.#roomBytes >= Math.min(wantedBytes, config.partitionMaxBytes)
  }

  async #fetch(nodeId: number, targets: readonly Located<FetchTarget>[], maxBytes: number): Promise<void> {
    const { cluster, config } = this.#options
    const startMs = this.#nowMs()
    this.#inFlight.set(nodeId, (this.#inFlight.get(nodeId) ?? 0) + 1)
    this.#reservedBytes += maxBytes
    for (const { item } of targets) item.state.isFetching = true
    let error: KafkaError | undefined
    let bytes = 0
    try {
      const connection = await cluster.connect(nodeId, 'fetch')
      const limit = Math.min(maxBytes, connection.hello.maxFrameBytes - FRAME_MARGIN_BYTES)
      const timeoutMs = config.fetchMaxWaitMs + cluster.config.requestTimeoutMs
      // While it connected, partitions may have been sought elsewhere, or taken away.
      const wanted = targets.filter(({ item }) => isCurrent(item))
      const request = buildFetchRequest(wanted, { config, maxBytes: limit })
      const answer = wanted.length === 0 ? undefined : await connection.request(apis.fetch, { request, timeoutMs })
      bytes = answer?.attachments.length ?? 0
      this.#release(nodeId, targets, maxBytes)
      if (answer !== undefined) this.#onAnswer(answer, wanted)
      this.#backoff.reset()
    } catch (cause) {
      error = toKafkaError(cause, 'fetch')
      this.#release(nodeId, targets, maxBytes)
      this.#onFailure(error, targets)
    }
    if (fetchChannel.hasSubscribers) {
      fetchChannel.publish({ nodeId, partitionCount: targets.length, bytes, durationMs: this.#nowMs() - startMs, error })
    }
    this.poke()
  }

  #release(nodeId: number, targets: readonly Located<FetchTarget>[], maxBytes: number): void {
    this.#inFlight.set(nodeId, (this.#inFlight.get(nodeId) ?? 1) - 1)
    this.#reservedBytes -= maxBytes
    for (const { item } of targets) if (isCurrent(item)) item.state.isFetching = false
  }

  #onAnswer({ response, attachments }: ConnectionResponse<typeof apis.fetch>, targets: readonly Located<FetchTarget>[]): void {
    if (this.#closing.signal.aborted) return
    const byKey = new Map(targets.map(({ item, topic }) => [`${topic.topicIdText} ${item.partition}`, item]))
    for (const { key, partition, buffer } of partitionsOf(response, attachments)) {
      const target = byKey.get(key)
      if (target === undefined || !isCurrent(target)) continue
      if (partition.errorCode !== 0) {
        this.#onPartitionError(target.state, partition)
        continue
      }
      target.state.highWatermark = partition.highWatermark
      if (buffer.length > 0) this.#onRecords(target.state, { buffer, highWatermark: partition.highWatermark })
    }
  }

  #onRecords(state: PartitionState, fetched: { readonly buffer: Uint8Array; readonly highWatermark: number }): void {
    const { subscription, onNews } = this.#options
    try {
      const chunk = new FetchedChunk({ state, ...fetched })
      subscription.buffer(state, () => state.addChunk(chunk))
    } catch (cause) {
      state.failure = toKafkaError(cause, state.describe())
    }
    onNews()
  }

  #onPartitionError(state: PartitionState, { errorCode }: FetchPartitionResponse): void {
    const { cluster, config, onNews, subscription } = this.#options
    const { code, message } = KafkaError.fromWire(errorCode)
    const error = new KafkaError(code, `${state.describe()} at offset ${state.fetchOffset}: ${message}`)
    if (error.code === 'OFFSET_OUT_OF_RANGE' && config.onOffsetOutOfRange !== 'error') {
      cluster.config.logger?.warn(`${error.message} Going on at the ${config.onOffsetOutOfRange} offset.`)
      this.#options.onReset?.(state, error)
      subscription.move(state, config.onOffsetOutOfRange)
    } else if (error.retriable) {
      cluster.config.logger?.debug(`fetch will be tried again: ${error.message}`)
      cluster.metadata.requestRefresh()
      this.#pause([state])
    } else {
      state.failure = error
      onNews()
    }
  }

  /** A whole fetch failed: what can be retried is, for ever; the rest the application has to know. */
  #onFailure(error: KafkaError, targets: readonly Located<FetchTarget>[]): void {
    const { cluster, onNews } = this.#options
    if (this.#closing.signal.aborted || cluster.isClosed) return
    const states = targets.filter(({ item }) => isCurrent(item)).map(({ item }) => item.state)
    if (error.retriable) {
      cluster.config.logger?.warn(`fetch failed, will be tried again: ${error.message}`)
      cluster.metadata.requestRefresh()
      this.#pause(states)
      return
    }
    for (const state of states) state.failure = error
    onNews()
  }

  #pause(states: readonly PartitionState[]): void {
    const pauseMs = this.#backoff.next()
    const retryAtMs = this.#nowMs() + pauseMs
    for (const state of states) state.retryAtMs = retryAtMs
    const timer = this.#options.cluster.config.doors.clock.setTimer(pauseMs, () => {
      this.#retries.delete(timer)
      // A timer may fire a fraction before its time; the partitions are not to miss their turn for that.
      for (const state of states) if (state.retryAtMs === retryAtMs) state.retryAtMs = 0
      this.poke()
    })
    this.#retries.add(timer)
  }

  #nowMs(): number {
    return this.#options.cluster.config.doors.clock.monotonic()
  }
}

function toTarget(state: PartitionState): FetchTarget {
  return { state, generation: state.generation, topic: state.topic.name, partition: state.partition }
}

function isCurrent({ state, generation }: FetchTarget): boolean {
  return state.generation === generation
}

function buildFetchRequest(
  targets: readonly Located<FetchTarget>[],
  options: { readonly config: ConsumerConfig; readonly maxBytes: number },
): FetchRequest {
  const { fetchMaxWaitMs, fetchMinBytes, partitionMaxBytes } = options.config
  const topics = [...groupByTopic(targets)].map(([{ topicId }, entries]) => ({
    topicId,
    partitions: entries.map(({ item, partition }) => ({
      partition: item.partition,
      fetchOffset: item.state.fetchOffset as number,
      maxBytes: partitionMaxBytes,
      currentLeaderEpoch: partition.leaderEpoch,
    })),
  }))
  return {
    maxWaitMs: fetchMaxWaitMs,
    minBytes: fetchMinBytes,
    maxBytes: options.maxBytes,
    isolationLevel: READ_UNCOMMITTED,
    replicaId: CONSUMER_REPLICA_ID,
    topics,
  }
}

/** The partitions of an answer, each with its part of the attachments. Throws PROTOCOL_ERROR when the lengths do not fit. */
function partitionsOf(
  response: FetchResponse,
  attachments: Uint8Array,
): { key: string; partition: FetchPartitionResponse; buffer: Uint8Array }[] {
  let position = 0
  const found = response.topics.flatMap(({ topicId, partitions }) => {
    const topicIdText = uuidToString(topicId)
    return partitions.map((partition) => {
      const buffer = attachments.subarray(position, position + partition.bytes)
      position += partition.bytes
      return { key: `${topicIdText} ${partition.partition}`, partition, buffer }
    })
  })
  if (position !== attachments.length)
    throw new KafkaError('PROTOCOL_ERROR', 'The lengths of a fetch answer do not add up to its attachments.')
  return found
}

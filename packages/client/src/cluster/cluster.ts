import { type AnyApi, KafkaError } from '@kafka-ts/protocol'
import type { ClientConfig } from '../client-config.ts'
import { Backoff } from '../connection/backoff.ts'
import { ConnectionPool, type Lane } from '../connection/connection-pool.ts'
import type { ConnectionRequest, ConnectionResponse, NativeConnection } from '../connection/native-connection.ts'
import { ensureNotAborted, toKafkaError, withSignal } from '../errors.ts'
import { Coordinators } from './coordinators.ts'
import { MetadataCache } from './metadata-cache.ts'
import { TopicNames } from './topic-names.ts'

/** How long to go on, and what ends it sooner. */
export interface RetryOptions {
  readonly signal?: AbortSignal | undefined
  /** Default: `retryTimeoutMs` of the client. */
  readonly timeoutMs?: number | undefined
}

/**
 * What producers, consumers and admin of one client share: connections and metadata. Owned by `Kafka`.
 */
export class Cluster {
  readonly config: ClientConfig
  readonly pool: ConnectionPool
  readonly metadata: MetadataCache
  readonly coordinators: Coordinators
  readonly topicNames: TopicNames
  readonly #closing = new AbortController()

  constructor(config: ClientConfig) {
    this.config = config
    this.pool = new ConnectionPool(config)
    this.metadata = new MetadataCache(config, this.pool)
    this.coordinators = new Coordinators(this.pool, this.metadata)
    this.topicNames = new TopicNames(this.pool)
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  newBackoff(): Backoff {
    const { retryBackoffMs, retryBackoffMaxMs, doors } = this.config
    return new Backoff({ firstMs: retryBackoffMs, maxMs: retryBackoffMaxMs, random: doors.random })
  }

  /** The connection to a broker; any broker when the id is undefined. */
  connect(nodeId: number | undefined, lane: Lane = 'main'): Promise<NativeConnection> {
    return nodeId === undefined ? this.pool.connectAny() : this.pool.connect(nodeId, lane)
  }

  /** One request to one broker (any, when the id is undefined), tried once. */
  async request<A extends AnyApi>(nodeId: number | undefined, api: A, options: ConnectionRequest<A>): Promise<ConnectionResponse<A>> {
    const connection = await this.connect(nodeId)
    return connection.request(api, options)
  }

  /** Runs `attempt` until it succeeds, fails with an error that is not retriable, or the time is up: then that last error is thrown. */
  async retrying<T>(operation: string, options: RetryOptions, attempt: () => Promise<T>): Promise<T> {
    const { clock } = this.config.doors
    const deadline = clock.monotonic() + (options.timeoutMs ?? this.config.retryTimeoutMs)
    const backoff = this.newBackoff()
    for (;;) {
      if (this.isClosed) throw new KafkaError('CLOSED')
      ensureNotAborted(options.signal)
      try {
        return await withSignal(attempt(), options.signal)
      } catch (cause) {
        const error = toKafkaError(cause, operation)
        const pauseMs = backoff.next()
        if (!error.retriable || clock.monotonic() + pauseMs > deadline) throw error
        this.metadata.requestRefresh()
        await withSignal(clock.sleep(pauseMs, this.#closing.signal), options.signal)
      }
    }
  }

  /** Closes everything at once. Idempotent. */
  close(): void {
    this.#closing.abort(new KafkaError('CLOSED'))
    this.metadata.close()
    this.pool.close()
  }
}

import type { Timer } from '@kafka-ts/io'
import { apis, KafkaError, type MetadataResponse } from '@kafka-ts/protocol'
import type { ClientConfig } from '../client-config.ts'
import { Backoff } from '../connection/backoff.ts'
import type { ConnectionPool } from '../connection/connection-pool.ts'
import { ensureNotAborted, toKafkaError, withSignal } from '../errors.ts'
import { SharedQuestion } from './shared-question.ts'
import { readTopicMetadata, type TopicMetadata } from './topic-metadata.ts'

/** How long a topic may be unknown before it is taken for missing: it may have been created a moment ago. */
const UNKNOWN_TOPIC_BUDGET_MS = 2_000

/** Which topics to ask for. `isAutoCreateAllowed`: the broker may make those that are missing, if it is configured to. */
interface MetadataQuery {
  readonly names: readonly string[]
  readonly isAutoCreateAllowed: boolean
}

export interface EnsureTopicOptions {
  readonly timeoutMs: number
  /** Whether a missing topic may be created, where the brokers do that. Producers do, as in Kafka; readers would only hide a misspelt name. */
  readonly isAutoCreateAllowed?: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * What the client knows of topics and their leaders. Topics that were asked for once are kept current: asked for again when they are older
 * than `metadataMaxAgeMs`, and when an error says that something has moved.
 */
export class MetadataCache {
  readonly #config: ClientConfig
  readonly #pool: ConnectionPool
  readonly #topics = new Map<string, TopicMetadata>()
  readonly #tracked = new Set<string>()
  readonly #listeners = new Set<() => void>()
  readonly #closing = new AbortController()
  readonly #asking = new SharedQuestion((names) => this.#refresh({ names, isAutoCreateAllowed: false }))
  readonly #askingToCreate = new SharedQuestion((names) => this.#refresh({ names, isAutoCreateAllowed: true }))
  #refreshing: Promise<void> | undefined
  #isRefreshWanted = false
  #ageTimer: Timer | undefined

  constructor(config: ClientConfig, pool: ConnectionPool) {
    this.#config = config
    this.#pool = pool
  }

  /** The topic as last heard of; undefined when it is not known. */
  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name)
  }

  /** Called after every answer with metadata. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * The topic, asked for until it is known. Rejects with its error, or with the
   * last failure when the time is up.
   */
  async ensureTopic(name: string, options: EnsureTopicOptions): Promise<TopicMetadata> {
    const { clock, random } = this.#config.doors
    const { retryBackoffMs: firstMs, retryBackoffMaxMs: maxMs } = this.#config
    const backoff = new Backoff({ firstMs, maxMs, random })
    const startMs = clock.monotonic()
    this.#tracked.add(name)
    for (;;) {
      const known = this.#topics.get(name)
      if (known !== undefined) return known
      ensureNotAborted(options.signal)
      const failure = await withSignal(this.#askFor(name, options.isAutoCreateAllowed ?? false), options.signal)
      if (failure === undefined) continue
      const budgetMs =
        failure.code === 'UNKNOWN_TOPIC_OR_PARTITION' ? Math.min(UNKNOWN_TOPIC_BUDGET_MS, options.timeoutMs) : options.timeoutMs
      const pauseMs = backoff.next()
      if (!failure.retriable || clock.monotonic() - startMs + pauseMs > budgetMs) {
        this.#tracked.delete(name)
        throw failure
      }
      await withSignal(clock.sleep(pauseMs, this.#closing.signal), options.signal)
    }
  }

  /** Brings all topics that are kept up to date, soon. Calls while that is under way are answered by one more round. */
  requestRefresh(): void {
    if (this.#closing.signal.aborted || this.#tracked.size === 0) return
    this.#isRefreshWanted = true
    this.#refreshing ??= this.#refreshUntilCurrent().finally(() => {
      this.#refreshing = undefined
    })
  }

  /** Asks for topics (null: all) without keeping them. Rejects with the failure of the request. */
  async query(names: readonly string[] | null): Promise<MetadataResponse> {
    const topics = names === null ? null : names.map((name) => ({ name, topicId: null }))
    return this.#request({ topics, allowAutoCreate: false })
  }

  /** Ends refreshing. Idempotent. */
  close(): void {
    this.#closing.abort(new KafkaError('CLOSED'))
    this.#ageTimer?.cancel()
    this.#listeners.clear()
  }

  /** Those who ask while the question of others is under way share the next one: thousands that begin at once ask twice. */
  async #askFor(name: string, isAutoCreateAllowed: boolean): Promise<KafkaError | undefined> {
    const asking = isAutoCreateAllowed ? this.#askingToCreate : this.#asking
    try {
      return (await asking.ask(name)).get(name)
    } catch (error) {
      return toKafkaError(error, 'metadata')
    }
  }

  async #refreshUntilCurrent(): Promise<void> {
    const { clock, random } = this.#config.doors
    const backoff = new Backoff({ firstMs: this.#config.retryBackoffMs, maxMs: this.#config.retryBackoffMaxMs, random })
    while (this.#isRefreshWanted && !this.#closing.signal.aborted) {
      this.#isRefreshWanted = false
      try {
        await this.#refresh({ names: [...this.#tracked], isAutoCreateAllowed: false })
        backoff.reset()
        // Answers that contradict the brokers' errors come while leaders move: a pause keeps that from becoming a busy loop.
        if (this.#isRefreshWanted) await clock.sleep(this.#config.retryBackoffMs, this.#closing.signal)
      } catch (error) {
        if (this.#closing.signal.aborted) return
        this.#config.logger?.warn(`metadata could not be refreshed: ${toKafkaError(error, 'metadata').message}`)
        this.#isRefreshWanted = true
        await clock.sleep(backoff.next(), this.#closing.signal).catch(() => undefined)
      }
    }
  }

  /** One round: asks, keeps what it learns, and returns the errors of single topics. */
  async #refresh(query: MetadataQuery): Promise<Map<string, KafkaError>> {
    const topics = query.names.map((name) => ({ name, topicId: null }))
    const response = await this.#request({ topics, allowAutoCreate: query.isAutoCreateAllowed })
    const failures = new Map<string, KafkaError>()
    for (const topic of response.topics) {
      if (topic.name === null) continue
      const metadata = readTopicMetadata(topic)
      if (!(metadata instanceof KafkaError)) this.#topics.set(topic.name, metadata)
      else failures.set(topic.name, metadata)
    }
    for (const [name, failure] of failures) {
      if (failure.code === 'UNKNOWN_TOPIC_OR_PARTITION') this.#topics.delete(name)
    }
    this.#scheduleByAge()
    for (const listener of this.#listeners) listener()
    return failures
  }

  async #request(request: { topics: { name: string; topicId: null }[] | null; allowAutoCreate: boolean }): Promise<MetadataResponse> {
    const connection = await this.#pool.connectAny()
    const { response } = await connection.request(apis.metadata, { request })
    this.#pool.setBrokers(response.brokers)
    return response
  }

  #scheduleByAge(): void {
    this.#ageTimer?.cancel()
    if (this.#closing.signal.aborted) return
    this.#ageTimer = this.#config.doors.clock.setTimer(this.#config.metadataMaxAgeMs, () => this.requestRefresh(), { unref: true })
  }
}

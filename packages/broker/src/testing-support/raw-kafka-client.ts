import type { Address, Connection, Network } from '@kafka-ts/io'
import {
  type AnyApi,
  correlationIdOf,
  decodeApiVersionsResponse,
  decodeResponse,
  encodeRequest,
  type KafkaApiName,
  type KafkaApis,
  KafkaFrameDecoder,
  kafkaApis,
  type RequestDraftOf,
  type ResponseOf,
} from '@kafka-ts/kafka-wire'

interface Waiting {
  readonly api: AnyApi
  readonly version: number
  readonly correlationId: number
  readonly resolve: (response: unknown) => void
  readonly reject: (error: Error) => void
}

/** Speaks Kafka's protocol with a broker, for tests: any version of any API, nothing hidden. Answers must come in the order of the requests. */
export class RawKafkaClient {
  readonly #connection: Connection
  readonly #decoder = new KafkaFrameDecoder({ maxFrameBytes: 2 ** 28 })
  readonly #waiting: Waiting[] = []
  #nextCorrelationId = 1
  #isClosed = false
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>

  private constructor(connection: Connection) {
    this.#connection = connection
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    connection.handle({
      onData: (chunk) => this.#decoder.push(chunk, (frame) => this.#onFrame(frame)),
      onDrain: () => {},
      onClose: () => {
        this.#isClosed = true
        for (const { reject } of this.#waiting.splice(0)) reject(new Error('the connection was closed'))
        resolve()
      },
    })
  }

  static async connect(network: Network, address: Address): Promise<RawKafkaClient> {
    return new RawKafkaClient(await network.connect(address, { timeoutMs: 5000 }))
  }

  /** Sends one request; `version` is the newest unless given. */
  send<Name extends KafkaApiName>(
    name: Name,
    request: RequestDraftOf<KafkaApis[Name]>,
    version = kafkaApis[name].versions.max,
  ): Promise<ResponseOf<KafkaApis[Name]>> {
    const api: AnyApi = kafkaApis[name]
    const correlationId = this.#nextCorrelationId++
    if (this.#isClosed) return Promise.reject(new Error('the connection is closed'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ api, version, correlationId, resolve: resolve as (response: unknown) => void, reject })
      this.#connection.write(encodeRequest(api, { version, correlationId, clientId: 'test', request }))
    })
  }

  /** Sends one request that gets no answer. */
  sendUnanswered<Name extends KafkaApiName>(name: Name, request: RequestDraftOf<KafkaApis[Name]>): void {
    const api: AnyApi = kafkaApis[name]
    const correlationId = this.#nextCorrelationId++
    this.#connection.write(encodeRequest(api, { version: api.versions.max, correlationId, clientId: 'test', request }))
  }

  /** Sends any bytes. */
  write(...buffers: Uint8Array[]): void {
    this.#connection.write(buffers)
  }

  /** Waits for an ApiVersions response to what was sent in other ways. */
  nextApiVersions(correlationId: number): Promise<ResponseOf<KafkaApis['apiVersions']>> {
    return new Promise((resolve, reject) => {
      const api = kafkaApis.apiVersions
      const { max: version } = api.versions
      this.#waiting.push({ api, version, correlationId, resolve: resolve as (response: unknown) => void, reject })
    })
  }

  /** Bytes that the broker does not take at the moment. */
  get bufferedBytes(): number {
    return this.#connection.bufferedBytes
  }

  /** Stops reading what the broker sends. */
  pause(): void {
    this.#connection.pause()
  }

  resume(): void {
    this.#connection.resume()
  }

  async close(): Promise<void> {
    this.#connection.destroy()
    await this.closed
  }

  #onFrame(frame: Uint8Array): void {
    const waiting = this.#waiting.shift()
    const correlationId = correlationIdOf(frame)
    if (waiting === undefined) throw new Error(`nobody waits for an answer, one to ${correlationId} came`)
    const { api, version } = waiting
    if (waiting.correlationId !== correlationId) {
      waiting.reject(new Error(`an answer to ${correlationId} came where one to ${waiting.correlationId} was next`))
      return
    }
    try {
      const decoded = api === kafkaApis.apiVersions ? decodeApiVersionsResponse(version, frame) : decodeResponse(api, version, frame)
      waiting.resolve(decoded.response)
    } catch (error) {
      waiting.reject(error as Error)
    }
  }
}

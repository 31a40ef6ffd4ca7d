import type { Address, Connection, Network } from '@kafka-ts/io'
import {
  type AnyApi,
  type ApiName,
  type Apis,
  apis,
  decodeResponse,
  encodeRequest,
  type Frame,
  FrameDecoder,
  KafkaError,
  openResponse,
  PREAMBLE,
  type RequestOf,
  type ResponseOf,
} from '@kafka-ts/protocol'

/** A response with the bytes that came beside it. */
export interface RawResponse<A extends AnyApi> {
  readonly response: ResponseOf<A>
  readonly attachments: Uint8Array
}

interface Waiting {
  readonly api: AnyApi
  readonly resolve: (response: RawResponse<AnyApi>) => void
  readonly reject: (error: Error) => void
}

/** Speaks frames with a broker, for tests: no retries, no metadata, nothing hidden. */
export class RawClient {
  readonly #connection: Connection
  readonly #decoder = new FrameDecoder({ maxFrameBytes: 2 ** 28 })
  readonly #waiting = new Map<number, Waiting>()
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
        for (const { reject } of this.#waiting.values()) reject(new Error('the connection was closed'))
        this.#waiting.clear()
        resolve()
      },
    })
  }

  static async connect(network: Network, address: Address): Promise<RawClient> {
    const client = await RawClient.connectSilently(network, address)
    client.write(PREAMBLE)
    return client
  }

  /** Connects and says nothing. */
  static async connectSilently(network: Network, address: Address): Promise<RawClient> {
    return new RawClient(await network.connect(address, { timeoutMs: 5000 }))
  }

  /** Sends one request; rejects with `KafkaError` when all of it is refused. */
  send<Name extends ApiName>(
    name: Name,
    request: RequestOf<Apis[Name]>,
    attachments: readonly Uint8Array[] = [],
  ): Promise<RawResponse<Apis[Name]>> {
    const api: AnyApi = apis[name]
    const correlationId = this.#nextCorrelationId++
    if (this.#isClosed) return Promise.reject(new Error('the connection is closed'))
    return new Promise((resolve, reject) => {
      this.#waiting.set(correlationId, { api, resolve, reject })
      this.#connection.write(encodeRequest(api, { version: api.maxVersion, correlationId, request, attachments }))
    })
  }

  /** Sends any bytes (none: they are sent in other ways) and waits for the answer with that correlation id, as one to hello. */
  sendRaw(correlationId: number, ...buffers: Uint8Array[]): Promise<RawResponse<AnyApi>> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(correlationId, { api: apis.hello, resolve, reject })
      if (buffers.length > 0) this.#connection.write(buffers)
    })
  }

  /** Sends any bytes. */
  write(...buffers: Uint8Array[]): void {
    this.#connection.write(buffers)
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

  #onFrame(frame: Frame): void {
    const { correlationId, error, fields } = openResponse(frame)
    const waiting = this.#waiting.get(correlationId)
    if (waiting === undefined) throw new KafkaError('PROTOCOL_ERROR', `nobody waits for ${correlationId}`)
    this.#waiting.delete(correlationId)
    if (error !== undefined) waiting.reject(error)
    else waiting.resolve({ response: decodeResponse(waiting.api, waiting.api.maxVersion, fields), attachments: frame.attachments })
  }
}

import type { Address, Connection, Timer } from '@kafka-ts/io'
import {
  type AnyApi,
  apiByKey,
  apis,
  decodeResponse,
  encodeRequest,
  type Frame,
  FrameDecoder,
  type HelloResponse,
  KafkaError,
  openResponse,
  PREAMBLE,
  type RequestOf,
  type ResponseOf,
} from '@kafka-ts/protocol'
import { type ClientConfig, formatAddress } from '../client-config.ts'
import { toKafkaError } from '../errors.ts'
import { version } from '../version.ts'

/** Requests without an answer on one connection, whatever the broker would take. */
const MAX_IN_FLIGHT_REQUESTS = 1_000
/** Requests that wait for one of those to be answered; past it they fail at once. */
const MAX_WAITING_REQUESTS = 10_000
const MAX_CORRELATION_ID = 2 ** 32 - 1
const CLIENT_NAME = 'kafka-ts'

/** A request to send. `attachments` must stay unchanged until it settles. */
export interface ConnectionRequest<A extends AnyApi> {
  readonly request: RequestOf<A>
  readonly attachments?: readonly Uint8Array[]
  /** Default: `requestTimeoutMs` of the client. */
  readonly timeoutMs?: number
}

/** A response with the bytes beside it, which are the receiver's to keep. */
export interface ConnectionResponse<A extends AnyApi> {
  readonly response: ResponseOf<A>
  readonly attachments: Uint8Array
}

interface PendingRequest {
  readonly api: AnyApi
  readonly version: number
  // biome-ignore lint/suspicious/noExplicitAny: responses of every API wait in one map; `api` decodes each to its own type
  readonly resolve: (response: ConnectionResponse<any>) => void
  readonly reject: (error: KafkaError) => void
  readonly timer: Timer
}

/**
 * One connection to a broker that speaks the native protocol: requests are multiplexed, answers may overtake each other.
 * A request that times out closes the connection, so that what may still lie in it cannot take effect behind a retry's back.
 */
export class NativeConnection {
  readonly address: Address
  readonly #config: ClientConfig
  readonly #connection: Connection
  readonly #decoder: FrameDecoder
  readonly #pending = new Map<number, PendingRequest>()
  /** Frames that wait for an answer to make room; their requests are in `#pending` already. */
  readonly #waiting: { readonly correlationId: number; readonly buffers: readonly Uint8Array[] }[] = []
  readonly #closeListeners: (() => void)[] = []
  #versions: ReadonlyMap<number, number> = new Map()
  #hello: HelloResponse | undefined
  #sent = 0
  #nextCorrelationId = 0
  #closeReason: KafkaError | undefined
  /** The connection has more to send than it likes, and will say when it has less. */
  #awaitsDrain = false
  #drained: PromiseWithResolvers<void> | undefined

  /** Connects and says hello, both within `connectTimeoutMs` and until the signal aborts. Rejects with DISCONNECTED, PROTOCOL_ERROR or CLOSED. */
  static async open(address: Address, config: ClientConfig, signal?: AbortSignal): Promise<NativeConnection> {
    const deadline = config.doors.clock.monotonic() + config.connectTimeoutMs
    const connecting = { timeoutMs: config.connectTimeoutMs, ...(signal === undefined ? {} : { signal }) }
    let socket: Connection
    try {
      socket = await config.doors.network.connect(address, connecting)
    } catch (cause) {
      throw toKafkaError(cause, `cannot connect to ${formatAddress(address)}`)
    }
    const connection = new NativeConnection(socket, { address, config })
    const giveUp = (): void => connection.close()
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      if (signal?.aborted === true) throw new KafkaError('CLOSED')
      await connection.#greet(Math.max(1, deadline - config.doors.clock.monotonic()))
      return connection
    } catch (cause) {
      connection.close()
      throw toKafkaError(cause, `cannot speak with ${formatAddress(address)}`)
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  }

  private constructor(connection: Connection, options: { readonly address: Address; readonly config: ClientConfig }) {
    this.address = options.address
    this.#config = options.config
    this.#connection = connection
    this.#decoder = new FrameDecoder()
    connection.handle({
      onData: (chunk) => this.#receive(chunk),
      onDrain: () => this.#onDrain(),
      onClose: (error) => this.#fail(toKafkaError(error ?? new KafkaError('DISCONNECTED'), `lost ${formatAddress(this.address)}`)),
    })
  }

  get isOpen(): boolean {
    return this.#closeReason === undefined
  }

  /** What the broker said of itself. */
  get hello(): HelloResponse {
    if (this.#hello === undefined) throw new KafkaError('DISCONNECTED', 'The broker has not answered the hello yet.')
    return this.#hello
  }

  /** Requests without an answer. */
  get inFlightCount(): number {
    return this.#pending.size
  }

  /** Called once, when the connection ends for whatever reason; at once if it has. */
  onClose(listener: () => void): void {
    if (this.isOpen) this.#closeListeners.push(listener)
    else listener()
  }

  /** Sends a request. Rejects with the broker's error for the whole request, REQUEST_TIMED_OUT, DISCONNECTED or CLOSED. */
  request<A extends AnyApi>(api: A, options: ConnectionRequest<A>): Promise<ConnectionResponse<A>> {
    return new Promise((resolve, reject) => {
      const correlationId = this.#takeCorrelationId()
      const buffers = this.#encode(api, correlationId, options)
      const timeoutMs = options.timeoutMs ?? this.#config.requestTimeoutMs
      const timer = this.#config.doors.clock.setTimer(timeoutMs, () => this.#onTimeout(correlationId, timeoutMs))
      this.#pending.set(correlationId, { api, version: this.#versionOf(api), resolve, reject, timer })
      if (this.#sent < this.#maxInFlight()) this.#write(buffers)
      else this.#waiting.push({ correlationId, buffers })
    })
  }

  /** Sends a request that has no answer (produce with acks 0). Throws like `request`; what goes wrong later is not known. */
  post<A extends AnyApi>(api: A, options: ConnectionRequest<A>): void {
    const buffers = this.#encode(api, this.#takeCorrelationId(), options)
    this.#writeOut(buffers)
  }

  /** Resolves when the system has taken what was posted so far, or most of it. Rejects when the connection ends before. */
  async whenDrained(): Promise<void> {
    if (this.#closeReason !== undefined) throw this.#closeReason
    if (!this.#awaitsDrain) return
    this.#drained ??= Promise.withResolvers<void>()
    await this.#drained.promise
  }

  /** Closes at once; requests under way reject with `reason`. Idempotent. */
  close(reason: KafkaError = new KafkaError('CLOSED')): void {
    this.#fail(reason)
    this.#connection.destroy()
  }

  async #greet(timeoutMs: number): Promise<void> {
    this.#connection.write([PREAMBLE])
    const request = { clientName: CLIENT_NAME, clientVersion: version, clientId: this.#config.clientId }
    const { response } = await this.request(apis.hello, { request, timeoutMs })
    this.#hello = response
    this.#versions = commonVersions(response)
  }

  #encode<A extends AnyApi>(api: A, correlationId: number, options: ConnectionRequest<A>): Uint8Array[] {
    if (this.#closeReason !== undefined) throw this.#closeReason
    if (this.#waiting.length >= MAX_WAITING_REQUESTS) {
      throw new KafkaError('THROTTLING_QUOTA_EXCEEDED', `${MAX_WAITING_REQUESTS} requests wait for ${formatAddress(this.address)} already.`)
    }
    const { request, attachments } = options
    return encodeRequest(api, {
      version: this.#versionOf(api),
      correlationId,
      request,
      ...(attachments === undefined ? {} : { attachments }),
    })
  }

  #versionOf(api: AnyApi): number {
    if (api.key === apis.hello.key) return 0
    const version = this.#versions.get(api.key)
    if (version === undefined) {
      throw new KafkaError(
        'UNSUPPORTED_VERSION',
        `${formatAddress(this.address)} and this client have no version of ${api.name} in common.`,
      )
    }
    return version
  }

  #takeCorrelationId(): number {
    const correlationId = this.#nextCorrelationId
    this.#nextCorrelationId = correlationId === MAX_CORRELATION_ID ? 0 : correlationId + 1
    return correlationId
  }

  #maxInFlight(): number {
    return Math.min(MAX_IN_FLIGHT_REQUESTS, this.#hello?.maxInFlight ?? 1)
  }

  #write(buffers: readonly Uint8Array[]): void {
    this.#sent++
    this.#writeOut(buffers)
  }

  #writeOut(buffers: readonly Uint8Array[]): void {
    if (!this.#connection.write(buffers)) this.#awaitsDrain = true
  }

  #receive(chunk: Uint8Array): void {
    try {
      this.#decoder.push(chunk, (frame) => this.#onFrame(frame))
    } catch (cause) {
      this.close(toKafkaError(cause, `cannot read what ${formatAddress(this.address)} sends`))
    }
  }

  #onFrame(frame: Frame): void {
    const { correlationId, error, fields } = openResponse(frame)
    const pending = this.#pending.get(correlationId)
    if (pending === undefined) throw new KafkaError('PROTOCOL_ERROR', `An answer to a request ${correlationId} that was not made.`)
    this.#pending.delete(correlationId)
    pending.timer.cancel()
    this.#sent--
    this.#sendWaiting()
    if (error === undefined) this.#resolve(pending, fields, frame.attachments)
    else pending.reject(error)
  }

  /** Throws when the fields are not those of the API, after it has rejected the request: no one else knows of it any more. */
  #resolve({ api, version, resolve, reject }: PendingRequest, fields: unknown, attachments: Uint8Array): void {
    try {
      resolve({ response: decodeResponse(api, version, fields), attachments })
    } catch (cause) {
      reject(toKafkaError(cause, `cannot read what ${formatAddress(this.address)} sends`))
      throw cause
    }
  }

  #onDrain(): void {
    this.#awaitsDrain = false
    this.#drained?.resolve()
    this.#drained = undefined
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#sent < this.#maxInFlight()) {
      const next = this.#waiting.shift()
      if (next !== undefined && this.#pending.has(next.correlationId)) this.#write(next.buffers)
    }
  }

  #onTimeout(correlationId: number, timeoutMs: number): void {
    const pending = this.#pending.get(correlationId)
    if (pending === undefined) return
    this.#pending.delete(correlationId)
    const what = `${pending.api.name} had no answer from ${formatAddress(this.address)} within ${timeoutMs} ms`
    pending.reject(new KafkaError('REQUEST_TIMED_OUT', what))
    this.close(new KafkaError('DISCONNECTED', `The connection was closed because ${what}.`))
  }

  #fail(reason: KafkaError): void {
    if (this.#closeReason !== undefined) return
    this.#closeReason = reason
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    this.#waiting.length = 0
    this.#drained?.reject(reason)
    this.#drained = undefined
    for (const request of pending) {
      request.timer.cancel()
      request.reject(reason)
    }
    for (const listener of this.#closeListeners.splice(0)) listener()
  }
}

/** For each API the highest version that both sides have. */
function commonVersions(hello: HelloResponse): Map<number, number> {
  const versions = new Map<number, number>()
  for (const range of hello.apis) {
    const api = apiByKey(range.key)
    if (api === undefined) continue
    const version = Math.min(api.maxVersion, range.maxVersion)
    if (version >= api.minVersion && version >= range.minVersion) versions.set(api.key, version)
  }
  return versions
}

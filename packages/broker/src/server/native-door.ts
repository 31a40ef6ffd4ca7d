import { AssertionError } from 'node:assert'
import {
  type AnyApi,
  type ApiName,
  apiOf,
  decodeRequest,
  encodeErrorResponse,
  encodeResponse,
  errorCode,
  type Frame,
  FrameDecoder,
  KafkaError,
  openRequest,
  type ReceivedRequest,
  wireCodeOf,
} from '@kafka-ts/protocol'
import type { BrokerCore } from '../core.ts'
import type { Handler, NativeRequestContext, Reply } from '../handlers/handler.ts'
import { SerialQueue } from '../serial-queue.ts'
import type { Door, DoorConnection } from './door.ts'
import { nativeHandlers } from './native-handlers.ts'

/** What a request costs besides its bytes, so that many tiny ones count too. */
const REQUEST_OVERHEAD_BYTES = 1024

/** Requests of one connection that begin before their answers get a chance to be counted: a chunk may hold thousands, each with a large answer. */
const MAX_REQUESTS_A_TURN = 64

/** A request that has arrived. */
interface Arrived {
  readonly received: ReceivedRequest
  readonly attachments: Uint8Array
  /** To be called once it is answered. */
  readonly done: () => void
}

/** The native protocol on one connection: frames in, handlers called in the order of arrival, responses out as they get ready. */
export class NativeDoor implements Door {
  readonly #connection: DoorConnection
  readonly #context: NativeRequestContext
  readonly #decoder: FrameDecoder
  /** Those that wait for the next turn, or until the client takes its answers. They count as in flight, so that reading stops. */
  #held: Arrived[] = []
  #begunThisTurn = 0

  constructor(core: BrokerCore, connection: DoorConnection) {
    this.#connection = connection
    this.#context = { core, connection, readTurns: new SerialQueue(), peer: { clientId: '' } }
    this.#decoder = new FrameDecoder({ maxFrameBytes: core.config.values['socket.request.max.bytes'] })
  }

  get pendingBytes(): number {
    return this.#decoder.pendingBytes
  }

  onData(chunk: Uint8Array): void {
    if (this.#held.length === 0) this.#begunThisTurn = 0
    this.#decoder.push(chunk, (frame) => this.#onFrame(frame))
  }

  /** Throws PROTOCOL_ERROR when there is no telling what to answer to. */
  #onFrame(frame: Frame): void {
    if (!this.#connection.isOpen) return
    const received = openRequest(frame)
    const done = this.#connection.beginRequest(frame.body.length + frame.attachments.length + REQUEST_OVERHEAD_BYTES)
    this.#held.push({ received, attachments: frame.attachments, done })
    if (this.#held.length === 1) this.#beginHeld()
  }

  /** Begins what has arrived, in order, up to the first that has to wait. */
  #beginHeld(): void {
    let begun = 0
    let obstacle: Promise<unknown> | undefined
    for (const arrived of this.#held) {
      obstacle = this.#obstacle()
      if (obstacle !== undefined) break
      begun++
      this.#begin(arrived)
    }
    this.#held.splice(0, begun)
    void obstacle?.then(() => {
      this.#begunThisTurn = 0
      this.#beginHeld()
    })
  }

  /** What the next request waits for, if there is anything. */
  #obstacle(): Promise<unknown> | undefined {
    if (this.#begunThisTurn >= MAX_REQUESTS_A_TURN) return new Promise<void>((resolve) => this.#context.core.clock.defer(resolve))
    const writable = this.#connection.whenWritable()
    return writable instanceof Promise ? writable : undefined
  }

  #begin({ received, attachments, done }: Arrived): void {
    this.#begunThisTurn++
    if (!this.#connection.isOpen) {
      done()
      return
    }
    try {
      const api = apiOf(received)
      const reply = this.#call(api, received, attachments)
      if (reply instanceof Promise) {
        reply.then(
          (late) => this.#finish(done, () => this.#answer(api, received, late)),
          (error: unknown) => this.#finish(done, () => this.#answerError(received, error)),
        )
      } else {
        this.#finish(done, () => this.#answer(api, received, reply))
      }
    } catch (error) {
      this.#finish(done, () => this.#answerError(received, error))
    }
  }

  #call(api: AnyApi, received: ReceivedRequest, attachments: Uint8Array): ReturnType<Handler<AnyApi>> {
    const handler = nativeHandlers[api.name as ApiName] as Handler<AnyApi>
    return handler(this.#context, decodeRequest(api, received), attachments)
  }

  #finish(done: () => void, answer: () => void): void {
    answer()
    done()
  }

  #answer(api: AnyApi, { version, correlationId }: ReceivedRequest, reply: Reply<AnyApi> | undefined): void {
    if (reply === undefined) return
    this.#connection.send(encodeResponse(api, { version, correlationId, ...reply }))
  }

  #answerError({ apiKey, correlationId }: ReceivedRequest, error: unknown): void {
    if (error instanceof AssertionError) throw error
    if (error instanceof KafkaError) {
      this.#connection.send(encodeErrorResponse(correlationId, wireCodeOf(error), error.message))
      if (isSchemaError(error)) this.#connection.closeGently('it sent fields that do not fit their schema')
      return
    }
    this.#connection.logger.error({ err: error, apiKey, remote: this.#connection.remote }, 'a request failed in a way nobody expected')
    this.#connection.send(encodeErrorResponse(correlationId, errorCode('UNKNOWN_SERVER_ERROR'), null))
  }
}

/** A peer whose fields do not fit the schema is broken: it is told so, and then let go. */
function isSchemaError({ code, cause }: KafkaError): boolean {
  return code === 'INVALID_REQUEST' && cause instanceof KafkaError && cause.code === 'PROTOCOL_ERROR'
}

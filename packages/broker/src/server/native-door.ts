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
import type { Handler, Reply, RequestContext } from '../handlers/handler.ts'
import { SerialQueue } from '../serial-queue.ts'
import type { Door, DoorConnection } from './door.ts'
import { nativeHandlers } from './native-handlers.ts'

/** What a request costs besides its bytes, so that many tiny ones count too. */
const REQUEST_OVERHEAD_BYTES = 1024

/** The native protocol on one connection: frames in, handlers called in the order of arrival, responses out as they get ready. */
export class NativeDoor implements Door {
  readonly #connection: DoorConnection
  readonly #context: RequestContext
  readonly #decoder: FrameDecoder

  constructor(core: BrokerCore, connection: DoorConnection) {
    this.#connection = connection
    this.#context = { core, connection, readTurns: new SerialQueue() }
    this.#decoder = new FrameDecoder({ maxFrameBytes: core.config.values['socket.request.max.bytes'] })
  }

  get pendingBytes(): number {
    return this.#decoder.pendingBytes
  }

  onData(chunk: Uint8Array): void {
    this.#decoder.push(chunk, (frame) => this.#onFrame(frame))
  }

  /** Throws PROTOCOL_ERROR when there is no telling what to answer to. */
  #onFrame(frame: Frame): void {
    if (!this.#connection.isOpen) return
    const received = openRequest(frame)
    const done = this.#connection.beginRequest(frame.body.length + frame.attachments.length + REQUEST_OVERHEAD_BYTES)
    try {
      const api = apiOf(received)
      const reply = this.#call(api, received, frame.attachments)
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

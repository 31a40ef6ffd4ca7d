import { AssertionError } from 'node:assert'
import {
  decodeRequest,
  encodeResponse,
  encodeUnsupportedApiVersions,
  KafkaFrameDecoder,
  kafkaApis,
  openRequest,
} from '@kafka-ts/kafka-wire'
import { KafkaError } from '@kafka-ts/protocol'
import type { BrokerCore } from '../core.ts'
import { SerialQueue } from '../serial-queue.ts'
import type { Door, DoorConnection } from '../server/door.ts'
import { type Answer, AnswersInOrder } from './answers-in-order.ts'
import type { KafkaRequestContext } from './handlers/kafka-handler.ts'
import { kafkaHandlers } from './kafka-handlers.ts'
import { maxKafkaFrameBytes } from './max-frame-bytes.ts'

/** Requests of one connection that may wait for their answers before it is not read any more. */
const MAX_IN_FLIGHT_REQUESTS = 8
/** What a request costs besides its bytes, so that many tiny ones count too. */
const REQUEST_OVERHEAD_BYTES = 1024

type Chunks = readonly Uint8Array[]

interface QueuedRequest {
  readonly frame: Uint8Array
  readonly isProduce: boolean
  /** Tells the connection that the request is done with. */
  readonly done: () => void
}

/**
 * Kafka's protocol on one connection: frames in, handlers called in the order of arrival, responses out in the same order.
 *
 * As in Kafka a request begins when all before it are answered, so that each finds what those before it did, and a parked fetch holds
 * up its own connection only. Produce requests alone do not wait for each other: their appends keep their order, and one sync of the disk
 * serves them all. What cannot be read, and any API or version that is not advertised, closes the connection.
 */
export class KafkaDoor implements Door {
  readonly maxInFlightRequests = MAX_IN_FLIGHT_REQUESTS
  readonly #connection: DoorConnection
  #context: KafkaRequestContext
  readonly #decoder: KafkaFrameDecoder
  readonly #answers: AnswersInOrder
  #waiting: QueuedRequest[] = []
  /** Requests begun and not answered; more than one only if all are produces. */
  #running = 0
  #isRunningProduce = false
  /** The client does not read what it was sent: nothing begins until it does. */
  #isHeldUp = false
  #isOver = false

  constructor(core: BrokerCore, connection: DoorConnection) {
    this.#connection = connection
    this.#context = { core, connection, readTurns: new SerialQueue(), clientId: null }
    this.#decoder = new KafkaFrameDecoder({ maxFrameBytes: maxKafkaFrameBytes(core.config) })
    this.#answers = new AnswersInOrder({
      send: (chunks) => connection.send(chunks),
      close: (reason) => connection.closeGently(reason),
    })
    connection.onceClosed(() => this.#giveUp())
  }

  get pendingBytes(): number {
    return this.#decoder.pendingBytes
  }

  onData(chunk: Uint8Array): void {
    this.#decoder.push(chunk, (frame) => this.#onFrame(frame))
  }

  #onFrame(frame: Uint8Array): void {
    if (this.#isOver) return
    const done = this.#connection.beginRequest(frame.length + REQUEST_OVERHEAD_BYTES)
    this.#waiting.push({ frame, isProduce: apiKeyOf(frame) === kafkaApis.produce.key, done })
    this.#beginReady()
  }

  #beginReady(): void {
    while (!this.#isHeldUp) {
      const next = this.#waiting[0]
      if (next === undefined || !this.#mayBegin(next)) return
      const isWritable = this.#connection.whenWritable()
      if (isWritable !== true) {
        void this.#holdUp(isWritable)
        return
      }
      this.#waiting.shift()
      this.#begin(next)
    }
  }

  #mayBegin({ isProduce }: QueuedRequest): boolean {
    return this.#running === 0 || (isProduce && this.#isRunningProduce)
  }

  async #holdUp(isWritable: false | Promise<boolean>): Promise<void> {
    this.#isHeldUp = true
    const isOpen = await isWritable
    this.#isHeldUp = false
    if (isOpen) this.#beginReady()
  }

  #begin({ frame, isProduce, done }: QueuedRequest): void {
    const answer = this.#answers.next(done)
    this.#running++
    this.#isRunningProduce = isProduce
    try {
      const chunks = this.#answerTo(frame)
      if (chunks instanceof Promise) void this.#finishLater(answer, chunks)
      else this.#finish(() => answer.give(chunks))
    } catch (error) {
      this.#finish(() => this.#fail(answer, error))
    }
  }

  async #finishLater(answer: Answer, chunks: Promise<Chunks | undefined>): Promise<void> {
    try {
      const given = await chunks
      this.#finish(() => answer.give(given))
    } catch (error) {
      this.#finish(() => this.#fail(answer, error))
    }
    this.#beginReady()
  }

  #finish(settle: () => void): void {
    this.#running--
    settle()
  }

  /** Throws `KafkaError` for what is to close the connection. */
  #answerTo(frame: Uint8Array): Chunks | undefined | Promise<Chunks | undefined> {
    const received = openRequest(frame)
    const { api, version, correlationId } = received
    const handler = kafkaHandlers.get(api.key)
    if (handler === undefined) throw new KafkaError('UNSUPPORTED_VERSION', `${api.name} is not among the APIs of this broker.`)
    if (!received.isSupported) return encodeUnsupportedApiVersions(correlationId)
    const encode = (response: unknown): Chunks | undefined =>
      response === undefined ? undefined : encodeResponse(api, { version, correlationId, response })
    const response = handler(this.#contextOf(received.clientId), decodeRequest(api, received), version)
    return response instanceof Promise ? response.then(encode) : encode(response)
  }

  /** Clients keep to one id, so the context hardly ever changes. */
  #contextOf(clientId: string | null): KafkaRequestContext {
    if (clientId !== this.#context.clientId) this.#context = { ...this.#context, clientId }
    return this.#context
  }

  /** There is no general form for an error in Kafka's protocol: whom nothing can be said to is let go. */
  #fail(answer: Answer, error: unknown): void {
    if (error instanceof AssertionError) throw error
    const isFaultOfClient = error instanceof KafkaError && (error.code === 'PROTOCOL_ERROR' || error.code === 'UNSUPPORTED_VERSION')
    if (!isFaultOfClient) {
      const { logger, remote } = this.#connection
      logger.error({ err: error, remote }, 'a request failed in a way nobody expected')
    }
    answer.close(isFaultOfClient ? error.message : 'a request of it failed in a way nobody expected')
    this.#giveUp()
  }

  /** What waits is not begun any more. */
  #giveUp(): void {
    this.#isOver = true
    const waiting = this.#waiting
    this.#waiting = []
    for (const { done } of waiting) done()
  }
}

/** The first field of every request. */
function apiKeyOf(frame: Uint8Array): number {
  return ((frame[0] as number) << 8) | (frame[1] as number)
}

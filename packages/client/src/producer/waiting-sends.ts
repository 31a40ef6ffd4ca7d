import type { Clock, Timer } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import { abortedError } from '../errors.ts'
import type { AnyTopic } from '../topic.ts'
import type { AnyProducerRecord, RecordMetadata } from './producer-types.ts'
import type { TopicQueues } from './topic-queues.ts'

/** Sends that may wait at once; past it they fail. Their records are the caller's memory, not the producer's. */
const MAX_WAITING_SENDS = 1_000_000
/** The list is cut when this many of its first entries are gone. */
const COMPACT_FROM = 1_024

/** A `send` that could not be put into a batch at once. */
export interface WaitingSend {
  readonly topic: AnyTopic
  readonly queues: TopicQueues
  readonly record: AnyProducerRecord
  readonly deadlineMs: number
  readonly promise: Promise<RecordMetadata>
  readonly resolve: (outcome: RecordMetadata | Promise<RecordMetadata>) => void
  readonly reject: (error: unknown) => void
  /** It has an outcome (it was put into a batch, or given up) and is only still in the list. */
  isOver: boolean
  removeAbortListener: (() => void) | undefined
}

export interface WaitingSendsOptions {
  readonly clock: Clock
  readonly maxBlockMs: number
  /** What it means when the time of the first one is up. */
  readonly timedOut: () => KafkaError
}

/** Sends that wait for one thing (room, or the metadata of a topic), first come first served, each for at most `maxBlockMs`. */
export class WaitingSends {
  readonly #options: WaitingSendsOptions
  #entries: WaitingSend[] = []
  #first = 0
  #timer: Timer | undefined

  constructor(options: WaitingSendsOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    if (this.#entries.length === 0) return true
    this.#dropFinished()
    return this.#entries.length === 0
  }

  /** Puts a send at the end of the line. */
  add(
    send: { readonly topic: AnyTopic; readonly queues: TopicQueues; readonly record: AnyProducerRecord },
    signal: AbortSignal | undefined,
  ): Promise<RecordMetadata> {
    const { clock, maxBlockMs } = this.#options
    if (this.#entries.length - this.#first >= MAX_WAITING_SENDS) {
      return Promise.reject(new KafkaError('BUFFER_EXHAUSTED', `${MAX_WAITING_SENDS} sends wait already: await some before sending more.`))
    }
    const { promise, resolve, reject } = Promise.withResolvers<RecordMetadata>()
    const deadlineMs = clock.monotonic() + maxBlockMs
    const entry: WaitingSend = { ...send, deadlineMs, promise, resolve, reject, isOver: false, removeAbortListener: undefined }
    if (signal !== undefined) listenForAbort(entry, signal)
    this.#entries.push(entry)
    this.#timer ??= clock.setTimer(maxBlockMs, () => this.#expire())
    return promise
  }

  /** Puts a send that waited in another line at the end of this one, keeping its deadline. */
  move(entry: WaitingSend): void {
    this.#entries.push(entry)
    this.#timer ??= this.#options.clock.setTimer(entry.deadlineMs - this.#options.clock.monotonic(), () => this.#expire())
  }

  /** The first in the line, taken out of it; undefined when nobody waits. */
  take(): WaitingSend | undefined {
    this.#dropFinished()
    const entry = this.#entries[this.#first]
    if (entry === undefined) return undefined
    this.#first++
    this.#compact()
    return entry
  }

  /** Rejects all. */
  fail(error: KafkaError): void {
    for (let entry = this.take(); entry !== undefined; entry = this.take()) settleSend(entry, Promise.reject(error))
  }

  /** The promises of all that wait. */
  promises(): Promise<RecordMetadata>[] {
    return this.#entries.slice(this.#first).map(({ promise }) => promise)
  }

  #expire(): void {
    const { clock, timedOut } = this.#options
    this.#timer = undefined
    const nowMs = clock.monotonic()
    this.#dropFinished()
    for (let entry = this.#entries[this.#first]; entry !== undefined && entry.deadlineMs <= nowMs; entry = this.#entries[this.#first]) {
      this.#first++
      settleSend(entry, Promise.reject(timedOut()))
      this.#dropFinished()
    }
    const next = this.#entries[this.#first]
    if (next !== undefined) this.#timer = clock.setTimer(next.deadlineMs - nowMs, () => this.#expire())
  }

  #dropFinished(): void {
    while (this.#entries[this.#first]?.isOver === true) this.#first++
    this.#compact()
  }

  #compact(): void {
    if (this.#first === this.#entries.length) {
      this.#entries = []
      this.#first = 0
      this.#timer?.cancel()
      this.#timer = undefined
    } else if (this.#first >= COMPACT_FROM && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
  }
}

/** Gives a send that waited its outcome. */
export function settleSend(entry: WaitingSend, outcome: Promise<RecordMetadata>): void {
  if (entry.isOver) return
  entry.isOver = true
  entry.removeAbortListener?.()
  entry.resolve(outcome)
}

function listenForAbort(entry: WaitingSend, signal: AbortSignal): void {
  const onAbort = (): void => {
    if (entry.isOver) return
    entry.isOver = true
    entry.reject(abortedError(signal))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  entry.removeAbortListener = () => signal.removeEventListener('abort', onAbort)
}

import type { Clock, Timer } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import { abortedError } from '../errors.ts'

/** Sends that may wait at once, each call of `sendMany` counted once; past it they fail. Their records are the caller's memory, not the producer's. */
const MAX_WAITING_SENDS = 1_000_000
/** The list is cut when this many of its first entries are gone. */
const COMPACT_FROM = 1_024

/** A `send` or `sendMany` of which something could not be put into a batch at once. */
export interface WaitingSend {
  /** Settles when the outcome of all of it is known. */
  readonly promise: Promise<unknown>
  /** Puts into batches what there is room for. True when nothing of it waits any more. */
  admit(): boolean
  /** What still waits fails. */
  reject(error: KafkaError): void
}

interface Entry {
  readonly send: WaitingSend
  readonly deadlineMs: number
  /** Nothing of it waits any more (it is in batches, or given up): it is only still in the list. */
  isOver: boolean
  removeAbortListener: (() => void) | undefined
}

export interface WaitingSendsOptions {
  readonly clock: Clock
  readonly maxBlockMs: number
  /** What it means when the time of the first one is up. */
  readonly timedOut: () => KafkaError
  /** Called before that: whoever waits for its turn only is not to be refused. */
  readonly beforeTimeout?: () => void
}

/** Sends that wait for one thing (room, or the metadata of a topic), first come first served, each for at most `maxBlockMs`. */
export class WaitingSends {
  readonly #options: WaitingSendsOptions
  #entries: Entry[] = []
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
  add(send: WaitingSend, signal: AbortSignal | undefined): void {
    const { clock, maxBlockMs } = this.#options
    if (this.#entries.length - this.#first >= MAX_WAITING_SENDS) {
      send.reject(new KafkaError('BUFFER_EXHAUSTED', `${MAX_WAITING_SENDS} sends wait already: await some before sending more.`))
      return
    }
    const entry: Entry = { send, deadlineMs: clock.monotonic() + maxBlockMs, isOver: false, removeAbortListener: undefined }
    if (signal !== undefined) listenForAbort(entry, signal)
    this.#entries.push(entry)
    this.#timer ??= clock.setTimer(maxBlockMs, () => this.#expire())
  }

  /** Puts those who wait in another line at the end of this one, with their deadlines. */
  takeOver(other: WaitingSends): void {
    const { clock } = this.#options
    for (let entry = other.#head(); entry !== undefined; entry = other.#head()) {
      other.#first++
      this.#entries.push(entry)
      this.#timer ??= clock.setTimer(entry.deadlineMs - clock.monotonic(), () => this.#expire())
    }
    other.#compact()
  }

  /** Has the first in the line put into batches what it can. True when that is all of it, and its wait is over. There must be one. */
  admitFirst(): boolean {
    const entry = this.#head() as Entry
    if (!entry.send.admit()) return false
    this.#end(entry)
    return true
  }

  /** Rejects all. */
  fail(error: KafkaError): void {
    for (let entry = this.#head(); entry !== undefined; entry = this.#head()) this.#refuse(entry, error)
  }

  /** The promises of all that wait. */
  promises(): Promise<unknown>[] {
    return this.#entries.slice(this.#first).map(({ send }) => send.promise)
  }

  #head(): Entry | undefined {
    this.#dropFinished()
    return this.#entries[this.#first]
  }

  #end(entry: Entry): void {
    entry.isOver = true
    entry.removeAbortListener?.()
    this.#dropFinished()
  }

  #refuse(entry: Entry, error: KafkaError): void {
    this.#end(entry)
    entry.send.reject(error)
  }

  #expire(): void {
    const { clock, timedOut, beforeTimeout } = this.#options
    this.#timer = undefined
    beforeTimeout?.()
    const nowMs = clock.monotonic()
    let entry = this.#head()
    for (; entry !== undefined && entry.deadlineMs <= nowMs; entry = this.#head()) this.#refuse(entry, timedOut())
    if (entry !== undefined) this.#timer ??= clock.setTimer(entry.deadlineMs - nowMs, () => this.#expire())
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

function listenForAbort(entry: Entry, signal: AbortSignal): void {
  const onAbort = (): void => {
    if (entry.isOver) return
    entry.isOver = true
    entry.send.reject(abortedError(signal))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  entry.removeAbortListener = () => signal.removeEventListener('abort', onAbort)
}

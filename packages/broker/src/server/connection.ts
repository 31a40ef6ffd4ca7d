import type { ConnectionHandler, Connection as Socket } from '@kafka-ts/io'
import { joinBytes, KafkaError } from '@kafka-ts/protocol'
import type { Logger } from '../logger.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import type { Door, DoorConnection, OpenDoor } from './door.ts'
import type { BudgetWaiter, RequestBudget } from './request-budget.ts'
import type { ResponseBudget } from './response-budget.ts'
import { SNIFF_BYTES, sniff } from './sniff.ts'

/** The doors a connection may lead to; a protocol without one is refused. */
export interface Doorways {
  readonly native: OpenDoor
  readonly kafka?: OpenDoor
}

export interface ServerConnectionOptions {
  readonly socket: Socket
  readonly listenerIndex: number
  readonly limits: ConnectionLimits
  readonly budget: RequestBudget
  readonly responses: ResponseBudget
  readonly doorways: Doorways
  readonly logger: Logger
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly onClosed: (connection: ServerConnection) => void
}

/** How long a connection may take for the rest of a request while everybody else waits for it. */
const MAX_TURN_MS = 10_000

/** How long a connection that was told to go may take to read why, and to go. */
const MAX_FAREWELL_MS = 10_000

/**
 * One client's connection: finds out which protocol it speaks, hands its bytes to that door, and holds it to its limits.
 *
 * It stops reading while too many requests (or bytes of them) wait for an answer, here or in the whole broker, or too much of the answers is unsent. `sweep` closes it when it
 * is silent at first, idle for long, or does not read what it asked for. `close` and `onClosed` leave nothing behind.
 */
export class ServerConnection implements ConnectionHandler, DoorConnection, BudgetWaiter {
  readonly listenerIndex: number
  readonly logger: Logger
  readonly #socket: Socket
  readonly #limits: ConnectionLimits
  readonly #budget: RequestBudget
  readonly #responses: ResponseBudget
  readonly #doorways: Doorways
  readonly #now: () => number
  readonly #onClosed: (connection: ServerConnection) => void
  readonly #closeCallbacks = new Set<() => void>()
  readonly #writableWaiters: ((isOpen: boolean) => void)[] = []
  readonly #openedAt: number
  #firstBytes: Uint8Array = new Uint8Array(0)
  #door: Door | undefined
  #outgoing: Uint8Array[] = []
  #outgoingBytes = 0
  #isOpen = true
  #isEnding = false
  #isPaused = false
  #inFlight = 0
  #inFlightBytes = 0
  /** Bytes of an unfinished request, as last reported to the budget. */
  #pendingBytes = 0
  #lastActivity: number
  #turnStartedAt = 0
  /** Bytes given to the socket, those it got rid of when last seen, and when that last grew. */
  #writtenBytes = 0
  #sentBytes = 0
  #lastSendProgress: number

  constructor(options: ServerConnectionOptions) {
    this.listenerIndex = options.listenerIndex
    this.logger = options.logger
    this.#socket = options.socket
    this.#limits = options.limits
    this.#budget = options.budget
    this.#responses = options.responses
    this.#doorways = options.doorways
    this.#now = options.now
    this.#onClosed = options.onClosed
    this.#openedAt = options.now()
    this.#lastActivity = this.#openedAt
    this.#lastSendProgress = this.#openedAt
    options.socket.handle(this)
  }

  get remote() {
    return this.#socket.remote
  }

  get local() {
    return this.#socket.local
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  onData(chunk: Uint8Array): void {
    if (!this.#isOpen || this.#isEnding) return
    this.#lastActivity = this.#now()
    try {
      if (this.#door === undefined) this.#sniff(chunk)
      else this.#door.onData(chunk)
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      this.#refuse(error.message)
      return
    }
    this.#countPending()
    this.#maybePause()
  }

  onDrain(): void {
    this.#noteSendProgress(this.#now())
    this.#wakeWritable()
  }

  onClose(error?: Error): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    if (error !== undefined) this.logger.debug({ err: error, remote: this.remote }, 'a connection was lost')
    this.#responses.add(this.#sentBytes - this.#writtenBytes - this.#outgoingBytes)
    this.#outgoing = []
    this.#outgoingBytes = 0
    this.#door = undefined
    this.#countPending()
    this.#budget.forget(this)
    for (const resolve of this.#writableWaiters.splice(0)) resolve(false)
    const callbacks = [...this.#closeCallbacks]
    this.#closeCallbacks.clear()
    for (const callback of callbacks) callback()
    this.#onClosed(this)
  }

  get hasHalfRequest(): boolean {
    return this.#pendingBytes > 0
  }

  onRoom(): void {
    this.#turnStartedAt = this.#now()
    this.#maybeResume()
  }

  beginRequest(bytes: number): () => void {
    this.#inFlight++
    this.#inFlightBytes += bytes
    this.#budget.addRequestBytes(bytes)
    this.#budget.endTurn(this)
    let isDone = false
    return () => {
      if (isDone) return
      isDone = true
      this.#inFlight--
      this.#inFlightBytes -= bytes
      this.#lastActivity = this.#now()
      this.#budget.addRequestBytes(-bytes)
      this.#maybeResume()
    }
  }

  send(buffers: readonly Uint8Array[]): void {
    if (!this.#isOpen) return
    if (this.#outgoing.length === 0) void this.#flushSoon()
    for (const buffer of buffers) {
      this.#outgoing.push(buffer)
      this.#outgoingBytes += buffer.length
      this.#responses.add(buffer.length)
    }
  }

  get maxResponseBytes(): number {
    return this.#responses.maxResponseBytes
  }

  whenWritable(): boolean | Promise<boolean> {
    if (!this.#isOpen) return false
    if (this.#unsentBytes < this.#limits.maxUnsentBytes) return true
    return new Promise((resolve) => this.#writableWaiters.push(resolve))
  }

  onceClosed(callback: () => void): () => void {
    this.#closeCallbacks.add(callback)
    return () => this.#closeCallbacks.delete(callback)
  }

  closeGently(reason: string): void {
    if (!this.#isOpen || this.#isEnding) return
    this.#isEnding = true
    this.#lastActivity = this.#now()
    this.logger.debug({ remote: this.remote, reason }, 'closing a connection')
    this.#flush()
    this.#socket.end()
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy()
  }

  /** Stops reading for good: no request begins any more. */
  stopReading(): void {
    this.#isEnding = true
    this.#socket.pause()
  }

  /** Sends what is queued and ends the stream. */
  end(): void {
    this.#flush()
    this.#socket.end()
    // A paused socket would not notice the end of its peer.
    this.#socket.resume()
  }

  /** Closes the connection if it has outstayed one of its limits. */
  sweep(now: number): void {
    this.#noteSendProgress(now)
    const reason = this.#overstayed(now)
    if (reason !== undefined) this.#refuse(reason)
  }

  #overstayed(now: number): string | undefined {
    const { firstBytesTimeoutMs, stalledTimeoutMs, maxIdleMs } = this.#limits
    const quietMs = now - this.#lastActivity
    if (this.#isEnding) return quietMs >= MAX_FAREWELL_MS ? 'it was told to go and did not' : undefined
    if (this.#door === undefined && now - this.#openedAt >= firstBytesTimeoutMs) return 'it did not say which protocol it speaks'
    if (this.#socket.bufferedBytes > 0 && now - this.#lastSendProgress >= stalledTimeoutMs) return 'it does not read what it is sent'
    if (this.#pendingBytes > 0 && quietMs >= stalledTimeoutMs) return 'it sent half a request and stopped'
    if (this.#budget.hasTurn(this) && now - this.#turnStartedAt >= MAX_TURN_MS) return 'it held up everybody else with half a request'
    return this.#inFlight === 0 && quietMs >= maxIdleMs ? 'it was idle' : undefined
  }

  get #maxInFlightRequests(): number {
    return Math.min(this.#door?.maxInFlightRequests ?? Number.POSITIVE_INFINITY, this.#limits.maxInFlightRequests)
  }

  get #unsentBytes(): number {
    return this.#socket.bufferedBytes + this.#outgoingBytes
  }

  #sniff(chunk: Uint8Array): void {
    const bytes = this.#firstBytes.length === 0 ? chunk : joinBytes('first bytes', [this.#firstBytes, chunk])
    const protocol = sniff(bytes)
    switch (protocol) {
      case 'undecided':
        this.#firstBytes = bytes
        return
      case 'native':
        this.#enter(this.#doorways.native, bytes.subarray(SNIFF_BYTES))
        return
      case 'kafka':
        if (this.#doorways.kafka === undefined) this.#refuse("it speaks Kafka's wire protocol, which this broker does not serve")
        else this.#enter(this.#doorways.kafka, bytes)
        return
      case 'tls':
        this.#refuse('it speaks TLS on a plain port')
        return
      case 'unknown':
        this.#refuse('it speaks no protocol of this broker')
    }
  }

  #enter(open: OpenDoor, rest: Uint8Array): void {
    this.#firstBytes = new Uint8Array(0)
    this.#door = open(this)
    if (rest.length > 0) this.#door.onData(rest)
  }

  #refuse(reason: string): void {
    if (!this.#isOpen) return
    this.logger.debug({ remote: this.remote, reason }, 'closed a connection')
    this.#isEnding = true
    this.#socket.destroy()
  }

  #countPending(): void {
    const pendingBytes = this.#isOpen ? (this.#door?.pendingBytes ?? this.#firstBytes.length) : 0
    const growth = pendingBytes - this.#pendingBytes
    this.#pendingBytes = pendingBytes
    this.#budget.addPartialBytes(growth)
  }

  #maybePause(): void {
    if (this.#isPaused || !this.#isOpen || !this.#shouldPause()) return
    this.#isPaused = true
    this.#socket.pause()
  }

  #maybeResume(): void {
    if (!this.#isPaused || !this.#isOpen || this.#isEnding || this.#shouldPause()) return
    this.#isPaused = false
    this.#socket.resume()
  }

  #shouldPause(): boolean {
    if (this.#inFlight >= this.#maxInFlightRequests || this.#inFlightBytes >= this.#limits.maxQueuedBytes) return true
    // Small requests may have large answers: who does not take those is asked for no more.
    if (this.#unsentBytes >= this.#limits.maxUnsentBytes) return true
    if (this.#budget.mayRead(this)) return false
    this.#budget.awaitRoom(this)
    return !this.#budget.hasTurn(this)
  }

  /** Once the promises that settled in this tick have run: what they answer leaves in one gathering write. */
  async #flushSoon(): Promise<void> {
    await undefined
    this.#flush()
  }

  #flush(): void {
    if (!this.#isOpen || this.#outgoing.length === 0) return
    const buffers = this.#outgoing
    this.#writtenBytes += this.#outgoingBytes
    this.#outgoing = []
    this.#outgoingBytes = 0
    if (this.#socket.bufferedBytes === 0) this.#lastSendProgress = this.#now()
    this.#socket.write(buffers)
    this.#noteSendProgress(this.#now())
  }

  #noteSendProgress(now: number): void {
    const sentBytes = this.#writtenBytes - this.#socket.bufferedBytes
    if (!this.#isOpen || sentBytes <= this.#sentBytes) return
    this.#responses.add(this.#sentBytes - sentBytes)
    this.#sentBytes = sentBytes
    this.#lastSendProgress = now
    if (this.#unsentBytes < this.#limits.maxUnsentBytes) this.#wakeWritable()
  }

  #wakeWritable(): void {
    for (const resolve of this.#writableWaiters.splice(0)) resolve(true)
    this.#maybeResume()
  }
}

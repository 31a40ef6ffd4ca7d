import type { Address, Clock, Connection, Listener, Network, Timer } from '@kafka-ts/io'
import type { Logger } from '../logger.ts'
import { type Doorways, ServerConnection } from './connection.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import { RequestBudget } from './request-budget.ts'
import { ResponseBudget } from './response-budget.ts'

export interface ServerOptions {
  readonly network: Network
  readonly clock: Clock
  readonly logger: Logger
  readonly doorways: Doorways
  readonly limits: ConnectionLimits
  readonly maxConnections: number
  readonly maxConnectionsPerIp: number
  /** Bytes of unanswered requests of all connections, above which none is read. */
  readonly maxQueuedBytes: number
  /** Bytes of responses of all connections that clients have not taken, towards which fetches get smaller. */
  readonly maxUnsentBytes: number
}

/** How often connections are held against their time limits. */
const SWEEP_INTERVAL_MS = 1000
/** How long a clean stop waits for the last answers to leave. */
const FLUSH_TIMEOUT_MS = 1000

/** The listeners of a broker and the connections that came through them. */
export class Server {
  readonly #options: ServerOptions
  readonly #budget: RequestBudget
  readonly #responses: ResponseBudget
  readonly #connections = new Set<ServerConnection>()
  readonly #connectionsByHost = new Map<string, number>()
  #listeners: Listener[] = []
  #sweepTimer: Timer | undefined
  #isClosing = false
  #onEmpty: (() => void) | undefined

  constructor(options: ServerOptions) {
    this.#options = options
    this.#budget = new RequestBudget(options.maxQueuedBytes)
    this.#responses = new ResponseBudget(options.maxUnsentBytes)
  }

  /** Binds all addresses, in order; what it bound. Throws `NetworkError`, and then nothing stays bound. */
  async listen(addresses: readonly Address[]): Promise<readonly Address[]> {
    try {
      for (const [index, address] of addresses.entries()) {
        this.#listeners.push(await this.#options.network.listen(address, (socket) => this.#accept(socket, index)))
      }
    } catch (error) {
      await this.stopAccepting()
      throw error
    }
    return this.#listeners.map((listener) => listener.address)
  }

  async stopAccepting(): Promise<void> {
    const listeners = this.#listeners
    this.#listeners = []
    await Promise.all(listeners.map((listener) => listener.close()))
  }

  /** No connection begins another request. */
  stopReading(): void {
    this.#isClosing = true
    for (const connection of this.#connections) connection.stopReading()
  }

  /** Sends what is queued, then closes every connection. */
  async closeConnections(): Promise<void> {
    this.#sweepTimer?.cancel()
    if (this.#connections.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onEmpty = resolve
    for (const connection of [...this.#connections]) connection.end()
    const timer = this.#options.clock.setTimer(FLUSH_TIMEOUT_MS, () => {
      for (const connection of [...this.#connections]) connection.destroy()
    })
    await promise
    timer.cancel()
  }

  #accept(socket: Connection, listenerIndex: number): void {
    const { maxConnections, maxConnectionsPerIp, limits, doorways, logger, clock } = this.#options
    const host = socket.remote.host
    const fromHost = this.#connectionsByHost.get(host) ?? 0
    if (this.#isClosing || this.#connections.size >= maxConnections || fromHost >= maxConnectionsPerIp) {
      socket.handle({ onData() {}, onDrain() {}, onClose() {} })
      socket.destroy()
      return
    }
    this.#connectionsByHost.set(host, fromHost + 1)
    const connection = new ServerConnection({
      socket,
      listenerIndex,
      limits,
      doorways,
      logger,
      budget: this.#budget,
      responses: this.#responses,
      now: () => clock.monotonic(),
      onClosed: (closed) => this.#forget(closed, host),
    })
    this.#connections.add(connection)
    this.#sweepTimer ??= this.#scheduleSweep()
  }

  #forget(connection: ServerConnection, host: string): void {
    this.#connections.delete(connection)
    const fromHost = (this.#connectionsByHost.get(host) ?? 1) - 1
    if (fromHost === 0) this.#connectionsByHost.delete(host)
    else this.#connectionsByHost.set(host, fromHost)
    if (this.#connections.size > 0) return
    this.#sweepTimer?.cancel()
    this.#sweepTimer = undefined
    this.#onEmpty?.()
  }

  #scheduleSweep(): Timer {
    return this.#options.clock.setTimer(SWEEP_INTERVAL_MS, () => this.#sweep(), { unref: true })
  }

  #sweep(): void {
    const now = this.#options.clock.monotonic()
    for (const connection of this.#connections) connection.sweep(now)
    this.#sweepTimer = this.#connections.size > 0 && !this.#isClosing ? this.#scheduleSweep() : undefined
  }
}

import type { Address } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import { type ClientConfig, formatAddress } from '../client-config.ts'
import { toKafkaError } from '../errors.ts'
import { Backoff } from './backoff.ts'
import { NativeConnection } from './native-connection.ts'

/**
 * What a connection is for. Fetches have one of their own, so that their large answers never stand before a produce's; so have members of
 * groups, so that a heartbeat never waits behind either.
 */
export type Lane = 'main' | 'fetch' | 'group'

/** A broker as the metadata have it. */
export interface BrokerAddress extends Address {
  readonly nodeId: number
}

/**
 * The connections of a client, at most one for each broker and lane, made when first asked for and made again after they were lost: not sooner than a
 * back-off after the last failure.
 */
export class ConnectionPool {
  readonly #config: ClientConfig
  readonly #lanes = new Map<string, PooledConnection>()
  readonly #closing = new AbortController()
  #brokers: ReadonlyMap<number, Address> = new Map()

  constructor(config: ClientConfig) {
    this.#config = config
  }

  /** The brokers of the newest metadata. Connections to a broker that is gone, or has moved, are closed. */
  setBrokers(brokers: readonly BrokerAddress[]): void {
    this.#brokers = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]))
    for (const [key, lane] of this.#lanes) {
      if (lane.nodeId !== undefined && !this.#brokers.has(lane.nodeId)) {
        this.#lanes.delete(key)
        lane.close(new KafkaError('DISCONNECTED', `Broker ${lane.nodeId} is no longer part of the cluster.`))
      }
    }
  }

  /** The connection to a broker if there is one now. */
  established(nodeId: number, lane: Lane): NativeConnection | undefined {
    return this.#lanes.get(laneKey(nodeId, lane))?.established
  }

  /** The connection to a broker, made if there is none. Rejects with DISCONNECTED or CLOSED. */
  async connect(nodeId: number, lane: Lane): Promise<NativeConnection> {
    this.#ensureOpen()
    const key = laneKey(nodeId, lane)
    let pooled = this.#lanes.get(key)
    if (pooled === undefined) {
      pooled = new PooledConnection(this.#config, { nodeId, address: () => this.#brokers.get(nodeId), signal: this.#closing.signal })
      this.#lanes.set(key, pooled)
    }
    return pooled.connect()
  }

  /**
   * A connection to any broker: one that is open, else the first that can be made, to the brokers of the metadata and then to the bootstrap
   * addresses, each in random order. Rejects with DISCONNECTED, naming what was tried.
   */
  async connectAny(): Promise<NativeConnection> {
    this.#ensureOpen()
    for (const [key, lane] of this.#lanes) {
      if (lane.established !== undefined && !key.startsWith('fetch ')) return lane.established
    }
    const failures: string[] = []
    let cause: unknown
    const tries = [
      ...this.#shuffled([...this.#brokers.keys()]).map((nodeId) => () => this.connect(nodeId, 'main')),
      ...this.#shuffled(this.#config.bootstrap).map((address) => () => this.#connectBootstrap(address)),
    ]
    for (const attempt of tries) {
      try {
        return await attempt()
      } catch (error) {
        this.#ensureOpen()
        cause = error
        failures.push(toKafkaError(error, 'connect').message)
      }
    }
    throw new KafkaError('DISCONNECTED', `No broker could be reached: ${failures.join('; ')}.`, { cause })
  }

  /** Closes every connection at once. Idempotent. */
  close(): void {
    this.#closing.abort(new KafkaError('CLOSED'))
    for (const lane of this.#lanes.values()) lane.close(new KafkaError('CLOSED'))
    this.#lanes.clear()
  }

  async #connectBootstrap(address: Address): Promise<NativeConnection> {
    const key = `bootstrap ${formatAddress(address)}`
    let pooled = this.#lanes.get(key)
    if (pooled === undefined) {
      pooled = new PooledConnection(this.#config, { nodeId: undefined, address: () => address, signal: this.#closing.signal })
      this.#lanes.set(key, pooled)
    }
    const connection = await pooled.connect()
    this.#adopt(connection)
    return connection
  }

  /** A bootstrap connection serves as the one to the broker that answered, if there is none yet. */
  #adopt(connection: NativeConnection): void {
    const { brokerId } = connection.hello
    const key = laneKey(brokerId, 'main')
    if (this.#lanes.has(key)) return
    const lane = new PooledConnection(this.#config, {
      nodeId: brokerId,
      address: () => this.#brokers.get(brokerId),
      signal: this.#closing.signal,
    })
    lane.adopt(connection)
    this.#lanes.set(key, lane)
  }

  #ensureOpen(): void {
    if (this.#closing.signal.aborted) throw new KafkaError('CLOSED')
  }

  #shuffled<T>(items: readonly T[]): T[] {
    const shuffled = [...items]
    for (let index = shuffled.length - 1; index > 0; index--) {
      const other = Math.floor(this.#config.doors.random.float() * (index + 1))
      const swapped = shuffled[index] as T
      shuffled[index] = shuffled[other] as T
      shuffled[other] = swapped
    }
    return shuffled
  }
}

function laneKey(nodeId: number, lane: Lane): string {
  return `${lane} ${nodeId}`
}

interface PooledConnectionOptions {
  /** undefined for a bootstrap address, where any broker may answer. */
  readonly nodeId: number | undefined
  readonly address: () => Address | undefined
  readonly signal: AbortSignal
}

/** One place in the pool: a connection, or the attempt to make it, or the pause before the next. */
class PooledConnection {
  readonly nodeId: number | undefined
  readonly #config: ClientConfig
  readonly #options: PooledConnectionOptions
  readonly #backoff: Backoff
  #connection: NativeConnection | undefined
  #attempt: Promise<NativeConnection> | undefined
  #notBeforeMs = 0

  constructor(config: ClientConfig, options: PooledConnectionOptions) {
    this.nodeId = options.nodeId
    this.#config = config
    this.#options = options
    this.#backoff = new Backoff({ firstMs: config.retryBackoffMs, maxMs: config.retryBackoffMaxMs, random: config.doors.random })
  }

  get established(): NativeConnection | undefined {
    return this.#connection?.isOpen === true ? this.#connection : undefined
  }

  connect(): Promise<NativeConnection> {
    const established = this.established
    if (established !== undefined) return Promise.resolve(established)
    this.#attempt ??= this.#open().finally(() => {
      this.#attempt = undefined
    })
    return this.#attempt
  }

  /** Uses a connection that was made elsewhere until it ends. */
  adopt(connection: NativeConnection): void {
    this.#connection = connection
  }

  close(reason: KafkaError): void {
    this.#connection?.close(reason)
  }

  async #open(): Promise<NativeConnection> {
    const { clock } = this.#config.doors
    const pauseMs = this.#notBeforeMs - clock.monotonic()
    if (pauseMs > 0) await clock.sleep(pauseMs, this.#options.signal)
    try {
      const connection = await this.#openOnce()
      this.#connection = connection
      this.#backoff.reset()
      return connection
    } catch (error) {
      this.#notBeforeMs = clock.monotonic() + this.#backoff.next()
      throw error
    }
  }

  async #openOnce(): Promise<NativeConnection> {
    const { signal, nodeId } = this.#options
    const address = this.#options.address()
    if (address === undefined) throw new KafkaError('DISCONNECTED', `Broker ${nodeId} is not part of the cluster.`)
    const connection = await NativeConnection.open(address, this.#config, signal)
    if (signal.aborted) {
      connection.close()
      throw new KafkaError('CLOSED')
    }
    const { brokerId } = connection.hello
    if (nodeId !== undefined && brokerId !== nodeId) {
      connection.close()
      throw new KafkaError('DISCONNECTED', `At ${formatAddress(address)} broker ${brokerId} answered, not ${nodeId}.`)
    }
    this.#config.logger?.debug(`connected to broker ${brokerId} at ${formatAddress(address)}`)
    return connection
  }
}

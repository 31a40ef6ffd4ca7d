import type { Address, Doors } from '@kafka-ts/io'
import { type BrokerParts, startParts } from './broker-parts.ts'
import { Closers } from './closers.ts'
import { type BrokerConfig, createBrokerConfig } from './config/broker-config.ts'
import { KafkaDoor } from './kafka/kafka-door.ts'
import { type Logger, silentLogger } from './logger.ts'
import { connectionLimits } from './server/connection-limits.ts'
import { formatAddress, parseListener } from './server/listener-address.ts'
import { NativeDoor } from './server/native-door.ts'
import { Server } from './server/server.ts'

export interface BrokerOptions {
  /** Everything outside the process; real or simulated. */
  readonly doors: Doors
  /** Default: the development profile. */
  readonly config?: BrokerConfig
  /** Default: says nothing. */
  readonly logger?: Logger
}

/** How long a clean stop waits for appends that are under way. */
const DRAIN_TIMEOUT_MS = 5000

/** A running broker. Wiring only: what it is made of, the order in which it starts, and that in which it stops. */
export class Broker {
  /** The addresses it accepts connections on, in the order of `listeners`. */
  readonly listeners: readonly Address[]
  readonly nodeId: number
  readonly clusterId: string
  readonly #closers: Closers

  private constructor(parts: BrokerParts, listeners: readonly Address[], closers: Closers) {
    this.nodeId = parts.core.nodeId
    this.clusterId = parts.core.clusterId
    this.listeners = listeners
    this.#closers = closers
  }

  /**
   * Recovers the logs, takes its place in the cluster and accepts connections. Throws `ConfigError`, `StorageError`, `MetadataError`,
   * `NetworkError` or `DiskError`, and then leaves nothing running.
   */
  static async start({ doors, config = createBrokerConfig(), logger = silentLogger }: BrokerOptions): Promise<Broker> {
    const closers = new Closers()
    try {
      const parts = await startParts({ doors, config, logger }, closers)
      const listeners = await listen(parts, closers)
      return new Broker(parts, listeners, closers)
    } catch (error) {
      // What failed first is what the caller must hear of.
      await closers.close().catch((closeError: unknown) => logger.error({ err: closeError }, 'a part of the broker did not close'))
      throw error
    }
  }

  /** Answers what is under way, flushes everything and stops. Idempotent; leaves no timer, handle or promise behind. */
  close(): Promise<void> {
    return this.#closers.close()
  }
}

/** Opens the listeners, last of all: from then on clients come. */
async function listen({ core, doors }: BrokerParts, closers: Closers): Promise<readonly Address[]> {
  const { values } = core.config
  const server = new Server({
    network: doors.network,
    clock: doors.clock,
    logger: core.logger,
    doorways: { native: (connection) => new NativeDoor(core, connection), kafka: (connection) => new KafkaDoor(core, connection) },
    limits: connectionLimits(values),
    maxConnections: values['max.connections'],
    maxConnectionsPerIp: values['max.connections.per.ip'],
    maxQueuedBytes: values['queued.max.request.bytes'],
    maxUnsentBytes: values['unsent.max.response.bytes'],
  })
  closers.add(async () => {
    await server.stopAccepting()
    server.stopReading()
    await Promise.all([core.delayed.drain(DRAIN_TIMEOUT_MS), core.groups.close()])
    await server.closeConnections()
  })
  const bound = await server.listen(values.listeners.map((text) => parseListener('listeners', text)))
  core.advertised.setBound(bound)
  for (const { bound: address, advertised } of core.advertised.misleading()) {
    core.logger.warn(
      { listener: formatAddress(address), advertised: formatAddress(advertised) },
      'this listener can be reached from other machines but tells its clients to connect to their own: set advertised.listeners',
    )
  }
  return bound
}

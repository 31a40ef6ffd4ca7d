import { type Address, nodeDoors } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'
import type { ClientDoors, KafkaOptions, Logger } from './kafka-options.ts'

const DEFAULT_PORT = 9092
const MAX_PORT = 65_535

/** The options of a `Kafka` with every default filled in; see `KafkaOptions` for what each means. */
export interface ClientConfig {
  readonly bootstrap: readonly Address[]
  readonly clientId: string
  readonly doors: ClientDoors
  readonly logger: Logger | undefined
  readonly requestTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly retryTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly metadataMaxAgeMs: number
}

/** Checks the options and fills in the defaults. Throws INVALID_ARGUMENT. */
export function resolveClientConfig(options: KafkaOptions): ClientConfig {
  if (options.brokers.length === 0) throw new KafkaError('INVALID_ARGUMENT', 'brokers is empty: name at least one as host:port.')
  return {
    bootstrap: options.brokers.map(parseAddress),
    clientId: options.clientId ?? 'kafka-ts',
    doors: options.doors ?? nodeDoors(),
    logger: options.logger,
    requestTimeoutMs: atLeast('requestTimeoutMs', options.requestTimeoutMs ?? 30_000, 1),
    connectTimeoutMs: atLeast('connectTimeoutMs', options.connectTimeoutMs ?? 10_000, 1),
    retryTimeoutMs: atLeast('retryTimeoutMs', options.retryTimeoutMs ?? 60_000, 0),
    retryBackoffMs: atLeast('retryBackoffMs', options.retryBackoffMs ?? 50, 0),
    retryBackoffMaxMs: atLeast('retryBackoffMaxMs', options.retryBackoffMaxMs ?? 1_000, 0),
    metadataMaxAgeMs: atLeast('metadataMaxAgeMs', options.metadataMaxAgeMs ?? 300_000, 1),
  }
}

/** The address in `host`, `host:port` or `[ipv6]:port`. Throws INVALID_ARGUMENT. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:[\]/\s]+))(?::(\d+))?$/.exec(text.trim())
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3])
  if (host === undefined || port < 1 || port > MAX_PORT) {
    throw new KafkaError('INVALID_ARGUMENT', `"${text}" is not the address of a broker: write host:port.`)
  }
  return { host, port }
}

/** For messages. */
export function formatAddress(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/** Returns `value` if it is a number and not below `least`; else throws INVALID_ARGUMENT. */
export function atLeast(name: string, value: number, least: number): number {
  if (typeof value !== 'number' || !(value >= least)) {
    throw new KafkaError('INVALID_ARGUMENT', `${name} must be a number of at least ${least}, it is ${String(value)}.`)
  }
  return value
}

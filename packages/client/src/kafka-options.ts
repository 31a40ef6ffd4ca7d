import type { Doors } from '@kafka-ts/io'

/** What the SDK tells besides results and errors. Any logger with these methods fits (pino, console, ...). */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** The doors a client needs of the outside. */
export type ClientDoors = Pick<Doors, 'clock' | 'random' | 'network' | 'compression'>

/** Options of a `Kafka`. */
export interface KafkaOptions {
  /** `host:port` of brokers to begin with: one that answers is enough. A missing port is 9092. */
  readonly brokers: readonly string[]
  /** Names this application to the brokers. Default 'kafka-ts'. */
  readonly clientId?: string
  /** Replaces time, randomness, network and compression, for simulation. Default: Node's own. */
  readonly doors?: ClientDoors
  /** Default: none. */
  readonly logger?: Logger
  /** How long one request may take. Default 30 s. */
  readonly requestTimeoutMs?: number
  /** How long connecting and the first exchange may take. Default 10 s. */
  readonly connectTimeoutMs?: number
  /** How long calls other than `send` (admin, metadata) retry what can be retried. Default 60 s. */
  readonly retryTimeoutMs?: number
  /** First pause before connecting again or retrying; it doubles up to `retryBackoffMaxMs`, with jitter. Default 50 ms. */
  readonly retryBackoffMs?: number
  /** Default 1 s. */
  readonly retryBackoffMaxMs?: number
  /** Metadata older than this is asked for again. Default 5 min. */
  readonly metadataMaxAgeMs?: number
  /** Aborting closes the client at once. */
  readonly signal?: AbortSignal
}

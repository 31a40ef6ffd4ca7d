import type { Durability } from '../peer.ts'

export type ServerKind = 'kafka-ts' | 'apache-kafka' | 'redis' | 'nats'

/** A peer's server in a process of its own, on loopback, with its data in a temporary directory. */
export interface Server {
  /** `host:port`. */
  readonly address: string
  readonly version: string
  /** From spawn to its line that says that it is ready, milliseconds. */
  readonly startMs: number
  pid(): number
  /** Ends the process as a crash of it would, and starts it again on the same data and port: milliseconds until it is ready. */
  restartKilled(): Promise<number>
  /** Ends the process and removes its data. */
  remove(): Promise<void>
}

export interface ServerType {
  readonly kind: ServerKind
  /** What makes it acknowledge as `durability` says. Undefined: it cannot. */
  readonly settings: Readonly<Record<Durability, string | undefined>>
  start(durability: Durability): Promise<Server>
}

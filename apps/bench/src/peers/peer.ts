import type { ServerKind } from './servers/server.ts'

/** `commit`: acknowledged after an fsync. `page`: acknowledged when it is in the page cache. */
export type Durability = 'commit' | 'page'

export type Part = 'node' | 'confluent' | 'apache-kafka'

/** A client library and the server that it is measured with. */
export interface Peer {
  /** As `--only` and the JSON call it. */
  readonly name: string
  readonly title: string
  readonly server: ServerKind
  /** The module in `clients/` that speaks for it, or the Java program. */
  readonly client: { readonly module: string } | { readonly java: string }
  /** The part of the cache that it needs. */
  readonly part?: Part
  readonly durabilities: readonly Durability[]
  /** So many different records in one cell; who sends more of them begins again, who reads has a backlog of as many. */
  readonly records: number
  /** Times as long a warm-up as the others: a JVM takes longer to compile what is hot. Default 1. */
  readonly warmUpFactor?: number
  /** How it hands over records to send, which decides by which of our two ways its `produce` is compared. */
  readonly sends: 'many a call' | 'one a call'
  /** It is there to produce only. */
  readonly onlyProduces?: boolean
  /** What it was told, beyond its defaults. */
  readonly settings: string
}

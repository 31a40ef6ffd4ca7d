import type { Cells } from './cell.ts'
import type { Durability, Peer } from './peer.ts'
import type { Plan } from './plan.ts'
import { serverTypes } from './servers/index.ts'
import type { Server, ServerKind } from './servers/server.ts'

/** What a scenario measures with, and where it puts what it has measured. */
export interface Bench {
  readonly peers: readonly Peer[]
  readonly plan: Plan
  readonly log: (line: string) => void
  readonly cells: Cells
  /** What each client and server says of itself. */
  readonly versions: Map<string, string>
  readonly failures: string[]
}

/** A server that does not start is told of at the end, and the others go on. */
export async function startOrTell({ failures, versions }: Bench, kind: ServerKind, durability: Durability): Promise<Server | undefined> {
  try {
    const server = await serverTypes[kind].start(durability)
    versions.set(`${kind} server`, server.version)
    return server
  } catch (error) {
    failures.push(`${kind}, ${durability}: ${(error as Error).message}`)
    return undefined
  }
}

/** The servers of `peers`, each with the first of them: the client that speaks for it. */
export function serversOf(peers: readonly Peer[]): ReadonlyMap<ServerKind, Peer> {
  const first = new Map<ServerKind, Peer>()
  for (const peer of peers) if (!first.has(peer.server)) first.set(peer.server, peer)
  return first
}

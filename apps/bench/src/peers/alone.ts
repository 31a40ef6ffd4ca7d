import { type Bench, serversOf, startOrTell } from './bench.ts'
import { type Figure, serverFigures } from './figures.ts'
import type { Durability, Peer } from './peer.ts'
import { serverTypes } from './servers/index.ts'
import type { Server, ServerKind } from './servers/server.ts'

export interface Alone {
  readonly server: Server
  /** The client that speaks for the server. */
  readonly peer: Peer
  add(figure: Figure, sample: number): void
}

/** Calls `measure` with a new server of each kind, alone on the machine, in each run; with commit where the server has it. */
export async function eachServerAlone(bench: Bench, setting: string, measure: (alone: Alone) => Promise<void>): Promise<void> {
  for (let run = 0; run < bench.plan.runs; run++) {
    for (const [kind, peer] of serversOf(bench.peers)) {
      const durability = strictestOf(kind)
      const server = await startOrTell(bench, kind, durability)
      if (server === undefined) continue
      try {
        await measure({ server, peer, add: (figure, sample) => addTo(bench, { kind, peer, durability, setting }, figure, sample) })
      } catch (error) {
        bench.failures.push(`${kind}, ${setting}: ${(error as Error).message}`)
      } finally {
        await server.remove()
      }
    }
  }
}

function strictestOf(kind: ServerKind): Durability {
  return serverTypes[kind].settings.commit === undefined ? 'page' : 'commit'
}

interface Of {
  readonly kind: ServerKind
  readonly peer: Peer
  readonly durability: Durability
  readonly setting: string
}

function addTo({ cells, log }: Bench, { kind, peer, durability, setting }: Of, figure: Figure, sample: number): void {
  log(`${kind}, ${durability}, ${figure}: ${sample.toFixed(1)}`)
  // Ours of the other durability is not measured: a server that has page alone stands beside ours with commit, and the table shows it.
  cells.add({ peer: serverFigures.includes(figure) ? kind : peer.name, figure, setting, durability: undefined }, sample)
}

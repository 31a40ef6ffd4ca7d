import { settle } from '../../settle.ts'
import { type Bench, serversOf, startOrTell } from '../bench.ts'
import type { Case } from '../case.ts'
import type { Durability, Peer } from '../peer.ts'
import { ours } from '../peers.ts'
import { inBothDurabilities } from '../rounds.ts'
import { residentMegabytes } from '../servers/resident.ts'
import type { Scenario } from './scenario.ts'

const cases: readonly Case[] = [
  { kind: 'produce', setting: '', figures: { produce: 'rate' } },
  { kind: 'consume', setting: '', figures: { consume: 'rate' }, isFor: readsWith },
  { kind: 'latency', setting: '', figures: { p50: 'p50', p99: 'p99' } },
]

/** The table of the goals: the servers alone and idle, then their clients. */
export const goals: Scenario = {
  name: 'goals',
  summary: 'the default: produce, consume, end-to-end latency, start, idle memory',
  peers: ['kafka-ts', 'kafka-ts-send', 'kafkajs', 'platformatic', 'confluent', 'apache-kafka', 'redis', 'nats'],
  async run(bench) {
    await measureServers(bench)
    await inBothDurabilities(bench, cases)
  },
}

/**
 * Reading a backlog has no durability: what is compared with `commit` is not read a second time with `page`, except by whom all others are compared
 * with, for those that have `page` only.
 */
function readsWith(peer: Peer, durability: Durability): boolean {
  return durability === 'commit' || !peer.durabilities.includes('commit') || peer.name === ours.name
}

/** Start to ready, and the memory of a server that has nothing to do: each alone on the machine. */
async function measureServers(bench: Bench): Promise<void> {
  for (let run = 0; run < bench.plan.runs; run++) {
    for (const kind of serversOf(bench.peers).keys()) {
      const server = await startOrTell(bench, kind, 'page')
      if (server === undefined) continue
      await settle()
      const { now } = residentMegabytes(server.pid())
      await server.remove()
      bench.log(`${kind}: ready after ${server.startMs.toFixed(0)} ms, idle with ${now.toFixed(0)} MB`)
      bench.cells.add({ peer: kind, figure: 'start', setting: '', durability: undefined }, server.startMs)
      bench.cells.add({ peer: kind, figure: 'idle RSS', setting: '', durability: undefined }, now)
    }
  }
}

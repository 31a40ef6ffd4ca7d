import type { Bench } from './bench.ts'
import type { Case } from './case.ts'
import type { Peer } from './peer.ts'
import { ours, oursOneByOne } from './peers.ts'
import { Round } from './round.ts'

/** A round with commit and one with page, each of the peers that have it. */
export async function inBothDurabilities(bench: Bench, cases: readonly Case[]): Promise<void> {
  for (const durability of ['commit', 'page'] as const) {
    const peers = bench.peers.filter((peer) => peer.durabilities.includes(durability))
    // Alone, ours has nothing to be compared with.
    if (durability === 'commit' || peers.some((peer) => !isOurs(peer))) await new Round({ ...bench, peers }, durability, cases).run()
  }
}

/** A round with commit, and one with page of those that have nothing else, beside ours. */
export async function inStrictestDurability(bench: Bench, cases: readonly Case[]): Promise<void> {
  const committing = bench.peers.filter(({ durabilities }) => durabilities.includes('commit'))
  await new Round({ ...bench, peers: committing }, 'commit', cases).run()
  const others = bench.peers.filter(({ durabilities }) => !durabilities.includes('commit'))
  if (others.length > 0) await new Round({ ...bench, peers: [...bench.peers.filter(isOurs), ...others] }, 'page', cases).run()
}

function isOurs({ name }: Peer): boolean {
  return name === ours.name || name === oursOneByOne.name
}

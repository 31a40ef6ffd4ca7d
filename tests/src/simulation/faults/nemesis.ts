import type { World } from '../world.ts'
import { flipBits } from './bit-flip.ts'
import { failRead, failRename, failSync, failWrite, fillDisk, slowDisk } from './disk-faults.ts'
import type { Fault } from './fault.ts'
import type { FaultKind } from './fault-kinds.ts'
import { loseSnapshots } from './lost-snapshot.ts'
import { blockOneWay, cutConnections, delayRequests, jumpClock, loseAnswers, slowNetwork, talkNonsense } from './network-faults.ts'
import { endAtChange, endInRecovery, kill, losePower, restartCleanly, stall } from './process-faults.ts'

const MAX_PAUSE_MS = 1200
/** A fault that found nothing to strike (no file, no listener) is tried so often. */
const MAX_ATTEMPTS = 20

const FAULTS: Readonly<Record<FaultKind, Fault>> = {
  kill,
  'power-loss': losePower,
  'end-at-change': endAtChange,
  'end-in-recovery': endInRecovery,
  'clean-restart': restartCleanly,
  'failed-sync': failSync,
  'failed-write': failWrite,
  'failed-read': failRead,
  'failed-rename': failRename,
  'disk-full': fillDisk,
  'bit-flip': flipBits,
  'lost-snapshot': loseSnapshots,
  'slow-disk': slowDisk,
  'slow-network': slowNetwork,
  'cut-connections': cutConnections,
  'lost-answers': loseAnswers,
  'late-requests': delayRequests,
  'one-way-block': blockOneWay,
  'clock-jump': jumpClock,
  stall,
  garbage: talkNonsense,
}

/** Faults that strike beside the others: they neither end the process nor touch its disk. */
const BESIDE: ReadonlySet<FaultKind> = new Set([
  'slow-network',
  'cut-connections',
  'lost-answers',
  'late-requests',
  'one-way-block',
  'clock-jump',
  'stall',
  'garbage',
  'slow-disk',
])

/** Strikes with everything a run has planned: what concerns the process and its disk one after the other, the rest beside it. */
export async function runFaults(world: World): Promise<void> {
  const { faults } = world.plan
  await Promise.all([
    strikeInTurn(
      world,
      'faults',
      faults.filter((kind) => !BESIDE.has(kind)),
    ),
    strikeInTurn(
      world,
      'faults beside',
      faults.filter((kind) => BESIDE.has(kind)),
    ),
  ])
}

async function strikeInTurn(world: World, lane: string, kinds: readonly FaultKind[]): Promise<void> {
  const random = world.random(lane)
  for (const kind of kinds) {
    await world.sleep(random.below(MAX_PAUSE_MS))
    const before = world.injected.get(kind) ?? 0
    for (let attempt = 0; attempt < MAX_ATTEMPTS && (world.injected.get(kind) ?? 0) === before; attempt++) {
      await FAULTS[kind]({ world, random })
      await world.sleep(random.below(MAX_PAUSE_MS))
    }
  }
}

/** Ends every fault that is still going on. */
export function healEverything(world: World): void {
  const { disk } = world.broker
  disk.faults.clear()
  disk.setFreeBytes(Number.POSITIVE_INFINITY)
  world.network.setCutProbability(0)
  world.produceBreaker.probability = 0
  world.network.heal()
  world.broker.resume()
  for (const gate of world.clientGates.values()) gate.resume()
}

import type { SeededRandom, Survival } from '@kafka-ts/io/simulated'
import { BROKER_HOST } from '../broker-machine.ts'
import { between, pick } from '../plan.ts'
import type { World } from '../world.ts'
import { type Fault, type FaultContext, pickClient } from './fault.ts'

const MAX_DOWN_MS = 1500
/** Disk changes from now, at which a life may end. */
const MAX_CHANGE = 60
/** As above, while recovering. */
const MAX_RECOVERY_CHANGE = 12
const ARMED_MS = 5000
const MAX_ENDS_IN_RECOVERY = 3
const STALL_MS = { min: 300, max: 6000 }

const SURVIVALS: readonly Survival[] = ['mixed', 'mixed', 'mixed', 'none', 'all']

/** Ends the broker's life by `kill -9` or by a power cut. Returns which. */
export function endLife({ world, random }: FaultContext): string {
  if (random.chance(0.5)) {
    world.broker.kill()
    return 'kill'
  }
  const survival = pick(random, SURVIVALS)
  world.broker.crash(survival)
  return `power loss, ${survival}`
}

/** A pause as long as somebody takes to notice, then a start. */
export async function startAgain({ world, random }: FaultContext): Promise<void> {
  await world.sleep(random.below(MAX_DOWN_MS))
  await world.broker.ensureRunning()
}

export const kill: Fault = async (context) => {
  context.world.broker.kill()
  context.world.noteFault('kill', '')
  await startAgain(context)
}

export const losePower: Fault = async (context) => {
  const survival = pick(context.random, SURVIVALS)
  context.world.broker.crash(survival)
  context.world.noteFault('power-loss', survival)
  await startAgain(context)
}

/** Ends the life right before or after some change of the disk: a write, a sync, a rename, whatever comes. */
export const endAtChange: Fault = async (context) => {
  const { world } = context
  const armed = arm(context, MAX_CHANGE)
  await world.until(armed.hasFired, ARMED_MS)
  armed.disarm()
  if (armed.hasFired()) world.noteFault('end-at-change', '')
  await startAgain(context)
}

/** The same while the broker recovers from an end, up to a few times in a row. */
export const endInRecovery: Fault = async (context) => {
  const { world, random } = context
  endLife(context)
  const ends = between(random, 1, MAX_ENDS_IN_RECOVERY)
  for (let end = 0; end < ends; end++) {
    const armed = arm(context, MAX_RECOVERY_CHANGE)
    const starting = world.broker.ensureRunning()
    await world.until(() => armed.hasFired() || world.broker.isRunning, ARMED_MS)
    armed.disarm()
    if (armed.hasFired()) world.noteFault('end-in-recovery', '')
    await starting
    if (end + 1 < ends) endLife(context)
  }
  await world.broker.ensureRunning()
}

export const restartCleanly: Fault = async (context) => {
  const { world } = context
  await world.broker.stop()
  world.noteFault('clean-restart', '')
  await startAgain(context)
}

/** The broker's process, or a client's, does not run for a while, though its machine does. */
export const stall: Fault = async ({ world, random }) => {
  const forMs = between(random, STALL_MS.min, STALL_MS.max)
  const client = random.chance(0.6) ? undefined : pickClient({ world, random })
  const stalled = client === undefined ? world.broker : world.clientGates.get(client)
  world.noteFault('stall', `${client ?? BROKER_HOST}, ${forMs} ms`)
  stalled?.stall()
  await world.sleep(forMs)
  stalled?.resume()
}

function arm(context: FaultContext, maxChange: number): ReturnType<World['broker']['endAtChange']> {
  const { world, random } = context
  return world.broker.endAtChange(between(random, 1, maxChange), pickWhen(random), () => endLife(context))
}

function pickWhen(random: SeededRandom): 'before' | 'after' {
  return random.chance(0.5) ? 'before' : 'after'
}

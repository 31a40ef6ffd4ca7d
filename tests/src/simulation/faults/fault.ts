import type { SeededRandom } from '@kafka-ts/io/simulated'
import { pick } from '../plan.ts'
import type { World } from '../world.ts'

/** What a fault strikes with. */
export interface FaultContext {
  readonly world: World
  readonly random: SeededRandom
}

/** Strikes, waits, and takes back what can be taken back. Afterwards the broker runs, unless something else ended it. */
export type Fault = (context: FaultContext) => Promise<void>

/** The machine of a producer, a consumer or a member of a group. */
export function pickClient({ world, random }: FaultContext): string {
  return pick(random, [...[...world.plan.producers, ...world.plan.consumers].map(({ name }) => name), ...world.members])
}

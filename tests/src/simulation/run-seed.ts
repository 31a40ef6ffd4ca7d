import { crc32 } from 'node:zlib'
import { type Logger, silentLogger } from '@kafka-ts/broker'
import type { Disk } from '@kafka-ts/io'
import { checkHistory } from './check/check-history.ts'
import type { Violation } from './check/violation.ts'
import type { FaultKind } from './faults/fault-kinds.ts'
import { countGroups, type GroupCounts } from './group-counts.ts'
import type { HistoryEvent } from './history.ts'
import { type Plan, type PlanOverrides, planOf } from './plan.ts'
import { simulate } from './simulate.ts'
import { World } from './world.ts'

/** What one seed must at least have done, or it proves nothing. */
const MIN_OPERATIONS = 300
const MIN_SUCCEEDED_SHARE = 0.5

export interface SeedOptions extends PlanOverrides {
  /** Hears what the broker logs. */
  readonly logger?: Logger
  /** Hears what happens, as it happens. */
  readonly onEvent?: (event: HistoryEvent) => void
  /** Plants a mistake between the broker and its disk. */
  readonly wrapDisk?: (disk: Disk) => Disk
}

export interface SeedResult {
  readonly seed: number
  readonly plan: Plan
  /** Equal for the same seed and the same code. */
  readonly hash: number
  readonly operations: number
  readonly succeeded: number
  readonly faults: ReadonlyMap<FaultKind, number>
  /** undefined where there was no group. */
  readonly groups: GroupCounts | undefined
  readonly simulatedMs: number
  readonly eventCount: number
  readonly history: readonly HistoryEvent[]
  readonly violations: readonly Violation[]
}

/** Runs one seed from nothing to the end, and checks what happened. */
export async function runSeed(seed: number, options: SeedOptions = {}): Promise<SeedResult> {
  const plan = planOf(seed, options)
  const world = new World(plan, { logger: options.logger ?? silentLogger, wrapDisk: options.wrapDisk, onEvent: options.onEvent })
  const onUncaught = (error: unknown): void => world.violation('I29', `uncaught: ${describe(error)}`)
  process.on('unhandledRejection', onUncaught)
  try {
    await world.scheduler.settle(simulate(world))
  } catch (error) {
    world.violation('run', describe(error))
  } finally {
    process.off('unhandledRejection', onUncaught)
  }
  const groups = plan.group === undefined ? undefined : countGroups(world.history.events)
  requireWork(world, groups)
  return {
    seed,
    plan,
    hash: crc32(`${world.scheduler.hash} ${world.history.hash}`),
    operations: world.operations,
    succeeded: world.succeeded,
    faults: world.injected,
    groups,
    simulatedMs: world.nowMs,
    eventCount: world.scheduler.eventCount,
    history: world.history.events,
    violations: checkHistory(world.history.events),
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** A run that did next to nothing, or met no fault, is a failed run. */
function requireWork(world: World, groups: GroupCounts | undefined): void {
  const { operations, succeeded, injected, plan } = world
  if (operations < MIN_OPERATIONS) world.violation('run', `only ${operations} operations`)
  if (succeeded < operations * MIN_SUCCEEDED_SHARE) world.violation('run', `only ${succeeded} of ${operations} operations succeeded`)
  if (groups?.commits === 0 || groups?.worked === 0) world.violation('run', 'its group did nothing')
  for (const kind of new Set(plan.faults)) {
    if (!injected.has(kind)) world.violation('run', `the fault ${kind} never struck`)
  }
}

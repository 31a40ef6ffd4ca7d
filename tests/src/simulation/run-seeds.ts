import type { FaultKind } from './faults/fault-kinds.ts'
import { addGroupCounts, describeGroupCounts, NO_GROUP } from './group-counts.ts'
import { describeResult, describeViolation } from './report.ts'
import { runSeed, type SeedOptions, type SeedResult } from './run-seed.ts'

/** One seed in so many runs twice and must come out the same. */
const TWICE_EVERY = 100
const PROGRESS_EVERY = 500

export interface SeedsOptions extends SeedOptions {
  readonly from: number
  readonly count: number
  /** Ends at the first seed with a violation. */
  readonly stopAtFirst?: boolean
  readonly onProgress?: (line: string) => void
}

export interface SeedsSummary {
  readonly seeds: number
  readonly operations: number
  readonly succeeded: number
  readonly faults: ReadonlyMap<FaultKind, number>
  readonly repeated: number
  /** For every seed that failed, what to read and how to replay it. */
  readonly failures: readonly { readonly seed: number; readonly text: string }[]
  readonly text: string
}

/** Runs seeds one after the other. The one runner of every suite. */
export async function runSeeds(options: SeedsOptions): Promise<SeedsSummary> {
  const { from, count, stopAtFirst = false, onProgress } = options
  const faults = new Map<FaultKind, number>()
  const failures: { seed: number; text: string }[] = []
  const begunMs = performance.now()
  let operations = 0
  let succeeded = 0
  let repeated = 0
  let groups = NO_GROUP
  let seedsWithGroup = 0
  let seeds = 0
  for (let seed = from; seed < from + count && !(stopAtFirst && failures.length > 0); seed++) {
    const result = await runSeed(seed, options)
    seeds++
    operations += result.operations
    succeeded += result.succeeded
    if (result.groups !== undefined) {
      seedsWithGroup++
      groups = addGroupCounts(groups, result.groups)
    }
    for (const [kind, times] of result.faults) faults.set(kind, (faults.get(kind) ?? 0) + times)
    const problems = result.violations.map(describeViolation)
    if (seed % TWICE_EVERY === 0) {
      repeated++
      const again = await runSeed(seed, options)
      if (again.hash !== result.hash)
        problems.push(`  I31: the second run of the seed differs from the first${firstDifference(result, again)}`)
    }
    if (problems.length > 0) {
      const text = [
        describeResult(result),
        ...problems,
        `  replay: node --conditions=@kafka-ts/source tests/src/simulation/run.ts --seed ${seed} --history`,
      ].join('\n')
      failures.push({ seed, text })
      onProgress?.(text)
    }
    if (seeds % PROGRESS_EVERY === 0) onProgress?.(`${seeds} seeds, ${failures.length} failed, ${seconds(begunMs)} s`)
  }
  const text = [
    `${seeds} seeds (${repeated} of them twice), ${operations} operations, ${succeeded} acknowledged, ${failures.length} failed, ${seconds(begunMs)} s`,
    `faults: ${[...faults]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([kind, times]) => `${kind} ${times}`)
      .join(', ')}`,
    `groups in ${seedsWithGroup} of them: ${describeGroupCounts(groups)}`,
    ...(failures.length === 0 ? [] : [`failed: ${failures.map(({ seed }) => seed).join(' ')}`]),
  ].join('\n')
  return { seeds, operations, succeeded, faults, repeated, failures, text }
}

function seconds(begunMs: number): string {
  return ((performance.now() - begunMs) / 1000).toFixed(1)
}

function firstDifference(one: SeedResult, other: SeedResult): string {
  const at = one.history.findIndex((event, index) => JSON.stringify(event) !== JSON.stringify(other.history[index]))
  return at < 0
    ? ', though the histories agree'
    : `, first at event ${at}: ${JSON.stringify(one.history[at])} and ${JSON.stringify(other.history[at])}`
}

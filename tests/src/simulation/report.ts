import type { Violation } from './check/violation.ts'
import { describeGroupCounts } from './group-counts.ts'
import type { SeedResult } from './run-seed.ts'

/** One line about one seed. */
export function describeResult({
  seed,
  operations,
  succeeded,
  simulatedMs,
  eventCount,
  faults,
  groups,
  hash,
  violations,
}: SeedResult): string {
  const struck = [...faults].map(([kind, count]) => `${kind} ${count}`).join(', ')
  const group = groups === undefined ? '' : `; group: ${describeGroupCounts(groups)}`
  const outcome = violations.length === 0 ? 'ok' : 'VIOLATED'
  return `seed ${seed}: ${outcome}; ${succeeded} of ${operations} operations, ${(simulatedMs / 1000).toFixed(1)} s simulated, ${eventCount} events, hash ${hash.toString(16)}; ${struck}${group}`
}

export function describeViolation({ invariant, atMs, what }: Violation): string {
  return `  ${invariant} at ${atMs} ms: ${what}`
}

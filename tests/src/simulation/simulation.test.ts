import { describe, expect, it } from 'vitest'
import { volume } from '../support/volume.ts'
import { FAULT_KINDS } from './faults/fault-kinds.ts'
import { REPLAY_SEEDS } from './replay-seeds.ts'
import { describeViolation } from './report.ts'
import { runSeed } from './run-seed.ts'
import { runSeeds } from './run-seeds.ts'

/** KAFKA_TS_SEEDS=10000 npm test -- tests/src/simulation runs them by hand; run.ts does so with progress. */
const SEEDS = volume('KAFKA_TS_SEEDS', { quick: 40, ci: 200 })
/** Of which every seventh or so strikes in a seed. */
const SEEDS_FOR_EVERY_FAULT = 40
const TIMEOUT_MS = 60_000 + SEEDS * 3000

describe('the simulation', () => {
  it.each(REPLAY_SEEDS)('holds every invariant in seed $seed, where once $found', async ({ seed }) => {
    const { violations } = await runSeed(seed)
    expect(violations.map(describeViolation)).toEqual([])
  })

  it(
    `holds every invariant in ${SEEDS} seeds`,
    async () => {
      const { failures, faults, text } = await runSeeds({ from: 1, count: SEEDS })
      console.log(text)
      expect(failures.map((failure) => failure.text)).toEqual([])
      if (SEEDS >= SEEDS_FOR_EVERY_FAULT) expect([...faults.keys()].sort()).toEqual([...FAULT_KINDS].sort())
    },
    TIMEOUT_MS,
  )

  it('runs a seed the same way twice, and another one differently', async () => {
    const [first, second, other] = [await runSeed(7), await runSeed(7), await runSeed(8)]
    expect(second.history).toEqual(first.history)
    expect(second.hash).toBe(first.hash)
    expect(other.hash).not.toBe(first.hash)
  })
})

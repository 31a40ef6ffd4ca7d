import { describe, expect, it } from 'vitest'
import { countCleaningChanges, crashCleaningAt } from '../testing-support/cleaning-run.ts'

/** More than the changes of finishing a swap at a start. */
const RECOVERY_CHANGES = 24
/** From one of these to the next: there are many swaps, and each takes others. */
const AGAIN_STEP = 5
const TIMEOUT_MS = 120_000

describe('a crash at every change of the disk while a log is cleaned', () => {
  it('loses and resurrects no key, drops no tombstone early, and forgets no producer', { timeout: TIMEOUT_MS }, async () => {
    const changes = await countCleaningChanges({ seed: 1 })
    expect(changes).toBeGreaterThan(150)
    const found: string[] = []
    for (let n = 1; n <= changes; n++) {
      const when = n % 4 === 0 ? 'before' : 'after'
      const { problems } = await crashCleaningAt({ n, when }, { seed: n })
      for (const problem of problems) found.push(`${when} change ${n}: ${problem}`)
    }
    expect(found).toEqual([])
  })

  it('nor when the start that finishes a swap is cut short, too', { timeout: TIMEOUT_MS }, async () => {
    const changes = await countCleaningChanges({ seed: 1 })
    const found: string[] = []
    let swaps = 0
    for (let n = 1; n <= changes; n++) {
      const point = { n, when: 'after' } as const
      const { hadSwap } = await crashCleaningAt(point, { seed: n })
      if (!hadSwap) continue
      swaps++
      for (let again = 1 + (n % AGAIN_STEP); again <= RECOVERY_CHANGES; again += AGAIN_STEP) {
        const { problems } = await crashCleaningAt({ ...point, again }, { seed: n })
        for (const problem of problems) found.push(`change ${n}, then ${again}: ${problem}`)
      }
    }
    expect(swaps).toBeGreaterThan(10)
    expect(found).toEqual([])
  })
})

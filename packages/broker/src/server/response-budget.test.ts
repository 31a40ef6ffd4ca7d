import { describe, expect, it } from 'vitest'
import { ResponseBudget } from './response-budget.ts'

const MIB = 2 ** 20

describe('ResponseBudget', () => {
  it('allows less the more is not taken yet, never nothing, and all of it again once it is', () => {
    const budget = new ResponseBudget(256 * MIB)
    let unsent = 0
    for (let reader = 0; reader < 1000; reader++) {
      const bytes = Math.min(55 * MIB, budget.maxResponseBytes)
      expect(bytes).toBeGreaterThan(0)
      budget.add(bytes)
      unsent += bytes
    }
    expect(unsent).toBeLessThan(400 * MIB)
    budget.add(-unsent)
    expect(budget.maxResponseBytes).toBe(128 * MIB)
  })
})

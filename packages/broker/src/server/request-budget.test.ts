import { describe, expect, it } from 'vitest'
import { RequestBudget } from './request-budget.ts'

function createWaiter(hasHalfRequest: boolean) {
  return {
    hasHalfRequest,
    calls: 0,
    onRoom() {
      this.calls++
    },
  }
}

describe('RequestBudget', () => {
  it('lets nobody read at its limit, and tells all who wait once an answer made room', () => {
    const budget = new RequestBudget(100)
    const waiters = [createWaiter(false), createWaiter(true)] as const
    budget.addRequestBytes(100)
    expect(waiters.map((waiter) => budget.mayRead(waiter))).toEqual([false, false])
    for (const waiter of waiters) budget.awaitRoom(waiter)
    budget.addRequestBytes(-1)
    budget.addRequestBytes(-99)
    expect(waiters.map(({ calls }) => calls)).toEqual([1, 1])
    expect(budget.bytes).toBe(0)
  })

  it('gives one half request after the other its turn when half requests fill it', () => {
    const budget = new RequestBudget(100)
    const [whole, first, second] = [createWaiter(false), createWaiter(true), createWaiter(true)] as const
    budget.addPartialBytes(120)
    for (const waiter of [whole, first, second]) budget.awaitRoom(waiter)
    expect([whole, first, second].map((waiter) => budget.hasTurn(waiter))).toEqual([false, true, false])
    expect(budget.mayRead(first)).toBe(true)
    budget.endTurn(first)
    expect(budget.hasTurn(second)).toBe(true)
    budget.forget(second)
    expect([whole.calls, first.calls, second.calls]).toEqual([0, 1, 1])
  })

  it('gives no turn while an answer is still to make room', () => {
    const budget = new RequestBudget(100)
    const half = createWaiter(true)
    budget.addRequestBytes(50)
    budget.addPartialBytes(60)
    budget.awaitRoom(half)
    expect(half.calls).toBe(0)
    budget.addPartialBytes(50)
    budget.addRequestBytes(-50)
    expect(budget.hasTurn(half)).toBe(true)
  })
})

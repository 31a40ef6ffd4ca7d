import { describe, expect, it } from 'vitest'
import { Scheduler, SimulationHangError } from './scheduler.ts'
import { VirtualClock } from './virtual-clock.ts'

describe('the scheduler', () => {
  it('runs events in order of time and lets promises finish between them', async () => {
    const scheduler = new Scheduler({ seed: 1 })
    const seen: string[] = []
    scheduler.schedule(5, 'b', () => seen.push('b'))
    scheduler.schedule(1, 'a', () => {
      seen.push('a')
      void (async () => {
        for (let turn = 0; turn < 10; turn++) await undefined
        seen.push('promise of a')
        scheduler.schedule(1, 'between', () => seen.push('between'))
      })()
    })
    await scheduler.run(10)
    expect(seen).toEqual(['a', 'promise of a', 'between', 'b'])
    expect(scheduler.nowMs).toBe(10)
  })

  it('orders events of one instant by the seed', async () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 50; seed++) {
      const scheduler = new Scheduler({ seed })
      let order = ''
      for (const name of 'abc') {
        scheduler.schedule(1, name, () => {
          order += name
        })
      }
      await scheduler.run(1)
      orders.add(order)
    }
    expect(orders.size).toBe(6)
  })

  it('names what is pending when the events run out of budget', async () => {
    const scheduler = new Scheduler({ seed: 1, maxEvents: 100 })
    const again = (): void => {
      scheduler.schedule(1, 'busy loop', again)
    }
    again()
    scheduler.schedule(1e9, 'far away', () => undefined)
    const failure = await scheduler.run(() => false).catch((error) => error)
    expect(failure).toBeInstanceOf(SimulationHangError)
    expect(failure.message).toContain('busy loop x 1')
    expect(failure.message).toContain('far away x 1')
    expect(scheduler.eventCount).toBe(100)
  })

  it('fails when nothing is left that could make the condition true', async () => {
    await expect(new Scheduler({ seed: 1 }).settle(new Promise(() => undefined))).rejects.toThrow(SimulationHangError)
  })

  it('throws what an event throws', async () => {
    const scheduler = new Scheduler({ seed: 1 })
    scheduler.schedule(1, 'bad', () => {
      throw new RangeError('bug')
    })
    await expect(scheduler.run(5)).rejects.toThrow('bug')
    await scheduler.run(5)
  })
})

describe('a virtual clock', () => {
  it('runs timers in virtual time, and not those that were cancelled', async () => {
    const scheduler = new Scheduler({ seed: 1 })
    const clock = new VirtualClock(scheduler)
    const startMs = clock.now()
    const seen: number[] = []
    clock.setTimer(3_600_000, () => seen.push(clock.now() - startMs))
    const cancelled = clock.setTimer(10, () => seen.push(-1))
    cancelled.cancel()
    cancelled.cancel()
    await scheduler.runFor(7_200_000)
    expect(seen).toEqual([3_600_000])
    expect(clock.monotonic()).toBe(7_200_000)
  })

  it('runs deferred calls at once and in order, also those deferred by others', async () => {
    const scheduler = new Scheduler({ seed: 1 })
    const clock = new VirtualClock(scheduler)
    const seen: number[] = []
    for (let index = 0; index < 10; index++) clock.defer(() => seen.push(index))
    clock.defer(() => clock.defer(() => seen.push(10)))
    await scheduler.run(0)
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('jumps the wall clock and nothing else', async () => {
    const scheduler = new Scheduler({ seed: 1 })
    const clock = new VirtualClock(scheduler)
    const startMs = clock.now()
    let fired = 0
    clock.setTimer(1000, () => fired++)
    clock.jumpWallClock(-3_600_000)
    expect(clock.now()).toBe(startMs - 3_600_000)
    expect(clock.monotonic()).toBe(0)
    await scheduler.run(1000)
    expect(fired).toBe(1)
  })

  it('sleeps until the time is over or the signal aborts', async () => {
    const scheduler = new Scheduler({ seed: 1 })
    const clock = new VirtualClock(scheduler)
    await scheduler.settle(clock.sleep(500))
    expect(scheduler.nowMs).toBe(500)
    const controller = new AbortController()
    const sleeping = clock.sleep(1000, controller.signal)
    controller.abort(new Error('wake up'))
    await expect(scheduler.settle(sleeping)).rejects.toThrow('wake up')
    await expect(clock.sleep(1, controller.signal)).rejects.toThrow('wake up')
    expect(scheduler.describePending()).toBe('nothing is pending')
  })
})

import { Scheduler, VirtualClock } from '@kafka-ts/io/simulated'
import { describe, expect, it } from 'vitest'
import type { AppendOutcome } from './ack-queue.ts'
import { DelayedOperations } from './delayed-operations.ts'
import { FetchWaiters } from './fetch-waiters.ts'

const acked = (baseOffset: number): AppendOutcome => ({ errorCode: 0, baseOffset, logAppendTimeMs: -1, logStartOffset: 0 })
const timedOut: AppendOutcome = { errorCode: 7, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 }

function createDelayed() {
  const scheduler = new Scheduler({ seed: 1 })
  return { scheduler, delayed: new DelayedOperations(new VirtualClock(scheduler)) }
}

describe('waiting appends', () => {
  it('are done when each has its outcome, in the order of their slots', async () => {
    const { delayed } = createDelayed()
    const pending = delayed.awaitAppends(2, 1000, () => timedOut)
    pending.settle(1, acked(20))
    expect(delayed.size).toBe(1)
    pending.settle(0, acked(10))
    expect(await pending.outcomes).toEqual([acked(10), acked(20)])
    expect(delayed.size).toBe(0)
  })

  it('keep the first outcome of a slot', async () => {
    const { delayed } = createDelayed()
    const pending = delayed.awaitAppends(2, 1000, () => timedOut)
    pending.settle(0, acked(1))
    pending.settle(0, acked(2))
    pending.settle(1, acked(3))
    expect(await pending.outcomes).toEqual([acked(1), acked(3)])
  })

  it('time out alone: those with an outcome keep it', async () => {
    const { delayed, scheduler } = createDelayed()
    const pending = delayed.awaitAppends(2, 1000, () => timedOut)
    pending.settle(0, acked(10))
    await scheduler.runFor(1001)
    expect(await pending.outcomes).toEqual([acked(10), timedOut])
    pending.settle(1, acked(11))
    expect(await pending.outcomes).toEqual([acked(10), timedOut])
  })

  it('leave no timer behind', async () => {
    const { delayed, scheduler } = createDelayed()
    delayed.awaitAppends(1, 1000, () => timedOut).settle(0, acked(0))
    await delayed.awaitAppends(0, 1000, () => timedOut).outcomes
    expect(scheduler.describePending()).toBe('nothing is pending')
  })

  it('are waited for by drain, fetches are not', async () => {
    const { delayed, scheduler } = createDelayed()
    const pending = delayed.awaitAppends(1, 10_000, () => timedOut)
    const parked = delayed.parkFetch([{ fetchWaiters: new FetchWaiters() }], 1, 10_000)
    const drained = delayed.drain(5000)
    await parked.woken
    pending.settle(0, acked(4))
    await drained
    expect(await pending.outcomes).toEqual([acked(4)])
    expect([delayed.size, scheduler.describePending()]).toEqual([0, 'nothing is pending'])
  })
})

describe('parked fetches', () => {
  it('are woken by the bytes they wait for, from several partitions together', async () => {
    const { delayed } = createDelayed()
    const partitions = [{ fetchWaiters: new FetchWaiters() }, { fetchWaiters: new FetchWaiters() }]
    const parked = delayed.parkFetch(partitions, 100, 1000)
    partitions[0]?.fetchWaiters.wake(60)
    expect(parked.isDone).toBe(false)
    partitions[1]?.fetchWaiters.wake(40)
    await parked.woken
    expect(partitions.map(({ fetchWaiters }) => fetchWaiters.size)).toEqual([0, 0])
    expect(delayed.size).toBe(0)
  })

  it('are woken by a change that brings no bytes', async () => {
    const { delayed } = createDelayed()
    const fetchWaiters = new FetchWaiters()
    const parked = delayed.parkFetch([{ fetchWaiters }], 1_000_000, 1000)
    fetchWaiters.wake(0)
    await parked.woken
    expect(delayed.size).toBe(0)
  })

  it('are woken by their timeout, and leave their seats', async () => {
    const { delayed, scheduler } = createDelayed()
    const fetchWaiters = new FetchWaiters()
    const parked = delayed.parkFetch([{ fetchWaiters }], 1, 500)
    await scheduler.runFor(501)
    await parked.woken
    expect([fetchWaiters.size, delayed.size]).toEqual([0, 0])
  })

  it('all hear of one wake-up, whatever they do in it', async () => {
    const { delayed } = createDelayed()
    const fetchWaiters = new FetchWaiters()
    const parked = Array.from({ length: 50 }, (_, index) => delayed.parkFetch([{ fetchWaiters }], index % 2 === 0 ? 1 : 1000, 1000))
    fetchWaiters.wake(10)
    expect(parked.map(({ isDone }) => isDone)).toEqual(parked.map((_, index) => index % 2 === 0))
    expect(fetchWaiters.size).toBe(25)
    fetchWaiters.wake(990)
    expect([fetchWaiters.size, delayed.size]).toEqual([0, 0])
  })

  it('end at once after close, so that nothing waits on a stopped broker', async () => {
    const { delayed } = createDelayed()
    const fetchWaiters = new FetchWaiters()
    delayed.close()
    await delayed.parkFetch([{ fetchWaiters }], 1, 1000).woken
    expect([delayed.isClosed, delayed.size, fetchWaiters.size]).toEqual([true, 0, 0])
  })
})

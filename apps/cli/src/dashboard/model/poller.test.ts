import { describe, expect, it } from 'vitest'
import { ManualClock, settled } from '../testing-support/manual-clock.ts'
import { Poller, type PollHealth } from './poller.ts'

const START_MS = 1_000_000

/** A poller whose polls do as they are told; the times at which they began. */
function setUp(poll: () => Promise<void> = async () => undefined) {
  const clock = new ManualClock(START_MS)
  const begun: number[] = []
  const health: PollHealth[] = []
  const end = new AbortController()
  const poller = new Poller({
    clock,
    refreshMs: 2000,
    poll: () => {
      begun.push(clock.elapsedMs())
      return poll()
    },
    onHealth: (next) => health.push(next),
  })
  const ended = poller.run(end.signal)
  return {
    clock,
    begun,
    health,
    poller,
    finish: async () => {
      end.abort()
      await ended
    },
  }
}

describe('Poller', () => {
  it('polls at once and then at its times', async () => {
    const { clock, begun, finish } = setUp()
    await clock.advance(6000)
    expect(begun).toEqual([0, 2000, 4000, 6000])
    await finish()
  })

  it('never polls twice at a time: ticks that pass meanwhile are skipped', async () => {
    const clock = new ManualClock(0)
    let [running, most] = [0, 0]
    const begun: number[] = []
    const end = new AbortController()
    const poller = new Poller({
      clock,
      refreshMs: 2000,
      poll: async () => {
        begun.push(clock.elapsedMs())
        most = Math.max(most, ++running)
        await clock.sleep(5000)
        running--
      },
      onHealth: () => undefined,
    })
    const ended = poller.run(end.signal)
    await clock.advance(1000)
    poller.pollNow()
    await clock.advance(20_000)
    expect([most, begun]).toEqual([1, [0, 5000, 11_000, 17_000]])
    end.abort()
    await clock.advance(10_000)
    await ended
  })

  it('waits longer after each failure, half a minute at most, and says when it tries again', async () => {
    let isDown = true
    const { clock, begun, health, finish } = setUp(async () => {
      if (isDown) throw new Error('down')
    })
    await clock.advance(100_000)
    expect(begun).toEqual([0, 2000, 6000, 14_000, 30_000, 60_000, 90_000])
    expect(health[0]).toMatchObject({ failure: new Error('down'), lastGoodMs: undefined, nextTryMs: START_MS + 2000 })
    isDown = false
    await clock.advance(30_000)
    expect(health.at(-1)).toMatchObject({
      failure: undefined,
      lastGoodMs: START_MS + 130_000,
    })
    await finish()
  })

  it('tells every second how old the data are while it cannot poll', async () => {
    const { clock, health, finish } = setUp(async () => {
      throw new Error('down')
    })
    await clock.advance(14_500)
    const ages = health.map(({ nowMs }) => nowMs - START_MS)
    for (let second = 7; second < 14; second++) expect(ages).toContain(second * 1000)
    await finish()
  })

  it('says that an answer is late, and then that it came', async () => {
    const answer = Promise.withResolvers<void>()
    const { clock, health, finish } = setUp(() => answer.promise)
    await clock.advance(3999)
    expect(health).toEqual([])
    await clock.advance(2001)
    expect(health.map(({ isLate }) => isLate)).toEqual([true, true, true])
    answer.resolve()
    await settled()
    expect(health.at(-1)).toMatchObject({ isLate: false, lastGoodMs: START_MS + 6000 })
    await finish()
  })

  it('takes another refresh time from the last poll on', async () => {
    const { clock, begun, poller, finish } = setUp()
    await clock.advance(2500)
    poller.setRefresh(10_000)
    await clock.advance(9000)
    expect(begun).toEqual([0, 2000])
    poller.setRefresh(1000)
    await clock.advance(1500)
    expect(begun.length).toBeGreaterThan(2)
    await finish()
  })

  it('rests while it is paused, polls once when asked, and goes on', async () => {
    const { clock, begun, poller, finish } = setUp()
    await clock.advance(1000)
    poller.setPaused(true)
    await clock.advance(60_000)
    expect(begun).toEqual([0])
    poller.pollNow()
    await clock.advance(10_000)
    expect(begun).toEqual([0, 61_000])
    poller.setPaused(false)
    await settled()
    expect(begun).toHaveLength(3)
    await finish()
  })
})

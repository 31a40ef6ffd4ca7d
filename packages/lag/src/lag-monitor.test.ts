import { describe, expect, it } from 'vitest'
import { type GroupPoll, LagMonitor } from './lag-monitor.ts'

function poll(committedOffset: number | null | undefined, endOffset: number | undefined, state = 'Stable'): GroupPoll {
  return { groupId: 'g', state, partitions: [{ topic: 't', partition: 0, committedOffset, endOffset }] }
}

describe('LagMonitor', () => {
  it('tells lag at once and rates from the second poll on', () => {
    const monitor = new LagMonitor()
    expect(monitor.record(0, [poll(0, 1000)])[0]).toMatchObject({ status: 'WARMING', totals: { lag: 1000, inPerSecond: undefined } })
    expect(monitor.record(1000, [poll(300, 1100)])[0]).toMatchObject({
      totals: { lag: 800, inPerSecond: 100, outPerSecond: 300, deltaPerSecond: -200, eta: 4000 },
    })
  })

  it('keeps the samples of a partition that could not be read', () => {
    const monitor = new LagMonitor()
    monitor.record(0, [poll(0, 1000)])
    expect(monitor.record(1000, [poll(undefined, 1100)])[0]).toMatchObject({ status: 'UNKNOWN', totals: { lag: undefined } })
    expect(monitor.record(2000, [poll(300, 1200)])[0]).toMatchObject({ totals: { inPerSecond: 100, outPerSecond: 150 } })
  })

  it('forgets a group that is gone', () => {
    const monitor = new LagMonitor()
    monitor.record(0, [poll(0, 1000)])
    monitor.record(1000, [])
    expect(monitor.record(2000, [poll(300, 1200)])[0]).toMatchObject({ totals: { inPerSecond: undefined } })
  })

  it('watches partitions of the same number in different topics apart', () => {
    const monitor = new LagMonitor()
    const both = (offset: number): GroupPoll => ({
      groupId: 'g',
      state: 'Stable',
      partitions: ['a', 'b'].map((topic, index) => ({ topic, partition: 0, committedOffset: 0, endOffset: offset * (index + 1) })),
    })
    monitor.record(0, [both(0)])
    const [group] = monitor.record(1000, [both(10)])
    expect(group?.partitions.map(({ inPerSecond }) => inPerSecond)).toEqual([10, 20])
  })

  it('follows the state of the group', () => {
    expect(new LagMonitor().record(0, [poll(0, 1000, 'Empty')])[0]?.status).toBe('EMPTY')
    expect(new LagMonitor().record(0, [poll(0, 1000, 'PreparingRebalance')])[0]?.status).toBe('REBALANCE')
  })
})

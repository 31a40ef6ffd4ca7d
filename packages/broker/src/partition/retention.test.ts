import { DiskError } from '@kafka-ts/io'
import { Scheduler, VirtualClock } from '@kafka-ts/io/simulated'
import { StorageError } from '@kafka-ts/storage'
import { describe, expect, it } from 'vitest'
import type { Partition } from './partition.ts'
import { Retention } from './retention.ts'

const INTERVAL_MS = 1000

describe('retention', () => {
  it.each([
    new DiskError('EIO', { path: '/data/orders-0/00000000000000000000.timeindex', operation: 'read' }),
    new StorageError('OFFLINE', '/data is offline'),
  ])('goes on with the other partitions, and again later, where one fails with %s', async (error) => {
    const scheduler = new Scheduler({ seed: 1 })
    const applied: string[] = []
    const partition = (topic: string, outcome: () => Promise<number>): Pick<Partition, 'topic' | 'partition' | 'applyRetention'> => ({
      topic,
      partition: 0,
      applyRetention: () => {
        applied.push(topic)
        return outcome()
      },
    })
    const all = [partition('orders', () => Promise.reject(error)), partition('parcels', async () => 100)] as unknown as Partition[]
    const warnings: unknown[] = []
    const logger = { debug() {}, info() {}, warn: (fields: unknown) => warnings.push(fields), error() {} }
    const clock = new VirtualClock(scheduler)
    const retention = new Retention({ partitions: { all: () => all }, clock, logger, intervalMs: INTERVAL_MS })
    retention.start()
    await scheduler.runFor(2.5 * INTERVAL_MS)
    await scheduler.settle(retention.close())
    expect(applied).toEqual(['orders', 'parcels', 'orders', 'parcels'])
    expect(warnings).toMatchObject([
      { err: error, topic: 'orders' },
      { err: error, topic: 'orders' },
    ])
  })
})

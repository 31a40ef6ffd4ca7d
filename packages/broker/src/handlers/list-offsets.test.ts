import type { Disk, DiskFile } from '@kafka-ts/io'
import { Scheduler, simulatedDoors } from '@kafka-ts/io/simulated'
import { describe, expect, it } from 'vitest'
import { batchOfValues } from '../testing-support/batches.ts'
import { createTopic, produce, TestBroker } from '../testing-support/test-broker.ts'

const ASKED = 5000
const MAX_LOOKUPS = 16

/** A disk that knows how many reads off the loop were under way at the same time. */
function countReads(disk: Disk): { readonly disk: Disk; most(): number } {
  let reading = 0
  let most = 0
  const countingFile = (file: DiskFile): DiskFile =>
    wrap(file, {
      read: (target, position) => {
        most = Math.max(most, ++reading)
        return file.read(target, position).finally(() => reading--)
      },
    })
  return { disk: wrap(disk, { openSync: (path, mode) => countingFile(disk.openSync(path, mode)) }), most: () => most }
}

/** `target` with some of its methods replaced. */
function wrap<T extends object>(target: T, replaced: Partial<T>): T {
  return new Proxy(target, {
    get: (_, key) => {
      const value = Reflect.get(key in replaced ? replaced : target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

describe('a request for very many offsets by time', () => {
  it('reads from disk for a bounded number of them at a time, and answers them all', async () => {
    const scheduler = new Scheduler({ seed: 1 })
    const doors = simulatedDoors({ scheduler, host: 'broker' })
    const clientDoors = simulatedDoors({ scheduler, host: 'client', network: doors.simulatedNetwork })
    const reads = countReads(doors.disk)
    const run = async () => {
      const settings = { listeners: 'broker:9092', 'tail.cache.bytes': '1' }
      const test = await TestBroker.start({ settings, doors: { ...doors, disk: reads.disk }, clientDoors, directory: '/data' })
      const client = await test.connect()
      const topicId = await createTopic(client, 'orders')
      for (let count = 0; count < 20; count++) await produce(client, { topicId, records: batchOfValues('x'.repeat(1000)) })
      const partitions = Array.from({ length: ASKED }, () => ({ partition: 0, timestamp: 1, currentLeaderEpoch: -1 }))
      const { response } = await client.send('listOffsets', { isolationLevel: 0, topics: [{ topicId, partitions }] })
      await test.stop()
      return response.topics[0]?.partitions.filter(({ errorCode, offset }) => errorCode === 0 && offset === 0).length
    }
    expect(await scheduler.settle(run())).toBe(ASKED)
    expect(reads.most()).toBeGreaterThan(1)
    expect(reads.most()).toBeLessThanOrEqual(MAX_LOOKUPS)
  })
})

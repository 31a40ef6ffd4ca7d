import { describe, expect, it } from 'vitest'
import type { Log } from '../log.ts'
import type { LogDirectory } from '../log-directory.ts'
import { appendKeyed, cleanAll, cleanerOf, readBatches, readRecords, rollNow } from '../testing-support/compacted-log.ts'
import { type RigOptions, StorageRig, testId } from '../testing-support/storage-rig.ts'

const HOUR_MS = 3600 * 1000

async function compacted(options: RigOptions = {}): Promise<{ rig: StorageRig; directory: LogDirectory; log: Log }> {
  const rig = new StorageRig({ ...options, config: { cleanupPolicy: 'compact', minCleanableDirtyRatio: 0, ...options.config } })
  const directory = await rig.settle(rig.open())
  return { rig, directory, log: directory.createLog(testId('orders'), rig.config) }
}

describe('LogCleaner', () => {
  it('keeps the last record of each key, at its offset', async () => {
    const { rig, log } = await compacted()
    await appendKeyed(rig, log, [
      { key: 'a', value: '1' },
      { key: 'b', value: '1' },
      { key: 'a', value: '2' },
    ])
    await appendKeyed(rig, log, [{ key: 'c', value: '1' }])
    await appendKeyed(rig, log, [{ key: 'b', value: '2' }])
    await rig.settle(rollNow(log))
    await appendKeyed(rig, log, [{ key: 'c', value: 'active' }])
    expect(await rig.settle(cleanAll(log, cleanerOf(rig)))).toBe(1)
    expect((await rig.settle(readRecords(log))).map(({ offset, key, value }) => [offset, key, value])).toEqual([
      [2, 'a', '2'],
      [3, 'c', '1'],
      [4, 'b', '2'],
      [5, 'c', 'active'],
    ])
    expect(await rig.settle(cleanAll(log, cleanerOf(rig))), 'nothing is dirty any more').toBe(0)
    const batches = await rig.settle(readBatches(log))
    expect(batches.map(({ baseOffset, lastOffset }) => [baseOffset, lastOffset])).toEqual([
      [0, 2],
      [3, 3],
      [4, 4],
      [5, 5],
    ])
  })

  it('drops a tombstone once its delete horizon is over, and not before', async () => {
    const { rig, log } = await compacted({ config: { deleteRetentionMs: HOUR_MS } })
    await appendKeyed(rig, log, [
      { key: 'a', value: '1' },
      { key: 'b', value: '1' },
    ])
    await appendKeyed(rig, log, [{ key: 'a', value: null }])
    await rig.settle(rollNow(log))
    expect(await rig.settle(cleanAll(log, cleanerOf(rig)))).toBe(1)
    expect((await rig.settle(readRecords(log))).map(({ key, value }) => [key, value])).toEqual([
      ['b', '1'],
      ['a', null],
    ])
    await rig.settle(rig.clock.sleep(HOUR_MS - 1000))
    expect(await rig.settle(cleanAll(log, cleanerOf(rig)))).toBe(0)
    await rig.settle(rig.clock.sleep(2000))
    expect(await rig.settle(cleanAll(log, cleanerOf(rig)))).toBe(1)
    expect((await rig.settle(readRecords(log))).map(({ key, value }) => [key, value])).toEqual([['b', '1']])
  })
})

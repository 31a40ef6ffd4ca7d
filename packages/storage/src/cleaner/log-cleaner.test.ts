import { describe, expect, it } from 'vitest'
import type { Log } from '../log.ts'
import type { LogDirectory } from '../log-directory.ts'
import { appendKeyed, cleanAll, cleanerOf, readBatches, readRecords, rollNow } from '../testing-support/compacted-log.ts'
import { DATA_PATH, type RigOptions, StorageRig, testId } from '../testing-support/storage-rig.ts'

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

  it('joins small neighbours, in offsets and epochs as they were', async () => {
    const { rig, log } = await compacted()
    for (let round = 0; round < 4; round++) {
      log.becomeLeader(round + 1)
      await appendKeyed(rig, log, [
        { key: 'a', value: `${round}` },
        { key: `only-${round}`, value: '' },
        { key: 'a', value: `${round}` },
      ])
      await appendKeyed(rig, log, [{ key: 'a', value: `${round}` }])
      await rig.settle(rollNow(log))
    }
    const epochs = log.epochCache.entries
    await rig.settle(cleanAll(log, cleanerOf(rig)))
    expect(log.segmentCount()).toBe(2)
    const directory = `${DATA_PATH}/orders-0`
    await rig.settle(rig.clock.sleep(5000))
    rig.disk.removeSync(`${directory}/leader-epoch-checkpoint`)
    rig.kill()
    const reopened = (await rig.settle(rig.open())).log(log.id.topicId, 0)!
    expect(reopened.epochCache.entries, 'found in the batches alone').toEqual(epochs)
    expect(reopened.logEndOffset).toBe(16)
    const batches = await rig.settle(readBatches(reopened))
    expect(batches.flatMap(({ records }) => records.map(({ offset }) => offset))).toEqual([1, 5, 9, 13, 15])
    let expectedOffset = 0
    for (const { baseOffset, lastOffset } of batches) {
      expect(baseOffset, 'batches follow one another').toBeLessThanOrEqual(expectedOffset)
      expectedOffset = lastOffset + 1
    }
  })

  it('still knows after a restart when tombstones may go, and what is clean', async () => {
    const { rig, directory, log } = await compacted({ config: { deleteRetentionMs: HOUR_MS } })
    await appendKeyed(rig, log, [
      { key: 'a', value: null },
      { key: 'b', value: '' },
    ])
    await rig.settle(rollNow(log))
    expect(await rig.settle(cleanAll(log, cleanerOf(rig)))).toBe(1)
    await rig.settle(directory.close())
    const reopened = (await rig.settle(rig.open())).log(log.id.topicId, 0)!
    expect(await rig.settle(cleanAll(reopened, cleanerOf(rig)))).toBe(0)
    await rig.settle(rig.clock.sleep(HOUR_MS))
    expect(await rig.settle(cleanAll(reopened, cleanerOf(rig)))).toBe(1)
    expect((await rig.settle(readRecords(reopened))).map(({ key }) => key)).toEqual(['b'])
  })

  it('begins anew where its checkpoint is damaged, and says so', async () => {
    const { rig, directory, log } = await compacted()
    await appendKeyed(rig, log, [{ key: 'a', value: '' }])
    await rig.settle(rollNow(log))
    await rig.settle(cleanAll(log, cleanerOf(rig)))
    await rig.settle(directory.close())
    rig.disk.flipBit(`${DATA_PATH}/cleaner-offset-checkpoint`, 0)
    const reopened = (await rig.settle(rig.open())).log(log.id.topicId, 0)!
    expect(rig.warnings.join()).toContain('cleaner-offset-checkpoint is damaged')
    expect(await rig.settle(cleanAll(reopened, cleanerOf(rig)))).toBe(1)
  })

  it('cleans in several goes what has more keys than there is memory for', async () => {
    const { rig, log } = await compacted({ config: { segmentBytes: 65_536 } })
    const keys = Array.from({ length: 40 }, (_, index) => ({ key: `key-${index}`, value: '' }))
    await appendKeyed(rig, log, keys)
    await appendKeyed(rig, log, keys)
    await rig.settle(rollNow(log))
    const goes = await rig.settle(cleanAll(log, cleanerOf(rig, { mapBytes: 12 * 20 })))
    expect(goes).toBeGreaterThan(5)
    expect((await rig.settle(readRecords(log))).map(({ offset }) => offset)).toEqual(keys.map((_, index) => 40 + index))
  })

  it('does not touch what is above the high watermark, nor the segment that is written to', async () => {
    const { rig, log } = await compacted()
    for (let round = 0; round < 3; round++) {
      await appendKeyed(rig, log, [{ key: 'a', value: `${round}` }])
      if (round < 2) await rig.settle(rollNow(log))
    }
    const cleaner = cleanerOf(rig)
    const clean = (limitOffset: number) => rig.settle(cleaner.cleanNext([{ log, limitOffset }]))
    expect(await clean(0)).toBeUndefined()
    expect((await clean(1))?.cleanedOffset).toBe(1)
    expect((await clean(3))?.cleanedOffset).toBe(2)
    expect(await clean(3)).toBeUndefined()
    expect((await rig.settle(readRecords(log))).map(({ offset }) => offset)).toEqual([1, 2])
  })

  it('keeps the last sequence of each producer, also where the snapshots are lost', async () => {
    const { rig, log } = await compacted()
    const producer = { producerId: 9, producerEpoch: 2 }
    await appendKeyed(rig, log, [{ key: 'a', value: '1' }], { ...producer, baseSequence: 0 })
    await appendKeyed(rig, log, [{ key: 'a', value: '2' }], { ...producer, baseSequence: 1 })
    await appendKeyed(rig, log, [{ key: 'a', value: '3' }])
    await rig.settle(rollNow(log))
    await rig.settle(cleanAll(log, cleanerOf(rig)))
    expect((await rig.settle(readRecords(log))).map(({ offset }) => offset)).toEqual([2])
    rig.kill()
    const directory = `${DATA_PATH}/orders-0`
    for (const name of rig.disk.listSync(directory)) if (name.endsWith('.snapshot')) rig.disk.removeSync(`${directory}/${name}`)
    const reopened = (await rig.settle(rig.open())).log(log.id.topicId, 0)!
    expect(reopened.internals.storage.producers.get(9)).toMatchObject({ producerEpoch: 2, lastSequence: 1, lastOffset: 1 })
  })

  it('leaves readers what is next wherever they are in a gap, and never only a batch without records unless it is the last', async () => {
    const { rig, log } = await compacted({ config: { segmentBytes: 300 }, directory: { tailCacheBytes: 0 } })
    for (let round = 0; round < 12; round++) await appendKeyed(rig, log, [{ key: round === 4 ? 'b' : 'a', value: 'x'.repeat(200) }])
    await rig.settle(rollNow(log))
    await rig.settle(cleanAll(log, cleanerOf(rig)))
    const readAt = async (offset: number, maxBytes: number, limitOffset: number) => {
      const slice = await rig.settle(log.read({ offset, maxBytes, limitOffset, atLeastOne: true }))
      return [slice.firstOffset, slice.nextOffset]
    }
    for (const maxBytes of [1, 62, 400]) {
      for (const offset of [0, 3, 4]) expect(await readAt(offset, maxBytes, 12), `${offset} of at most ${maxBytes} bytes`).toEqual([4, 5])
      for (const offset of [5, 10, 11]) expect(await readAt(offset, maxBytes, 12)).toEqual([11, 12])
    }
    expect((await readAt(2, 1, 4))[1], 'nothing but a gap below the limit').toBe(4)
    expect(await rig.settle(log.findMaxTimestamp(12))).toMatchObject({ offset: 11 })
    expect(await rig.settle(log.findOffsetByTimestamp(0, 12))).toMatchObject({ offset: 4 })
  })

  it('leaves a log alone that it cannot read, and says so once', async () => {
    const { rig, log } = await compacted({ directory: { tailCacheBytes: 0 } })
    await appendKeyed(rig, log, [{ key: 'a', value: 'x'.repeat(100) }])
    await appendKeyed(rig, log, [{ key: 'a', value: 'y' }])
    await rig.settle(rollNow(log))
    rig.disk.flipBit(log.internals.storage.segments[0]!.files.log, 100)
    const cleaner = cleanerOf(rig)
    expect(await rig.settle(cleanAll(log, cleaner))).toBe(0)
    expect(await rig.settle(cleanAll(log, cleaner))).toBe(0)
    expect(rig.warnings.filter((warning) => warning.includes('is not cleaned any more'))).toHaveLength(1)
    expect(filesOf(rig)).not.toContain('cleaned')
  })

  it('cleans others though the disk cannot read the one that needs it most, and says so once', async () => {
    const { rig, directory, log } = await compacted({ directory: { tailCacheBytes: 0 } })
    const other = directory.createLog(testId('invoices'), { ...rig.config, minCleanableDirtyRatio: 0.9 })
    for (const [each, key] of [
      [other, 'a'],
      [log, 'a'],
      [log, 'a'],
      [other, 'a'],
    ] as const)
      await appendKeyed(rig, each, [{ key, value: 'x' }])
    for (const each of [log, other]) await rig.settle(rollNow(each))
    rig.disk.faults.add({ operation: 'read', path: /orders-0.*\.log$/, times: Number.POSITIVE_INFINITY })
    const cleaner = cleanerOf(rig)
    const candidates = [log, other].map((each) => ({ log: each, limitOffset: each.durableOffset }))
    expect((await rig.settle(cleaner.cleanNext(candidates)))?.log).toBe(other)
    expect(rig.warnings.filter((warning) => warning.includes('is not cleaned any more'))).toHaveLength(1)
    expect(directory.isOnline).toBe(true)
  })

  it.each(['full', 'offline'] as const)(
    'cleans what is in another directory though that of the log which needs it most is %s',
    async (state) => {
      const { rig, directory, log } = await compacted()
      const elsewhere = await rig.settle(rig.open({ path: '/data/elsewhere' }))
      const other = elsewhere.createLog(testId('invoices'), rig.config)
      const beside = directory.createLog(testId('parcels'), rig.config)
      for (const each of [log, log, beside, beside, other, other]) await appendKeyed(rig, each, [{ key: 'a', value: 'x' }])
      for (const each of [log, beside, other]) await rig.settle(rollNow(each))
      const isFull = state === 'full'
      rig.disk.faults.add({
        operation: 'write',
        path: /logs\/.*cleaned$/,
        times: Number.POSITIVE_INFINITY,
        code: isFull ? 'ENOSPC' : 'EIO',
      })
      const cleaner = cleanerOf(rig)
      const candidates = [log, beside, other].map((each) => ({ log: each, limitOffset: each.durableOffset }))
      expect((await rig.settle(cleaner.cleanNext(candidates)))?.log).toBe(other)
      expect(await rig.settle(cleaner.cleanNext(candidates))).toBeUndefined()
      expect(directory.isOnline).toBe(isFull)
      expect(rig.warnings.filter((warning) => warning.includes('was not cleaned'))).toHaveLength(isFull ? 1 : 0)
    },
  )

  it('does not hide that a segment is missing', async () => {
    const { rig, directory, log } = await compacted()
    for (let round = 0; round < 3; round++) {
      await appendKeyed(rig, log, [{ key: 'a', value: `${round}` }])
      await rig.settle(rollNow(log))
    }
    const lost = log.internals.storage.segments[1]!.files.log
    await rig.settle(directory.close())
    rig.disk.removeSync(lost)
    const reopened = (await rig.settle(rig.open())).log(log.id.topicId, 0)!
    expect(reopened.damage, 'a start looks at the end only').toBeUndefined()
    expect(await rig.settle(cleanAll(reopened, cleanerOf(rig)))).toBe(0)
    expect(rig.warnings.join()).toContain('the segment ends at offset 1, the next begins at 2')
  })

  it('gives up a cleaning for which there is no space, and does it when there is', async () => {
    const { rig, directory, log } = await compacted({ config: { segmentBytes: 65_536, fileDeleteDelayMs: 0 } })
    const value = 'x'.repeat(2000)
    for (let round = 0; round < 8; round++) await appendKeyed(rig, log, [{ key: `${round % 6}`, value }])
    await rig.settle(rollNow(log))
    rig.disk.setFreeBytes(5000)
    const cleaner = cleanerOf(rig)
    expect(await rig.settle(cleanAll(log, cleaner))).toBe(0)
    expect(directory.isOnline).toBe(true)
    expect(rig.warnings.join()).toContain('there is no space left')
    expect(filesOf(rig)).not.toContain('cleaned')
    expect(await rig.settle(readRecords(log))).toHaveLength(8)
    rig.disk.setFreeBytes(Number.POSITIVE_INFINITY)
    expect(await rig.settle(cleanAll(log, cleaner)), 'so soon').toBe(0)
    await rig.settle(rig.clock.sleep(60_000))
    expect(await rig.settle(cleanAll(log, cleaner))).toBe(1)
    expect((await rig.settle(readRecords(log))).map(({ offset }) => offset)).toEqual([2, 3, 4, 5, 6, 7])
  })

  it.each(['write', 'sync', 'rename', 'syncDirectory'] as const)('takes the directory offline when a %s of it fails', async (operation) => {
    const { rig, directory, log } = await compacted()
    await appendKeyed(rig, log, [{ key: 'a', value: '1' }])
    await appendKeyed(rig, log, [{ key: 'a', value: '2' }])
    await rig.settle(rollNow(log))
    await rig.settle(log.flush())
    rig.disk.faults.add({ operation, nth: 1, ...(operation === 'syncDirectory' ? {} : { path: /cleaned/ }) })
    expect(await rig.settle(cleanAll(log, cleanerOf(rig)))).toBe(0)
    expect(directory.isOnline).toBe(false)
    rig.crash()
    const reopened = (await rig.settle(rig.open())).log(log.id.topicId, 0)!
    expect(reopened.damage).toBeUndefined()
    expect((await rig.settle(readRecords(reopened))).at(-1)).toMatchObject({ offset: 1, value: '2' })
  })

  it('stops in the middle when it is closed, and leaves nothing behind', async () => {
    const { rig, directory, log } = await compacted()
    for (let round = 0; round < 20; round++) await appendKeyed(rig, log, [{ key: 'a', value: 'x'.repeat(300) }])
    await rig.settle(rollNow(log))
    const cleaner = cleanerOf(rig)
    const cleaning = cleaner.cleanNext([{ log, limitOffset: log.durableOffset }])
    await rig.scheduler.run(() => filesOf(rig).includes('cleaned'))
    cleaner.close()
    expect(await rig.settle(cleaning)).toBeUndefined()
    expect(filesOf(rig)).not.toContain('cleaned')
    await rig.settle(directory.close())
  })

  it('gives way to whoever deletes the records, or the log', async () => {
    for (const remove of ['records', 'log'] as const) {
      const { rig, directory, log } = await compacted()
      for (let round = 0; round < 20; round++) await appendKeyed(rig, log, [{ key: 'a', value: 'x'.repeat(300) }])
      await rig.settle(rollNow(log))
      const cleaning = cleanerOf(rig).cleanNext([{ log, limitOffset: log.durableOffset }])
      await rig.scheduler.run(() => filesOf(rig).includes('cleaned'))
      await rig.settle<unknown>(remove === 'log' ? directory.removeLog(log) : log.deleteRecordsBefore(log.durableOffset))
      expect(await rig.settle(cleaning)).toBeUndefined()
      expect(rig.warnings).toEqual([])
      if (remove === 'records') expect(await rig.settle(readRecords(log))).toEqual([])
      await rig.settle(directory.close())
    }
  })

  it('is not undone by a journal that still has the records, when the recovery points are lost', async () => {
    const { rig, log } = await compacted({ directory: { journalFileBytes: 65_536 } })
    for (let round = 0; round < 5; round++) await appendKeyed(rig, log, [{ key: 'a', value: `${round}` }])
    await rig.settle(rollNow(log))
    await rig.settle(cleanAll(log, cleanerOf(rig)))
    await appendKeyed(rig, log, [{ key: 'b', value: '' }])
    rig.kill()
    rig.disk.removeSync(`${DATA_PATH}/recovery-point-offset-checkpoint`)
    const reopened = (await rig.settle(rig.open())).log(log.id.topicId, 0)!
    expect((await rig.settle(readRecords(reopened))).map(({ offset }) => offset)).toEqual([4, 5])
  })
})

/** The names of the files of the log, as one text. */
function filesOf(rig: StorageRig): string {
  const directory = `${DATA_PATH}/orders-0`
  return rig.disk.statSync(directory) === undefined ? '' : rig.disk.listSync(directory).join(' ')
}

import { describe, expect, it } from 'vitest'
import type { Log } from './log.ts'
import type { LogDirectory } from './log-directory.ts'
import { readAll } from './testing-support/log-model.ts'
import { batchOf, checked, DATA_PATH, StorageRig, testId } from './testing-support/storage-rig.ts'

const SEEDS = 40

async function openWithLog(rig: StorageRig): Promise<{ directory: LogDirectory; log: Log }> {
  const directory = await rig.settle(rig.open())
  return { directory, log: directory.createLog(testId('orders'), rig.config) }
}

/** Appends batches of about 500 bytes, each durable before the next. */
async function appendDurably(rig: StorageRig, log: Log, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    log.append(checked(batchOf([`value ${index}`, 'x'.repeat(400)])))
    await rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
  }
}

/** Opens the directory with kills after its first change, its second, and so on, then to the end. Returns how many starts were killed. */
async function openAfterKills(rig: StorageRig): Promise<{ directory: LogDirectory; kills: number }> {
  for (let kills = 0; ; kills++) {
    const last = rig.disk.changeCount + kills + 1
    let isKilled = false
    rig.disk.observe(({ n, when }) => {
      if (n !== last || when !== 'after') return
      isKilled = true
      rig.kill()
    })
    let directory: LogDirectory | undefined
    rig.open().then(
      (opened) => {
        directory = opened
      },
      () => expect(isKilled).toBe(true),
    )
    await rig.scheduler.run(() => isKilled || directory !== undefined)
    rig.disk.observe(undefined)
    if (directory !== undefined) return { directory, kills }
  }
}

/** Puts bytes of a batch that never became whole behind what is in a file, for good. */
function leaveTornTail(rig: StorageRig, path: string): void {
  const file = rig.disk.openSync(path, 'readWrite')
  file.writeSync([new Uint8Array(100)], file.sizeSync())
  file.syncSync()
  file.closeSync()
}

/** Opens the directory after a crash; the log must be as it was promised. */
async function expectWhole(
  rig: StorageRig,
  promised: Pick<Log, 'id' | 'logStartOffset' | 'logEndOffset'>,
  config = rig.config,
): Promise<void> {
  const { id, logStartOffset, logEndOffset } = promised
  const directory = await rig.settle(rig.open({ configFor: () => config }))
  const found = directory.log(id.topicId, id.partition)
  expect(found?.damage).toBeUndefined()
  expect(found).toMatchObject({ logStartOffset, logEndOffset })
  if (found !== undefined) await rig.settle(readAll(found))
  await rig.settle(directory.close())
}

describe('recovery after kill -9', () => {
  it('makes the names of journal files durable that the killed process had not synced', async () => {
    let kills = 0
    for (let change = 1; change < 40; change++) {
      const rig = new StorageRig({ seed: change })
      const { log } = await openWithLog(rig)
      const last = rig.disk.changeCount + change
      rig.disk.observe(({ n, when }) => {
        if (n === last && when === 'after') rig.kill()
      })
      log.append(checked(batchOf(['perhaps'])))
      await rig.scheduler.runFor(100)
      rig.disk.observe(undefined)
      if (log.durableOffset === 1) break
      kills++
      const reopened = await rig.settle(rig.open())
      const again = reopened.log(log.id.topicId, 0) ?? reopened.createLog(log.id, rig.config)
      await appendDurably(rig, again, 1)
      const { id, logStartOffset, logEndOffset } = again
      rig.crash('none')
      await expectWhole(rig, { id, logStartOffset, logEndOffset })
    }
    expect(kills).toBeGreaterThan(3)
  })

  it('makes the cut of a torn tail durable that a killed start had made', async () => {
    const rig = new StorageRig({ config: { segmentBytes: 1100 } })
    const { directory, log: before } = await openWithLog(rig)
    await appendDurably(rig, before, 1)
    await rig.settle(directory.close())
    await rig.settle(rig.open())
    rig.kill()
    leaveTornTail(rig, `${DATA_PATH}/orders-0/00000000000000000000.log`)
    const { directory: opened, kills } = await openAfterKills(rig)
    expect(kills).toBeGreaterThan(3)
    const log = opened.log(before.id.topicId, 0) as Log
    // Into later segments: the first is not written to, and not synced for that, any more.
    log.append(checked(batchOf(['x'.repeat(1000)])))
    await appendDurably(rig, log, 2)
    await rig.settle(opened.close())
    rig.crash('none')
    await expectWhole(rig, log)
  })
})

describe('recovery after a power cut', () => {
  it('drops segments that retention had deleted, whichever of them come back', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const rig = new StorageRig({ seed, config: { segmentBytes: 1024, retentionBytes: 2500 } })
      const { log } = await openWithLog(rig)
      await appendDurably(rig, log, 30)
      await rig.settle(log.flush())
      expect(await rig.settle(log.applyRetention(rig.clock.now()))).toBeGreaterThan(5000)
      const { id, logStartOffset, logEndOffset } = log
      rig.crash()
      await expectWhole(rig, { id, logStartOffset, logEndOffset })
    }
  })

  it('finds no damage where everything that is missing lies below the log start', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const rig = new StorageRig({ seed, config: { segmentBytes: 1024 }, directory: { journalFileBytes: 65_536 } })
      const { directory, log: before } = await openWithLog(rig)
      await appendDurably(rig, before, 9)
      await rig.settle(directory.close())
      const log = (await rig.settle(rig.open())).log(before.id.topicId, 0) as Log
      await appendDurably(rig, log, 7)
      await rig.settle(log.deleteRecordsBefore(25))
      const { id, logStartOffset, logEndOffset } = log
      rig.crash()
      await expectWhole(rig, { id, logStartOffset, logEndOffset })
    }
  })

  it('finds all of a group of small batches that is larger than what the journal copies together', async () => {
    const rig = new StorageRig({ config: { segmentBytes: 1024 * 1024 }, directory: { journalFileBytes: 1024 * 1024 } })
    const { directory, log } = await openWithLog(rig)
    await appendDurably(rig, log, 1)
    // Behind entries of one batch each, as those of many logs are, so that a batch does not fit behind the header of its entry.
    const logs = Array.from({ length: 150 }, (_, partition) => directory.createLog(testId('payments', partition), rig.config))
    for (const each of logs) each.append(checked(batchOf(['x'.repeat(500)])))
    await rig.scheduler.run(() => logs.every(({ durableOffset }) => durableOffset === 1))
    rig.crash('none')
    const reopened = await rig.settle(rig.open())
    expect(logs.filter(({ id }) => reopened.log(id.topicId, id.partition)?.logEndOffset !== 1)).toEqual([])
    await rig.settle(reopened.close())
  })

  it('begins a log of durability page where what is left of it begins', async () => {
    let cutFronts = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const rig = new StorageRig({ seed, config: { segmentBytes: 1024, durability: 'page' } })
      const { log } = await openWithLog(rig)
      await appendDurably(rig, log, 12)
      rig.disk.syncDirectorySync(DATA_PATH)
      const topicId = rig.disk.openSync(`${DATA_PATH}/orders-0/partition.metadata`, 'readWrite')
      topicId.syncSync()
      topicId.closeSync()
      rig.crash()
      const directory = await rig.settle(rig.open())
      const found = directory.log(log.id.topicId, 0)
      if (found !== undefined && found.logEndOffset > found.logStartOffset) {
        if (found.logStartOffset > 0) cutFronts++
        const [first] = await rig.settle(readAll(found))
        expect(first?.baseOffset).toBe(found.logStartOffset)
      }
      rig.crash('none')
      const again = (await rig.settle(rig.open())).log(log.id.topicId, 0)
      if (found === undefined) continue
      expect(again?.damage).toBeUndefined()
      expect(again).toMatchObject({ logStartOffset: found.logStartOffset, logEndOffset: found.logEndOffset })
    }
    expect(cutFronts).toBeGreaterThan(0)
  })

  it('goes on in a segment that begins at the recovery point and has lost its first batch', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const rig = new StorageRig({ seed, config: { segmentBytes: 1100 }, directory: { journalFileBytes: 65_536 } })
      const { directory, log } = await openWithLog(rig)
      await appendDurably(rig, log, 2)
      await rig.settle(directory.close())
      const reopened = await rig.settle(rig.open())
      const again = reopened.log(log.id.topicId, 0) as Log
      await appendDurably(rig, again, 2)
      const { id, logStartOffset, logEndOffset } = again
      rig.crash()
      // What would begin a new segment by the config of before does not by this one.
      await expectWhole(rig, { id, logStartOffset, logEndOffset }, { ...rig.config, segmentBytes: 65_536 })
    }
  })

  it('still knows the recovery points of logs that the last process did not write to', async () => {
    const rig = new StorageRig()
    const { directory, log } = await openWithLog(rig)
    await appendDurably(rig, log, 5)
    await rig.settle(directory.close())
    const reopened = await rig.settle(rig.open())
    const other = reopened.createLog(testId('payments'), rig.config)
    await appendDurably(rig, other, 1)
    await rig.settle(reopened.removeLog(other))
    rig.crash('none')
    rig.disk.flipBit(`${DATA_PATH}/orders-0/00000000000000000000.log`, 1000)

    const found = (await rig.settle(rig.open())).log(log.id.topicId, 0)
    expect(found?.logEndOffset, 'damage is not taken for a torn tail, and cut off').toBe(log.logEndOffset)
  })
})

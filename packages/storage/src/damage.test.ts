import { describe, expect, it } from 'vitest'
import type { Log } from './log.ts'
import type { LogDirectory } from './log-directory.ts'
import { LogModel } from './testing-support/log-model.ts'
import { batchOf, checked, DATA_PATH, type RigOptions, StorageRig, testId } from './testing-support/storage-rig.ts'

const ID = testId('orders')
const DIRECTORY = `${DATA_PATH}/orders-0`
const FIRST_LOG = `${DIRECTORY}/00000000000000000000.log`
const KEPT_ENTRIES = `${DATA_PATH}/kept-entries`
/** Somewhere in the first batch, which lies below every recovery point here. */
const FLIP_AT = 200

/** What the next start reads is the whole segment: nothing of it is indexed. */
const RIG: RigOptions = { config: { segmentBytes: 65_536, indexIntervalBytes: 65_536 }, directory: { journalFileBytes: 65_536 } }

class Fixture {
  readonly rig: StorageRig
  readonly model = new LogModel()

  constructor(options: RigOptions = RIG) {
    this.rig = new StorageRig(options)
  }

  open(): Promise<LogDirectory> {
    return this.rig.settle(this.rig.open())
  }

  /** A start that must find the log; returns it, however it is. */
  async openLog(): Promise<Log> {
    const log = (await this.open()).log(ID.topicId, 0)
    if (log === undefined) throw new Error('the log is not found')
    return log
  }

  async append(log: Log, count: number): Promise<void> {
    this.model.watch(log)
    for (let index = 0; index < count; index++) {
      this.model.append(log, [`value ${log.logEndOffset}`, 'x'.repeat(400)])
      await this.rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
    }
    this.model.unwatch()
  }

  /** Leaves an open log of which `[0, 6)` is below the recovery point, and `[6, 12)` acknowledged, in the journal only. */
  async fill(): Promise<Log> {
    const directory = await this.open()
    await this.append(directory.createLog(ID, this.rig.config), 3)
    await this.rig.settle(directory.close())
    const log = await this.openLog()
    await this.append(log, 3)
    return log
  }

  flip(path = FIRST_LOG, position = FLIP_AT): void {
    this.rig.disk.flipBit(path, position, 3)
  }

  async expectWhole(log: Log): Promise<void> {
    expect(log.damage).toBeUndefined()
    expect(await this.rig.settle(this.model.compareRecovered(log))).toEqual([])
  }

  hasKeptEntries(): boolean {
    return this.rig.disk.statSync(KEPT_ENTRIES) !== undefined && this.rig.disk.listSync(KEPT_ENTRIES).length > 0
  }
}

describe('a log that is damaged below its recovery point when the process crashes', () => {
  it.each(['kill', 'crash'] as const)('has every acknowledged record again once the damage is mended (%s)', async (end) => {
    const fixture = new Fixture()
    await fixture.fill()
    fixture.flip()
    if (end === 'kill') fixture.rig.kill()
    else fixture.rig.crash('none')
    expect((await fixture.openLog()).damage).toMatchObject({ file: FIRST_LOG, fromOffset: 0, toOffset: 6 })
    fixture.rig.crash('none')
    fixture.flip()
    await fixture.expectWhole(await fixture.openLog())
    expect(fixture.hasKeptEntries()).toBe(false)
  })

  it('keeps what the journal has of it over restarts of every kind, while other logs use the journal', async () => {
    const fixture = new Fixture()
    const { rig } = fixture
    await fixture.fill()
    fixture.flip()
    rig.crash('none')
    for (const end of ['close', 'kill', 'crash', 'close'] as const) {
      const directory = await fixture.open()
      expect(directory.log(ID.topicId, 0)?.damage).toBeDefined()
      const other = directory.log(testId('other').topicId, 0) ?? directory.createLog(testId('other'), rig.config)
      for (let index = 0; index < 200; index++) other.append(checked(batchOf(['x'.repeat(500)])))
      await rig.scheduler.run(() => other.durableOffset === other.logEndOffset)
      if (end === 'close') await rig.settle(directory.close())
      else if (end === 'kill') rig.kill()
      else rig.crash('none')
    }
    fixture.flip()
    const log = await fixture.openLog()
    await fixture.expectWhole(log)
    await fixture.append(log, 2)
    rig.crash('none')
    await fixture.expectWhole(await fixture.openLog())
  })

  it('loses nothing when the process ends at any change of the starts in between', async () => {
    for (const isMended of [false, true]) {
      let ends = 0
      for (let change = 1; ; change++) {
        const fixture = new Fixture({ ...RIG, seed: change })
        const { rig } = fixture
        await fixture.fill()
        fixture.flip()
        rig.crash()
        if (isMended) {
          await fixture.open()
          rig.crash()
          fixture.flip()
        }
        const last = rig.disk.changeCount + change
        let hasEnded = false
        rig.disk.observe(({ n, when }) => {
          if (n !== last || when !== 'after') return
          hasEnded = true
          if (change % 2 === 0) rig.kill()
          else rig.crash()
        })
        const opening = rig.open().catch(() => undefined)
        await rig.scheduler.runFor(200)
        rig.disk.observe(undefined)
        if (!hasEnded) {
          await rig.settle(opening)
          break
        }
        ends++
        if (!isMended) fixture.flip()
        await fixture.expectWhole(await fixture.openLog())
      }
      expect(ends).toBeGreaterThan(5)
    }
  })

  it('has what the journal has behind a gap once the gap is filled', async () => {
    const fixture = new Fixture()
    const { rig } = fixture
    await fixture.fill()
    rig.crash('none')
    const whole = readFile(rig, FIRST_LOG)
    // Its last batches go, although they were durable; what the journal has follows them.
    const file = rig.disk.openSync(FIRST_LOG, 'readWrite')
    file.truncateSync(100)
    file.syncSync()
    writeFile(rig, `${DATA_PATH}/recovery-point-offset-checkpoint`, '0\n1\norders 0 0\n')
    expect((await fixture.openLog()).damage?.toOffset).toBe(6)
    rig.crash('none')
    writeFile(rig, FIRST_LOG, whole)
    await fixture.expectWhole(await fixture.openLog())
  })

  it('has every acknowledged record again once its directory is put back', async () => {
    const fixture = new Fixture()
    const { rig } = fixture
    await fixture.fill()
    rig.disk.renameSync(DIRECTORY, '/data/elsewhere')
    rig.disk.syncDirectorySync(DATA_PATH)
    rig.disk.syncDirectorySync('/data')
    rig.crash('none')
    expect((await fixture.openLog()).damage?.problem).toBe('the directory of the log is missing')
    rig.kill()
    rig.disk.renameSync('/data/elsewhere', DIRECTORY)
    await fixture.expectWhole(await fixture.openLog())
  })

  it('does not come back, when it was removed, with what was kept of it, nor in part when a crash ends the removal', async () => {
    let wholeCount = 0
    let removedCount = 0
    for (let seed = 0; seed < 80; seed++) {
      const fixture = new Fixture({ ...RIG, seed })
      const { rig } = fixture
      await fixture.fill()
      fixture.flip()
      rig.crash('none')
      const directory = await fixture.open()
      const last = rig.disk.changeCount + 1 + (seed % 40)
      rig.disk.observe(({ n, when }) => {
        if (n === last && when === 'after') rig.crash()
      })
      let isRemoved = false
      directory.removeLog(directory.log(ID.topicId, 0)!).then(
        () => {
          isRemoved = true
        },
        () => {},
      )
      await rig.scheduler.runFor(200)
      rig.disk.observe(undefined)
      rig.kill()
      if (rig.disk.statSync(FIRST_LOG) !== undefined) fixture.flip()
      const [log] = (await fixture.open()).logs()
      if (log === undefined) {
        expect(fixture.hasKeptEntries()).toBe(false)
        if (isRemoved) removedCount++
      } else {
        expect(isRemoved).toBe(false)
        wholeCount++
        await fixture.expectWhole(log)
      }
    }
    expect(wholeCount).toBeGreaterThan(0)
    expect(removedCount).toBeGreaterThan(0)
  })

  it('is forgotten, when it was removed while its directory was missing, before anything else happens', async () => {
    const fixture = new Fixture()
    const { rig } = fixture
    await fixture.fill()
    await rig.settle(rig.disk.removeTree(DIRECTORY))
    rig.disk.syncDirectorySync(DATA_PATH)
    rig.crash('none')
    const directory = await fixture.open()
    await rig.settle(directory.removeLog(directory.log(ID.topicId, 0)!))
    rig.crash('none')
    const reopened = await fixture.open()
    expect([...reopened.logs()]).toEqual([])
    expect(reopened.createLog(testId('orders', 0, 1), rig.config).damage).toBeUndefined()
  })

  it('is read as after a crash once it is mended, although the directory was closed cleanly in between', async () => {
    const fixture = new Fixture()
    const { rig } = fixture
    await fixture.fill()
    fixture.flip()
    // As a crash may tear it; only the log file counts then.
    fixture.flip(FIRST_LOG.replace('.log', '.headers'), 6)
    rig.kill()
    await rig.settle((await fixture.open()).close())
    fixture.flip()
    await fixture.expectWhole(await fixture.openLog())
  })

  it('is written again once it is mended when a sync of it had failed: the page cache only seems to hold it', async () => {
    const fixture = new Fixture()
    const { rig } = fixture
    const log = await fixture.fill()
    fixture.flip()
    rig.disk.faults.add({ operation: 'sync', path: /orders-0.*\.log$/ })
    await expect(rig.settle(log.flush())).rejects.toThrow(/offline/)
    rig.kill()
    await fixture.open()
    rig.kill()
    fixture.flip()
    await fixture.openLog()
    rig.crash('none')
    await fixture.expectWhole(await fixture.openLog())
  })

  it('stays offline while what was kept of it is damaged', async () => {
    const fixture = new Fixture()
    const { rig } = fixture
    await fixture.fill()
    fixture.flip()
    rig.crash('none')
    await fixture.open()
    rig.kill()
    fixture.flip()
    const [name] = rig.disk.listSync(KEPT_ENTRIES)
    fixture.flip(`${KEPT_ENTRIES}/${name}`, 300)
    expect((await fixture.openLog()).damage).toMatchObject({ file: `${KEPT_ENTRIES}/${name}` })
    rig.kill()
    fixture.flip(`${KEPT_ENTRIES}/${name}`, 300)
    await fixture.expectWhole(await fixture.openLog())
  })
})

describe('the start of a log that is damaged', () => {
  it('stays where deleteRecords put it', async () => {
    const fixture = new Fixture()
    const { rig } = fixture
    const log = await fixture.fill()
    await rig.settle(log.deleteRecordsBefore(4))
    fixture.flip()
    rig.crash('none')
    const directory = await fixture.open()
    expect(directory.log(ID.topicId, 0)).toMatchObject({ logStartOffset: 4, damage: { fromOffset: 0 } })
    await rig.settle(directory.close())
    fixture.flip()
    expect(await fixture.openLog()).toMatchObject({ logStartOffset: 4, logEndOffset: 12, damage: undefined })
  })

  it('stays where deleteRecords put it while its directory is missing', async () => {
    const fixture = new Fixture()
    const { rig } = fixture
    const log = await fixture.fill()
    await rig.settle(log.deleteRecordsBefore(4))
    rig.kill()
    await rig.settle((await fixture.open()).close())
    rig.disk.renameSync(DIRECTORY, '/data/elsewhere')
    await rig.settle((await fixture.open()).close())
    rig.disk.renameSync('/data/elsewhere', DIRECTORY)
    expect(await fixture.openLog()).toMatchObject({ logStartOffset: 4, logEndOffset: 12, damage: undefined })
  })

  it('is not where a missing first segment leaves it', async () => {
    const fixture = new Fixture({ ...RIG, config: { segmentBytes: 1200 } })
    const { rig } = fixture
    const directory = await fixture.open()
    const log = directory.createLog(ID, rig.config)
    await fixture.append(log, 6)
    expect(log.segmentCount()).toBe(3)
    await rig.settle(directory.close())
    rig.disk.renameSync(FIRST_LOG, '/data/elsewhere')
    expect((await fixture.openLog()).damage).toMatchObject({ position: 0, fromOffset: 0, toOffset: 4 })
    rig.kill()
    rig.disk.renameSync('/data/elsewhere', FIRST_LOG)
    await fixture.expectWhole(await fixture.openLog())
  })
})

function readFile(rig: StorageRig, path: string): Uint8Array {
  const file = rig.disk.openSync(path, 'read')
  const bytes = new Uint8Array(file.sizeSync())
  file.readSync(bytes, 0)
  file.closeSync()
  return bytes
}

function writeFile(rig: StorageRig, path: string, content: Uint8Array | string): void {
  const file = rig.disk.openSync(path, 'create')
  file.truncateSync(0)
  file.writeSync([Buffer.from(content)], 0)
  file.syncSync()
  file.closeSync()
}

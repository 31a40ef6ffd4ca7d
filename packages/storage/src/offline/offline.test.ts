import { describe, expect, it } from 'vitest'
import type { Log } from '../log.ts'
import { StorageError } from '../storage-error.ts'
import { readAll } from '../testing-support/log-model.ts'
import { batchOf, checked, DATA_PATH, StorageRig, testId } from '../testing-support/storage-rig.ts'
import { type LogReport, planRepair, type RepairPlan, repairLog, verifyDirectory, withDataDirectory } from './index.ts'

const ID = testId('orders')
const PATH = `${DATA_PATH}/orders-0`
const BATCHES = 60

/** A data directory with one log of several segments, and tools at work on it. */
class Fixture {
  readonly rig: StorageRig

  constructor(seed = 1) {
    this.rig = new StorageRig({ seed })
  }

  /** Two records a batch, two leader epochs, and a clean stop. Returns every batch. */
  async fill(): Promise<Map<number, string>> {
    const { rig } = this
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(ID, rig.config)
    for (let index = 0; index < BATCHES; index++) {
      if (index === BATCHES / 2) log.becomeLeader(log.leaderEpoch + 1)
      log.append(checked(batchOf([`value ${index}`, 'x'.repeat(200)])))
      await rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
    }
    const batches = await this.readAll(log)
    await rig.settle(directory.close())
    return batches
  }

  async readAll(log: Log): Promise<Map<number, string>> {
    return new Map((await this.rig.settle(readAll(log))).map(({ baseOffset, bytes }) => [baseOffset, bytes]))
  }

  verify(): Promise<LogReport> {
    const { disk } = this.rig
    return this.rig.settle(
      withDataDirectory(disk, DATA_PATH, async (found) => {
        for await (const report of verifyDirectory(disk, found)) return report
        throw new Error('there is no log')
      }),
    )
  }

  async damages(): Promise<LogReport['findings']> {
    return (await this.verify()).findings.filter(({ kind }) => kind === 'damage')
  }

  /** Repairs the log; undefined when there is nothing to repair. */
  repair(): Promise<RepairPlan | undefined> {
    return this.rig.settle(repairLogs(this.rig))
  }

  /** The log as a broker finds it. */
  async open(): Promise<Log> {
    const log = (await this.rig.settle(this.rig.open())).log(ID.topicId, 0)
    if (log === undefined) throw new Error('the log is not found')
    return log
  }

  segments(): string[] {
    return this.rig.disk.listSync(PATH).filter((name) => name.endsWith('.log'))
  }

  /** The log after a repair is what it was before, without what the plan gave up. */
  async expectRepaired(before: ReadonlyMap<number, string>, plan: RepairPlan): Promise<void> {
    expect((await this.verify()).findings.filter(({ kind }) => kind === 'damage')).toEqual([])
    const log = await this.open()
    expect(log.damage).toBeUndefined()
    expect(log.logEndOffset).toBe(2 * BATCHES)
    const after = await this.readAll(log)
    for (const [offset, bytes] of before) {
      const isLost = plan.losses.some(({ fromOffset, toOffset }) => offset >= fromOffset && offset < toOffset)
      expect(after.get(offset) === bytes, `the batch at offset ${offset} is ${isLost ? 'gone' : 'there'}`).toBe(!isLost)
    }
    log.append(checked(batchOf(['more', 'of it'])))
    await this.rig.scheduler.run(() => log.durableOffset === 2 * BATCHES + 2)
  }
}

async function repairLogs({ disk }: StorageRig): Promise<RepairPlan | undefined> {
  return withDataDirectory(disk, DATA_PATH, async (found) => {
    for await (const report of verifyDirectory(disk, found)) {
      const plan = planRepair(report)
      if (plan !== undefined) await repairLog(disk, found, plan)
      return plan
    }
    return undefined
  })
}

describe('verifying a data directory', () => {
  it('finds nothing wrong with what a broker left behind, clean or killed', async () => {
    const fixture = new Fixture()
    await fixture.fill()
    expect(fixture.segments().length).toBeGreaterThan(4)
    expect(await fixture.verify()).toMatchObject({ endOffset: 2 * BATCHES, batches: BATCHES, findings: [] })
    await fixture.open()
    fixture.rig.kill()
    expect(await fixture.damages()).toEqual([])
  })

  it('finds any flipped bit of a log, and says where it is', async () => {
    const fixture = new Fixture()
    await fixture.fill()
    const name = fixture.segments()[2] as string
    const size = fixture.rig.disk.statSync(`${PATH}/${name}`)?.size ?? 0
    for (let position = 0; position < size; position += 7) {
      fixture.rig.disk.flipBit(`${PATH}/${name}`, position, position % 8)
      const damages = await fixture.damages()
      expect(damages.length, `the bit at ${position}`).toBeGreaterThan(0)
      expect(damages[0]).toMatchObject({ file: `${PATH}/${name}` })
      expect(damages.some((damage) => damage.position <= position && position < damage.end)).toBe(true)
      fixture.rig.disk.flipBit(`${PATH}/${name}`, position, position % 8)
    }
    expect(await fixture.damages()).toEqual([])
  })

  it.each(['.index', '.timeindex', '.snapshot'])(
    'tells damage of the records from that of a %s, which is made again',
    async (extension) => {
      const fixture = new Fixture()
      await fixture.fill()
      const { disk } = fixture.rig
      const name = disk.listSync(PATH).filter((each) => each.endsWith(extension))[1]
      disk.flipBit(`${PATH}/${name}`, 4, 0)
      expect((await fixture.verify()).findings).toMatchObject([{ kind: 'rebuilt', file: `${PATH}/${name}` }])
    },
  )

  it('calls what lies behind the durable point a torn tail', async () => {
    const fixture = new Fixture()
    await fixture.fill()
    const log = await fixture.open()
    log.append(checked(batchOf(['torn'])))
    await fixture.rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
    fixture.rig.kill()
    const path = `${PATH}/${fixture.segments().at(-1)}`
    fixture.rig.disk.flipBit(path, (fixture.rig.disk.statSync(path)?.size ?? 0) - 1, 0)
    expect((await fixture.verify()).findings).toMatchObject([{ kind: 'torn tail', fromOffset: 2 * BATCHES }])
  })

  it('takes what an interrupted compaction left for what the next start makes of it', async () => {
    const fixture = new Fixture()
    await fixture.fill()
    const { disk } = fixture.rig
    const name = fixture.segments()[1] as string
    for (const extension of ['.log', '.index', '.timeindex', '.headers']) {
      const path = `${PATH}/${name.replace('.log', extension)}`
      disk.renameSync(path, `${path}.swap`)
    }
    const report = await fixture.verify()
    expect(report.findings).toMatchObject([{ kind: 'rebuilt', file: `${PATH}/${name}.swap` }])
    expect(report.batches).toBe(BATCHES)
    expect((await fixture.open()).damage).toBeUndefined()
    expect(fixture.segments()).toContain(name)
  })

  it('refuses a directory that a broker uses, and one that is none', async () => {
    const fixture = new Fixture()
    await fixture.fill()
    await fixture.open()
    await expect(fixture.verify()).rejects.toMatchObject({ code: 'LOCKED' })
    fixture.rig.kill()
    const { disk } = fixture.rig
    await expect(withDataDirectory(disk, '/data', async () => {})).rejects.toThrow(StorageError)
  })
})

describe('repairing a log', () => {
  it.each([
    ['a flipped bit in the middle of a segment', (path: string, rig: StorageRig) => rig.disk.flipBit(path, 700, 2)],
    ['a flipped bit in the first batch of a segment', (path: string, rig: StorageRig) => rig.disk.flipBit(path, 100, 2)],
    ['a wrong leader epoch', (path: string, rig: StorageRig) => rig.disk.flipBit(path, 14, 0)],
    ['two flipped bits far from each other', (path: string, rig: StorageRig) => [100, 1500].map((at) => rig.disk.flipBit(path, at, 1))],
    ['a segment cut short', (path: string, rig: StorageRig) => rig.disk.openSync(path, 'readWrite').truncateSync(1000)],
    ['an emptied segment', (path: string, rig: StorageRig) => rig.disk.openSync(path, 'readWrite').truncateSync(0)],
    ['a missing segment', (path: string, rig: StorageRig) => rig.disk.removeSync(path)],
  ])('gives up no more than is damaged: %s', async (_, damage) => {
    for (const segment of [0, 2, -1]) {
      const fixture = new Fixture()
      const before = await fixture.fill()
      const path = `${PATH}/${fixture.segments().at(segment)}`
      damage(path, fixture.rig)
      const plan = await fixture.repair()
      expect(plan?.losses.length, `segment ${segment}`).toBeGreaterThan(0)
      expect(plan?.hopeless).toEqual([])
      await fixture.expectRepaired(before, plan as RepairPlan)
    }
  })

  it('leaves a log that can be repaired when the process ends at any change', async () => {
    let ends = 0
    for (let change = 1; ; change++) {
      const fixture = new Fixture(change)
      const before = await fixture.fill()
      const { rig } = fixture
      for (const segment of [1, 3]) rig.disk.flipBit(`${PATH}/${fixture.segments()[segment]}`, 700, 2)
      const planned = planRepair(await fixture.verify()) as RepairPlan
      const last = rig.disk.changeCount + change
      let hasEnded = false
      rig.disk.observe(({ n, when }) => {
        if (n !== last || when !== 'after') return
        hasEnded = true
        rig.crash()
      })
      const repairing = repairLogs(rig).catch(() => undefined)
      await rig.scheduler.runFor(200)
      rig.disk.observe(undefined)
      if (!hasEnded) await rig.settle(repairing)
      if (hasEnded) await fixture.repair()
      await fixture.expectRepaired(before, planned)
      if (!hasEnded) break
      ends++
    }
    expect(ends).toBeGreaterThan(5)
  })

  it('has nothing to do for a whole log, and gives up where the directory of the log is gone', async () => {
    const fixture = new Fixture()
    await fixture.fill()
    expect(await fixture.repair()).toBeUndefined()
    await fixture.rig.settle(fixture.rig.disk.removeTree(PATH))
    const plan = planRepair(await fixture.verify())
    expect(plan).toMatchObject({ losses: [], hopeless: [{ fromOffset: 0, toOffset: 2 * BATCHES }] })
  })
})

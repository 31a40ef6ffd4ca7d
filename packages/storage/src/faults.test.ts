import type { Disk, DiskFile } from '@kafka-ts/io'
import { describe, expect, it } from 'vitest'
import type { Log } from './log.ts'
import type { LogDirectory } from './log-directory.ts'
import { isDiskFull, StorageError } from './storage-error.ts'
import { LogModel, readAll } from './testing-support/log-model.ts'
import { countChanges, crashAt, RecordedRun } from './testing-support/recorded-run.ts'
import { batchOf, checked, DATA_PATH, type RigOptions, StorageRig, testId } from './testing-support/storage-rig.ts'

const FIRST_LOG = `${DATA_PATH}/orders-0/00000000000000000000.log`

/** A rig with one log that holds three durable batches. */
async function threeBatches(options: RigOptions = {}): Promise<{ rig: StorageRig; directory: LogDirectory; log: Log; model: LogModel }> {
  const rig = new StorageRig(options)
  const directory = await rig.settle(rig.open())
  const log = directory.createLog(testId('orders'), rig.config)
  const model = new LogModel()
  model.watch(log)
  for (let index = 0; index < 3; index++) model.append(log, [`first ${index}`, `second ${index}`])
  await rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
  return { rig, directory, log, model }
}

async function codeOf(promise: Promise<unknown> | unknown): Promise<string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    return error instanceof StorageError ? error.code : String(error)
  }
}

/** Longer than the background flush of a `page` log takes to begin. */
const FLUSH_COMES_WITHIN_MS = 600_000

describe('an fsync that fails', () => {
  it('at any point takes the directory offline: no later ack, no later fsync, and after a power cut no acknowledged record is lost', async () => {
    let hits = 0
    for (let nth = 1; ; nth++) {
      const run = new RecordedRun({ seed: nth })
      let failedAt: number | undefined
      const syncsAfter: string[] = []
      run.rig.disk.observe(({ operation, path, when, n }) => {
        if (when === 'before' && operation === 'sync' && failedAt !== undefined && run.directory?.isOnline === false)
          syncsAfter.push(`${n} ${path}`)
      })
      run.rig.disk.faults.add({ operation: 'sync', nth })
      const outcome = run.steps().then(
        () => 'done',
        () => 'failed',
      )
      outcome.catch(() => {})
      await run.rig.scheduler.run(() => {
        if (failedAt === undefined && run.rig.disk.faults.injected.get('sync') === 1) failedAt = run.rig.disk.changeCount
        return run.isDone || run.directory?.isOnline === false || (failedAt !== undefined && run.directory === undefined)
      })
      if (failedAt === undefined) break
      hits++
      await run.rig.scheduler.runFor(50)
      expect(syncsAfter).toEqual([])
      for (const model of run.models.values()) model.unwatch()
      run.rig.disk.observe(undefined)
      run.rig.crash()
      expect(await run.problems(), `sync ${nth}`).toEqual([])
    }
    expect(hits).toBeGreaterThan(20)
  })

  it('refuses appends and reads from then on, and fails what was not durable', async () => {
    const { rig, directory, log } = await threeBatches()
    const offline: string[] = []
    directory.onOffline((error) => offline.push(error.code))
    const failed: number[] = []
    log.listener = { onDurable: () => expect.unreachable(), onAppendFailed: (_log, fromOffset) => failed.push(fromOffset) }
    rig.disk.faults.add({ operation: 'sync', path: /\.wal$/ })
    log.append(checked(batchOf(['lost'])))
    await rig.scheduler.run(() => !directory.isOnline)
    expect(offline).toEqual(['OFFLINE'])
    expect(failed).toEqual([6])
    expect(log.logEndOffset).toBe(6)
    expect(() => log.append(checked(batchOf(['refused'])))).toThrow(StorageError)
    expect(await codeOf(() => log.read({ offset: 0, maxBytes: 100, limitOffset: 6, atLeastOne: true }))).toBe('none')
    expect(() => log.read({ offset: 0, maxBytes: 100, limitOffset: 6, atLeastOne: true })).toThrow(/offline/)
    await rig.settle(directory.close())
    expect(rig.disk.statSync(`${DATA_PATH}/clean-shutdown`)).toBeUndefined()
  })

  it('is remembered: the next start writes again what the page cache only seems to hold', async () => {
    const { rig, directory, log, model } = await threeBatches()
    rig.disk.faults.add({ operation: 'sync', path: /\.wal$/ })
    log.append(checked(batchOf(['lost'])))
    model.unwatch()
    await rig.scheduler.run(() => !directory.isOnline)
    expect(rig.disk.statSync(`${DATA_PATH}/failed-sync`)).toBeDefined()
    rig.kill()
    const reopened = await rig.settle(rig.open())
    expect(rig.disk.statSync(`${DATA_PATH}/failed-sync`)).toBeUndefined()
    const log2 = reopened.log(testId('orders').topicId, 0)!
    const end = log2.logEndOffset
    rig.crash()
    const again = await rig.settle(rig.open())
    expect(again.log(testId('orders').topicId, 0)?.logEndOffset).toBe(end)
    expect(end).toBeGreaterThanOrEqual(6)
  })
})

describe('a write or rename that fails', () => {
  it.each(['write', 'rename', 'create', 'truncate', 'syncDirectory'] as const)(
    'at any %s loses nothing acknowledged',
    async (operation) => {
      let hits = 0
      for (let nth = 1; ; nth++) {
        const run = new RecordedRun({ seed: nth })
        run.rig.disk.faults.add({ operation, nth })
        let isSettled = false
        run.steps().then(
          () => {
            isSettled = true
          },
          () => {
            isSettled = true
          },
        )
        await run.rig.scheduler.run(() => isSettled || run.directory?.isOnline === false)
        if ((run.rig.disk.faults.injected.get(operation) ?? 0) === 0) break
        hits++
        for (const model of run.models.values()) model.unwatch()
        run.rig.crash()
        expect(await run.problems(), `${operation} ${nth}`).toEqual([])
      }
      expect(hits).toBeGreaterThan(0)
    },
  )
})

describe('a full disk', () => {
  it('at every byte of a batch refuses the append whole, serves reads, and takes appends again once there is space', async () => {
    const batchBytes = batchOf(['x'.repeat(200)]).length
    for (let free = 0; free < batchBytes; free += 7) {
      const { rig, directory, log, model } = await threeBatches({ config: { durability: free % 2 === 0 ? 'commit' : 'page' } })
      const errors: StorageError[] = []
      log.listener = {
        onDurable: () => {},
        onAppendFailed: (_log, fromOffset, error) => {
          errors.push(error)
          model.cut(fromOffset)
        },
      }
      rig.disk.setFreeBytes(free)
      log.append(checked(batchOf(['x'.repeat(200)])))
      await rig.scheduler.run(() => errors.length > 0)
      expect(errors.map(isDiskFull)).toEqual([true])
      expect(log.logEndOffset).toBe(6)
      expect(directory.isOnline).toBe(true)
      expect((await rig.settle(readAll(log))).map((batch) => batch.baseOffset)).toEqual([0, 2, 4])
      expect(rig.disk.statSync(FIRST_LOG)?.size).toBe(log.sizeBytes())
      rig.disk.setFreeBytes(Number.POSITIVE_INFINITY)
      model.append(log, ['there is space'])
      await rig.scheduler.run(() => log.durableOffset === 7)
      rig.kill()
      const reopened = await rig.settle(rig.open())
      expect(await rig.settle(model.compareRecovered(reopened.log(log.id.topicId, 0)))).toEqual([])
    }
  })

  it.each([
    { when: 'before a flush', isFlushing: false, isStopped: false },
    { when: 'after a clean stop', isFlushing: false, isStopped: true },
    { when: 'after a clean stop, when a flush was under way at the refusal', isFlushing: true, isStopped: true },
  ])('leaves nothing of a refused append that a power cut could bring back $when', async ({ isFlushing, isStopped }) => {
    for (let seed = 1; seed <= 20; seed++) {
      const { rig, directory: before, model } = await threeBatches({ seed, config: { segmentBytes: 1000 } })
      await rig.settle(before.close())
      const directory = await rig.settle(rig.open())
      const log = directory.log(testId('orders').topicId, 0) as Log
      let isRefused = false
      log.listener = {
        onDurable: () => {},
        onAppendFailed: () => {
          isRefused = true
        },
      }
      if (isFlushing) {
        model.append(log, ['z'])
        await rig.scheduler.run(() => log.durableOffset === 7)
      }
      rig.disk.setFreeBytes(100)
      log.append(checked(batchOf(['x'.repeat(200)])))
      const flushed = isFlushing ? log.flush() : undefined
      await rig.scheduler.run(() => isRefused)
      await rig.settle(flushed)
      rig.disk.setFreeBytes(Number.POSITIVE_INFINITY)
      // Into the next segment: the first is not written to, and not synced for that, any more.
      model.append(log, ['y'.repeat(900)])
      await rig.scheduler.run(() => log.durableOffset === model.logEndOffset)
      if (isStopped) await rig.settle(directory.close())
      rig.crash()
      const found = (await rig.settle(rig.open())).log(log.id.topicId, 0)
      expect(found?.logEndOffset).toBe(model.logEndOffset)
      expect(await rig.settle(model.compareRecovered(found)), `seed ${seed}`).toEqual([])
    }
  })

  it('without room for the journal refuses appends until there is', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('orders'), rig.config)
    const errors: StorageError[] = []
    log.listener = { onDurable: () => {}, onAppendFailed: (_log, _fromOffset, error) => errors.push(error) }
    rig.disk.setFreeBytes(2000)
    log.append(checked(batchOf(['a'])))
    await rig.scheduler.run(() => errors.length > 0)
    expect(errors.map(isDiskFull)).toEqual([true])
    rig.disk.setFreeBytes(Number.POSITIVE_INFINITY)
    log.append(checked(batchOf(['b'])))
    await rig.scheduler.run(() => log.durableOffset === 1)
    await rig.settle(directory.close())
  })

  it.each([1, 2, 3, 4])('refuses appends, and nothing more, after %i larger than a journal file', async (count) => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('orders'), rig.config)
    for (let index = 1; index <= count; index++) {
      log.append(checked(batchOf(['larger'.repeat(2000)])))
      await rig.scheduler.run(() => log.durableOffset === index)
    }
    await rig.scheduler.runFor(1000)
    const errors: StorageError[] = []
    log.listener = { onDurable: () => {}, onAppendFailed: (_log, _fromOffset, error) => errors.push(error) }
    rig.disk.setFreeBytes(0)
    log.append(checked(batchOf(['a'])))
    await rig.scheduler.run(() => errors.length > 0)
    expect(errors.map(isDiskFull)).toEqual([true])
    expect(directory.isOnline).toBe(true)
    rig.disk.setFreeBytes(Number.POSITIVE_INFINITY)
    log.append(checked(batchOf(['b'])))
    await rig.scheduler.run(() => log.durableOffset === count + 1)
    await rig.settle(directory.close())
  })

  it('loses nothing when the segment refuses an append, then the journal one, and the front goes in between', async () => {
    const { rig, directory, log, model } = await threeBatches({ config: { segmentBytes: 100 } })
    let refusals = 0
    log.listener = {
      onDurable: () => {},
      onAppendFailed: (_log, fromOffset) => {
        refusals++
        model.cut(fromOffset)
      },
    }
    for (const path of [/\.log$/, /\.wal$/]) {
      const before = refusals
      rig.disk.faults.add({ operation: 'write', path, code: 'ENOSPC' })
      model.append(log, ['longer than what is there: '.repeat(10)])
      await rig.scheduler.run(() => refusals > before)
      await rig.settle(log.deleteRecordsBefore(4))
    }
    log.updateConfig({ ...rig.config, segmentBytes: 10_000 })
    model.append(log, ['there is space'])
    await rig.scheduler.run(() => log.durableOffset === 7)
    // No journal puts right, at a start after a clean stop, what the segment has not.
    await rig.settle(directory.close())
    const found = (await rig.settle(rig.open())).log(log.id.topicId, 0)
    expect(found).toMatchObject({ damage: undefined, logEndOffset: 7 })
    expect((await rig.settle(readAll(found as Log))).map(({ baseOffset }) => baseOffset)).toEqual([4, 6])
  })

  it('on which a flush waits for space holds up no stop, and nothing is lost', async () => {
    const rig = new StorageRig()
    const config = { ...rig.config, durability: 'page' as const }
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('orders'), config)
    log.append(checked(batchOf(['a'])))
    await rig.scheduler.run(() => log.durableOffset === 1)
    rig.disk.setFreeBytes(0)
    await rig.scheduler.runFor(FLUSH_COMES_WITHIN_MS)
    await rig.settle(directory.close())
    rig.disk.setFreeBytes(Number.POSITIVE_INFINITY)
    const reopened = await rig.settle(rig.open())
    expect(reopened.log(log.id.topicId, 0)?.logEndOffset).toBe(1)
    await rig.settle(reopened.close())
  })
})

describe('a flipped bit', () => {
  it('at any byte of a batch at rest is never served', async () => {
    const { rig, directory, log } = await threeBatches()
    const before = await rig.settle(readAll(log))
    await rig.settle(directory.close())
    const batchBytes = before[1]!.bytes.length
    for (let byte = 0; byte < batchBytes; byte++) {
      rig.disk.flipBit(FIRST_LOG, batchBytes + byte, byte % 8)
      const reopened = await rig.settle(rig.open())
      const damaged = reopened.log(log.id.topicId, 0)!
      expect(damaged.damage, `byte ${byte}`).toMatchObject({ file: FIRST_LOG, position: batchBytes, fromOffset: 2, toOffset: 6 })
      expect(() => damaged.read({ offset: 0, maxBytes: 9999, limitOffset: 6, atLeastOne: true })).toThrow(/damaged/)
      expect(() => damaged.append(checked(batchOf(['no'])))).toThrow(/damaged/)
      await rig.settle(reopened.close())
      rig.disk.flipBit(FIRST_LOG, batchBytes + byte, byte % 8)
    }
    const healed = await rig.settle(rig.open())
    expect(await rig.settle(readAll(healed.log(log.id.topicId, 0)!))).toEqual(before)
  })

  it('in a segment that is not scanned at the start is found by the read', async () => {
    const { rig, directory, log, model } = await threeBatches({ config: { segmentBytes: 700 }, directory: { tailCacheBytes: 0 } })
    for (let index = 0; index < 8; index++) model.append(log, ['y'.repeat(200)])
    await rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
    const intact = await rig.settle(readAll(log))
    await rig.settle(directory.close())
    const first = intact[0]!.bytes.length
    for (let byte = 0; byte < first; byte++) {
      rig.disk.flipBit(FIRST_LOG, byte, 3)
      const reopened = await rig.settle(rig.open())
      const found = reopened.log(log.id.topicId, 0)!
      expect(found.damage).toBeUndefined()
      expect(await codeOf(rig.settle(found.read({ offset: 0, maxBytes: 9999, limitOffset: 9, atLeastOne: true }))), `byte ${byte}`).toBe(
        'CORRUPT',
      )
      const rest = await rig.settle(found.read({ offset: 13, maxBytes: 9999, limitOffset: 14, atLeastOne: true }))
      expect(rest.firstOffset).toBe(13)
      await rig.settle(reopened.close())
      rig.disk.flipBit(FIRST_LOG, byte, 3)
    }
  })

  it('in the tail that a crash left is mended from the journal', async () => {
    const bytes = (await threeBatches()).log.sizeBytes()
    for (let byte = 0; byte < bytes; byte++) {
      const { rig, model } = await threeBatches()
      model.unwatch()
      rig.kill()
      rig.disk.flipBit(FIRST_LOG, byte, byte % 8)
      const recovered = await recoverOnce(rig)
      expect(await rig.settle(model.compareRecovered(recovered)), `byte ${byte}`).toEqual([])
      expect(recovered.logEndOffset).toBe(6)
    }
  })
})

describe('a tail cut short', () => {
  it('at any byte of the last batch, in page durability, ends the log before that batch', async () => {
    const probe = await threeBatches({ config: { durability: 'page' } })
    const size = probe.log.sizeBytes()
    const batchBytes = size / 3
    for (let cut = 1; cut <= batchBytes; cut += 3) {
      const { rig, model } = await threeBatches({ config: { durability: 'page' } })
      model.unwatch()
      rig.kill()
      rig.disk.openSync(FIRST_LOG, 'readWrite').truncateSync(size - cut)
      const log = await recoverOnce(rig)
      expect(log.logEndOffset).toBe(4)
      expect((await rig.settle(readAll(log))).map((batch) => batch.baseOffset)).toEqual([0, 2])
      expect(rig.disk.statSync(FIRST_LOG)?.size).toBe(2 * batchBytes)
    }
  })

  it('at any byte, in commit durability, is put back from the journal', async () => {
    const probe = await threeBatches()
    for (let size = 0; size < probe.log.sizeBytes(); size += 11) {
      const { rig, model } = await threeBatches()
      model.unwatch()
      rig.kill()
      rig.disk.openSync(FIRST_LOG, 'readWrite').truncateSync(size)
      expect(await rig.settle(model.compareRecovered(await recoverOnce(rig)))).toEqual([])
    }
  })
})

async function recoverOnce(rig: StorageRig): Promise<Log> {
  const directory = await rig.settle(rig.open())
  return directory.log(testId('orders').topicId, 0)!
}

describe('a mistake in the storage is found by the crash test', () => {
  async function problemsWith(wrapDisk: (disk: Disk) => Disk): Promise<number> {
    const changes = await countChanges({ seed: 1 })
    let problems = 0
    for (let n = 1; n <= changes; n += 3) problems += (await crashAt({ n, when: 'after' }, { seed: 1, wrapDisk })).length
    return problems
  }

  it('an acknowledgement before the fsync', async () => {
    expect(await problemsWith((disk) => lying(disk, /\.wal$/))).toBeGreaterThan(0)
  })

  it('a checkpoint before the segments are durable', async () => {
    expect(await problemsWith((disk) => lying(disk, /\.log$/))).toBeGreaterThan(0)
  })
})

/** A disk on which the sync of some files does nothing. */
function lying(disk: Disk, path: RegExp): Disk {
  return new Proxy(disk, {
    get(target, property) {
      const value = Reflect.get(target, property) as unknown
      if (typeof value !== 'function') return value
      if (property !== 'openSync') return value.bind(target)
      return (opened: string, mode: never) => {
        const file = disk.openSync(opened, mode)
        return path.test(opened) ? withoutSync(file) : file
      }
    },
  })
}

function withoutSync(file: DiskFile): DiskFile {
  return new Proxy(file, {
    get(target, property) {
      if (property === 'sync') return async () => {}
      if (property === 'syncSync') return () => {}
      const value = Reflect.get(target, property) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

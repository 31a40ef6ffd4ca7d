import { describe, expect, it } from 'vitest'
import { LogModel } from './testing-support/log-model.ts'
import { batchOf, checked, DATA_PATH, StorageRig, testId } from './testing-support/storage-rig.ts'

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: { code?: string }) => error.code ?? String(error),
  )
}

function readText(rig: StorageRig, path: string): string {
  const file = rig.disk.openSync(`${DATA_PATH}/${path}`, 'read')
  const bytes = Buffer.alloc(file.sizeSync())
  file.readSync(bytes, 0)
  return bytes.toString()
}

function writeText(rig: StorageRig, path: string, text: string): void {
  const file = rig.disk.openSync(`${DATA_PATH}/${path}`, 'create')
  file.truncateSync(0)
  file.writeSync([Buffer.from(text)], 0)
}

describe('a data directory', () => {
  it('is refused while another process has it, and free again after close', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    expect(await codeOf(rig.settle(rig.open()))).toBe('LOCKED')
    await rig.settle(directory.close())
    await rig.settle(directory.close())
    await rig.settle((await rig.settle(rig.open())).close())
  })

  it('keeps its id, takes over a cluster id once, and refuses another cluster, another node and a newer format', async () => {
    const rig = new StorageRig()
    const first = await rig.settle(rig.open())
    expect(first.clusterId).toBeUndefined()
    await rig.settle(first.close())
    const second = await rig.settle(rig.open({ clusterId: 'a' }))
    expect(second.directoryId).toBe(first.directoryId)
    await rig.settle(second.close())
    const third = await rig.settle(rig.open())
    expect(third.clusterId).toBe('a')
    await rig.settle(third.close())
    expect(await codeOf(rig.settle(rig.open({ clusterId: 'b' })))).toBe('FOREIGN')
    expect(await codeOf(rig.settle(rig.open({ nodeId: 2 })))).toBe('FOREIGN')
    writeText(rig, 'meta.properties', readText(rig, 'meta.properties').replace('version=1', 'version=2'))
    expect(await codeOf(rig.settle(rig.open()))).toBe('NEWER_FORMAT')
    writeText(rig, 'meta.properties', 'nonsense')
    expect(await codeOf(rig.settle(rig.open()))).toBe('CORRUPT')
  })

  it('has everything that was appended when it is closed, also in the tick of the first append, before there is a journal', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('orders'), rig.config)
    log.append(checked(batchOf(['a', 'b', 'c'])))
    await rig.settle(directory.close())
    expect(log.durableOffset).toBe(3)
    rig.crash('none')
    const reopened = await rig.settle(rig.open())
    expect(reopened.log(log.id.topicId, 0)?.durableOffset).toBe(3)
    await rig.settle(reopened.close())
  })

  it('has what was appended when it is closed while the append waits for the removal of the log before, or for a config', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const removed = directory.createLog(testId('orders'), rig.config)
    const page = directory.createLog(testId('page'), { ...rig.config, durability: 'page' })
    for (const log of [removed, page]) log.append(checked(batchOf(['a'])))
    await rig.scheduler.run(() => removed.durableOffset === 1 && page.durableOffset === 1)
    const removal = directory.removeLog(removed)
    const next = directory.createLog(testId('orders', 0, 1), rig.config)
    page.updateConfig(rig.config)
    for (const log of [next, page]) log.append(checked(batchOf(['b'])))
    await rig.settle(Promise.all([directory.close(), removal]))
    rig.crash('none')
    const reopened = await rig.settle(rig.open())
    expect(reopened.log(next.id.topicId, 0)?.durableOffset).toBe(1)
    expect(reopened.log(page.id.topicId, 0)?.durableOffset).toBe(2)
    await rig.settle(reopened.close())
  })

  it('closes, with what could not be written given up, when there is no room for a journal', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('orders'), rig.config)
    const failures: string[] = []
    log.listener = { onDurable: () => {}, onAppendFailed: (_log, fromOffset, error) => failures.push(`${fromOffset} ${error.code}`) }
    rig.disk.setFreeBytes(0)
    log.append(checked(batchOf(['a'])))
    await rig.settle(directory.close())
    expect(failures).toEqual(['0 DISK_FULL'])
  })

  it('writes checkpoints and partition metadata in the layout of Kafka', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('my-topic', 3), rig.config)
    log.becomeLeader(5)
    log.append(checked(batchOf(['a', 'b', 'c'])))
    await rig.scheduler.run(() => log.durableOffset === 3)
    await rig.settle(log.deleteRecordsBefore(2))
    await rig.settle(directory.close())
    expect(readText(rig, 'recovery-point-offset-checkpoint')).toBe('0\n1\nmy-topic 3 3\n')
    expect(readText(rig, 'log-start-offset-checkpoint')).toBe('0\n1\nmy-topic 3 2\n')
    expect(readText(rig, 'my-topic-3/leader-epoch-checkpoint')).toBe('0\n1\n5 2\n')
    expect(readText(rig, 'my-topic-3/partition.metadata')).toMatch(/^version: 0\ntopic_id: [\w-]{22}\n$/)
  })

  it('has nothing on disk for a log without records', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const before = rig.disk.listSync(DATA_PATH)
    for (let partition = 0; partition < 1000; partition++) directory.createLog(testId('empty', partition), rig.config)
    expect(rig.disk.listSync(DATA_PATH)).toEqual(before)
    expect([...directory.logs()].length).toBe(1000)
    await rig.settle(directory.close())
  })

  it('reports a log whose directory is gone as damaged, also in its next life, and does not let it begin anew', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('orders'), rig.config)
    log.append(checked(batchOf(['a'])))
    await rig.scheduler.run(() => log.durableOffset === 1)
    await rig.settle(directory.close())
    await rig.settle(rig.disk.removeTree(`${DATA_PATH}/orders-0`))
    for (let life = 0; life < 2; life++) {
      const reopened = await rig.settle(rig.open())
      const again = reopened.createLog(testId('orders'), rig.config)
      expect(again.damage).toMatchObject({ fromOffset: 0, toOffset: 1 })
      expect(() => again.append(checked(batchOf(['b'])))).toThrow(/damaged/)
      await rig.settle(reopened.close())
    }
  })

  it('keeps a removed log removed, and one of the same name apart from it', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('orders'), rig.config)
    log.append(checked(batchOf(['old'])))
    const removal = directory.removeLog(log)
    const again = directory.createLog(testId('orders', 0, 1), rig.config)
    const model = new LogModel()
    model.watch(again)
    model.append(again, ['new'])
    await rig.settle(removal)
    expect(() => log.append(checked(batchOf(['late'])))).toThrow(/removed/)
    await rig.scheduler.run(() => again.durableOffset === 1)
    model.unwatch()
    rig.crash()
    const reopened = await rig.settle(rig.open())
    expect([...reopened.logs()].length).toBe(1)
    expect(await rig.settle(model.compareRecovered(reopened.log(again.id.topicId, 0)))).toEqual([])
  })

  it('counts what it holds', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('orders'), rig.config)
    const batch = checked(batchOf(['a']))
    log.append(batch)
    await rig.scheduler.run(() => log.durableOffset === 1)
    expect(directory.totalBytes()).toBe(batch.bytes)
    rig.disk.setFreeBytes(12_345)
    expect(await rig.settle(directory.freeBytes())).toBe(12_345)
    await rig.settle(directory.close())
  })
})

describe('a change of durability', () => {
  it('to commit makes what was written before durable first, and only then takes appends', async () => {
    const rig = new StorageRig({ config: { durability: 'page' } })
    const directory = await rig.settle(rig.open())
    const log = directory.createLog(testId('orders'), rig.config)
    const model = new LogModel()
    model.watch(log)
    model.append(log, ['page'])
    await rig.scheduler.run(() => log.durableOffset === 1)
    log.updateConfig({ ...rig.config, durability: 'commit' })
    model.append(log, ['commit'])
    await rig.scheduler.run(() => log.durableOffset === 2)
    model.unwatch()
    rig.crash()
    const reopened = await rig.settle(rig.open())
    expect(await rig.settle(model.compareRecovered(reopened.log(log.id.topicId, 0)))).toEqual([])
  })
})

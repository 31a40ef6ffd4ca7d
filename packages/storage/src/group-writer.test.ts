import { describe, expect, it } from 'vitest'
import { batchOf, checked, StorageRig, testId } from './testing-support/storage-rig.ts'

describe('a group of logs of both durabilities', () => {
  it('is given up as a whole when the journal cannot be written and the directory goes offline', async () => {
    const rig = new StorageRig()
    const directory = await rig.settle(rig.open())
    const durable = directory.createLog(testId('durable'), { ...rig.config, durability: 'commit' })
    const quick = directory.createLog(testId('quick'), { ...rig.config, durability: 'page' })
    for (const log of [durable, quick]) log.append(checked(batchOf(['first'])))
    await rig.scheduler.run(() => durable.durableOffset === 1 && quick.durableOffset === 1)

    const failedFrom: number[] = []
    quick.listener = { onDurable: () => {}, onAppendFailed: (_log, fromOffset) => failedFrom.push(fromOffset) }
    rig.disk.faults.add({ operation: 'write', path: /\.wal$/ })
    for (const log of [durable, quick]) log.append(checked(batchOf(['second'])))
    await rig.scheduler.run(() => !directory.isOnline)
    expect(failedFrom).toEqual([1])
    expect(quick).toMatchObject({ durableOffset: 1, logEndOffset: 1 })
    await rig.settle(directory.close())
  })
})

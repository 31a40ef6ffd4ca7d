import { describe, expect, it } from 'vitest'
import { batchOf, checked, StorageRig, testId } from './testing-support/storage-rig.ts'

describe('removing a log', () => {
  it.each(['commit', 'page'] as const)(
    'leaves the directory online although a background flush of it is still due (%s)',
    async (durability) => {
      const flushMs = 1000
      const rig = new StorageRig({ config: { durability }, directory: { flushMs } })
      const directory = await rig.settle(rig.open())
      const log = directory.createLog(testId('orders'), rig.config)
      for (let index = 0; index < 20; index++) log.append(checked(batchOf([`value ${index}`, 'x'.repeat(900)])))
      await rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
      await rig.settle(directory.removeLog(log))
      await rig.scheduler.runFor(3 * flushMs)
      expect(directory.isOnline).toBe(true)

      const next = directory.createLog(testId('payments'), rig.config)
      next.append(checked(batchOf(['after the removal'])))
      await rig.scheduler.run(() => next.durableOffset === 1)
      await rig.settle(directory.close())
    },
  )
})

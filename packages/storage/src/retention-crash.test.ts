import { describe, expect, it } from 'vitest'
import { readAll } from './testing-support/log-model.ts'
import { batchOf, checked, StorageRig, testId } from './testing-support/storage-rig.ts'

const SEEDS = 30

describe('a power cut after retention', () => {
  it('may bring back any of the deleted segments: the log opens undamaged, and serves what it served before', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const rig = new StorageRig({ seed, config: { segmentBytes: 1024, retentionBytes: 2500 } })
      const directory = await rig.settle(rig.open())
      const log = directory.createLog(testId('orders'), rig.config)
      for (let index = 0; index < 30; index++) {
        log.append(checked(batchOf([`value ${index}`, 'x'.repeat(400)])))
        await rig.scheduler.run(() => log.durableOffset === log.logEndOffset)
      }
      await rig.settle(log.flush())
      expect(await rig.settle(log.applyRetention(rig.clock.now()))).toBeGreaterThan(5000)
      const { logStartOffset, logEndOffset } = log
      rig.crash()

      const reopened = await rig.settle(rig.open())
      const found = reopened.log(log.id.topicId, 0)
      expect(found?.damage).toBeUndefined()
      expect(found).toMatchObject({ logStartOffset, logEndOffset })
      if (found !== undefined) await rig.settle(readAll(found))
      await rig.settle(reopened.close())
    }
  })
})

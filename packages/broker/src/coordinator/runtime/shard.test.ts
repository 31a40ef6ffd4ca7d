import { describe, expect, it } from 'vitest'
import { codeOf, GROUP, GroupRig } from '../testing-support/group-rig.ts'

const offsetIn = (rig: GroupRig) => rig.see((state) => state.offsetsOf(GROUP)?.get('orders', 0)?.offset)

describe('a shard', () => {
  it('answers once the records are committed, and answers in order what came meanwhile', async () => {
    await GroupRig.run({}, async (rig) => {
      rig.log.commitDelayMs = undefined
      const answered: string[] = []
      const committed = rig.commit(1).then(() => answered.push('commit'))
      const seen = offsetIn(rig).then((offset) => answered.push(`saw ${offset}`))
      await rig.doors.clock.sleep(1000)
      expect(answered).toEqual([])
      rig.log.commit()
      await Promise.all([committed, seen])
      expect(answered).toEqual(['commit', 'saw 1'])
    })
  })

  it('takes back what it believed when an append is lost, and tells everyone who was to hear of it', async () => {
    await GroupRig.run({}, async (rig) => {
      await rig.commit(1)
      rig.log.commitDelayMs = undefined
      const lost = [rig.commit(2), offsetIn(rig), rig.commit(3)].map(codeOf)
      rig.log.lose()
      expect(await Promise.all(lost)).toEqual(new Array(3).fill('COORDINATOR_NOT_AVAILABLE'))
      expect(await codeOf(rig.commit(4))).toBe('COORDINATOR_LOAD_IN_PROGRESS')
      await rig.whenLoaded()
      expect(await offsetIn(rig)).toBe(1)
      rig.log.commitDelayMs = 0
      expect(await rig.commit(4)).toBe(0)
    })
  })

  it('is what it was when an append is refused at once', async () => {
    await GroupRig.run({}, async (rig) => {
      await rig.commit(1)
      rig.log.isFull = true
      expect(await codeOf(rig.commit(2))).toBe('COORDINATOR_NOT_AVAILABLE')
      expect(await offsetIn(rig)).toBe(1)
      rig.log.isFull = false
      expect(await rig.commit(3)).toBe(0)
    })
  })

  it('is not there until it has read its partition to the end', async () => {
    await GroupRig.run({}, async (rig) => {
      for (let offset = 0; offset < 20; offset++) await rig.commit(offset)
      const next = rig.openShard()
      expect(await codeOf(rig.see(() => true, next))).toBe('COORDINATOR_LOAD_IN_PROGRESS')
      await rig.whenLoaded(next)
      expect(await rig.see((state) => state.offsetsOf(GROUP)?.get('orders', 0)?.offset, next)).toBe(19)
      await next.close()
      expect(await codeOf(rig.see(() => true, next))).toBe('NOT_COORDINATOR')
    })
  })

  it('lets go of those who wait for others when it is closed', async () => {
    await GroupRig.run({ 'group.initial.rebalance.delay.ms': '3000' }, async (rig) => {
      const joining = codeOf(rig.join())
      await rig.shard.close()
      expect(await joining).toBe('NOT_COORDINATOR')
    })
  })

  it('splits the records of one operation into batches that the log takes', async () => {
    await GroupRig.run({ 'offset.metadata.max.bytes': '30000' }, async (rig) => {
      const metadata = 'x'.repeat(30_000)
      const offsets = Array.from({ length: 50 }, (_, partition) => ({ topic: 'orders', partition, offset: 1, leaderEpoch: -1, metadata }))
      const request = { groupId: GROUP, memberId: '', generationId: -1, groupInstanceId: null, retentionTimeMs: -1, offsets }
      const { commitOffsets } = await import('../group/operations/commit-offsets.ts')
      expect(await rig.shard.run((state, turn) => commitOffsets(state, turn, request))).toEqual(new Array(50).fill(0))
      await rig.restart()
      expect(await rig.see((state) => [...(state.offsetsOf(GROUP)?.all() ?? [])].length)).toBe(50)
    })
  })
})

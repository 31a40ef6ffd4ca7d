import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { codeOf, GROUP, GroupRig } from '../../testing-support/group-rig.ts'
import { TestConsumer } from '../../testing-support/test-consumer.ts'
import { imageOf, topicImage } from '../../testing-support/topic-images.ts'
import { deleteGroup } from '../operations/delete-group.ts'
import { deleteOffsets } from '../operations/delete-offsets.ts'

const remove = (rig: GroupRig) =>
  rig.shard.run((state, turn) => {
    deleteGroup(state, turn, GROUP)
    return true
  })
const forget = (rig: GroupRig, topic: string) =>
  rig.shard.run((state, turn) => deleteOffsets(state, turn, { groupId: GROUP, offsets: [{ topic, partition: 0 }] }))

describe('a group of the consumer protocol', () => {
  it('is deleted with all its records, once it has no members', async () => {
    await GroupRig.run({}, async (rig) => {
      const member = new TestConsumer(rig, 'a', { regex: 'ord.*' })
      await member.beat()
      await rig.commit(3, { memberId: 'a', generationId: 1 })
      expect(await codeOf(remove(rig))).toBe('NON_EMPTY_GROUP')
      await member.leave()
      await remove(rig)
      const isGone = [0, undefined]
      expect(await rig.see((state) => [state.groups.size, state.offsetsOf(GROUP)])).toEqual(isGone)
      await rig.restart()
      expect(await rig.see((state) => [state.groups.size, state.offsetsOf(GROUP)])).toEqual(isGone)
      const compacted = await rig.loadCompacted(1)
      expect([compacted.groups.size, compacted.offsetsOf(GROUP)]).toEqual(isGone)
      expect(await member.beat()).toMatchObject({ memberEpoch: 1 })
    })
  })

  it('keeps the offsets of topics that a member named or matched, and lets go of others', async () => {
    await GroupRig.run({}, async (rig) => {
      rig.image = imageOf([topicImage('orders', 1, 1), topicImage('payments', 1, 2)])
      await new TestConsumer(rig, 'a', { regex: 'ord.*' }).beat()
      expect(await forget(rig, 'orders')).toEqual([errorCode('GROUP_SUBSCRIBED_TO_TOPIC')])
      expect(await forget(rig, 'payments')).toEqual([0])
    })
  })
})

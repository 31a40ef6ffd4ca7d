import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { rangeProtocol } from '../../testing-support/kafka-group-member.ts'
import { codeOf, GROUP, GroupRig } from '../testing-support/group-rig.ts'
import { imageOf } from '../testing-support/topic-images.ts'
import type { JoinResult } from './group-results.ts'
import { commitOffsets } from './operations/commit-offsets.ts'
import { deleteGroup } from './operations/delete-group.ts'
import { deleteOffsets } from './operations/delete-offsets.ts'
import { fetchOffsets, NO_MEMBER } from './operations/fetch-offsets.ts'

const MINUTE_MS = 60_000
const offsetOf = (rig: GroupRig, topic = 'orders') => rig.see((state) => state.offsetsOf(GROUP)?.get(topic, 0)?.offset)
const groupExists = (rig: GroupRig) => rig.see((state) => state.groups.has(GROUP))
const removeOffset = (rig: GroupRig, topic: string) =>
  rig.shard.run((state, turn) => deleteOffsets(state, turn, { groupId: GROUP, offsets: [{ topic, partition: 0 }] }))

describe('committed offsets', () => {
  it('are taken from members of the generation alone', async () => {
    await GroupRig.run({}, async (rig) => {
      const [member] = (await rig.stable(1)) as [JoinResult]
      const { memberId, generationId } = member
      expect(await rig.commit(5, member)).toBe(0)
      expect(await codeOf(rig.commit(4, { memberId, generationId: generationId - 1 }))).toBe('ILLEGAL_GENERATION')
      expect(await codeOf(rig.commit(3, { memberId: 'zombie', generationId }))).toBe('UNKNOWN_MEMBER_ID')
      expect(await codeOf(rig.commit(2))).toBe('UNKNOWN_MEMBER_ID')
      expect(await offsetOf(rig)).toBe(5)
    })
  })

  it('are taken in a rebalance as long as its members have their partitions, and not before they have their new ones', async () => {
    await GroupRig.run({}, async (rig) => {
      const [member] = (await rig.stable(1)) as [JoinResult]
      const other = rig.join()
      expect(await rig.commit(5, member)).toBe(0)
      const next = await rig.join({ memberId: member.memberId })
      expect(await codeOf(rig.commit(6, next))).toBe('REBALANCE_IN_PROGRESS')
      await Promise.all([rig.sync(next), other])
      expect(await rig.commit(7, next)).toBe(0)
    })
  })

  it('are taken from outside while the group has no members', async () => {
    await GroupRig.run({}, async (rig) => {
      expect(await rig.commit(3)).toBe(0)
      expect(await codeOf(rig.commit(4, { memberId: 'a', generationId: 1 }))).toBe('UNKNOWN_MEMBER_ID')
      await rig.restart()
      expect(await offsetOf(rig)).toBe(3)
      const fetched = await rig.see((state) => fetchOffsets(state, { groupId: GROUP, topics: null, member: NO_MEMBER }))
      expect(fetched).toMatchObject([{ topic: 'orders', partitions: [{ partition: 0, committed: { offset: 3 } }] }])
      const missing = await rig.see((state) =>
        fetchOffsets(state, { groupId: 'nobody', topics: [{ topic: 'orders', partitions: [1] }], member: NO_MEMBER }),
      )
      expect(missing).toEqual([{ topic: 'orders', partitions: [{ partition: 1, committed: undefined }] }])
    })
  })

  it('come with a text that is not too long', async () => {
    await GroupRig.run({}, async (rig) => {
      const offsets = [4096, 4097].map((length, partition) => ({
        topic: 'orders',
        partition,
        offset: 1,
        leaderEpoch: 0,
        metadata: 'x'.repeat(length),
      }))
      const request = { groupId: GROUP, memberId: '', generationId: -1, groupInstanceId: null, retentionTimeMs: -1, offsets }
      const codes = await rig.shard.run((state, turn) => commitOffsets(state, turn, request))
      expect(codes).toEqual([0, errorCode('OFFSET_METADATA_TOO_LARGE')])
    })
  })

  it('are deleted, but for topics that the group is subscribed to', async () => {
    await GroupRig.run({}, async (rig) => {
      expect(await codeOf(removeOffset(rig, 'orders'))).toBe('GROUP_ID_NOT_FOUND')
      await rig.commit(3)
      const joined = await rig.join({ protocols: [rangeProtocol(['orders'])] })
      expect(await removeOffset(rig, 'orders')).toEqual([errorCode('GROUP_SUBSCRIBED_TO_TOPIC')])
      expect(await removeOffset(rig, 'other')).toEqual([0])
      await rig.leave(joined.memberId)
      expect(await removeOffset(rig, 'orders')).toEqual([0])
      expect(await offsetOf(rig)).toBeUndefined()
    })
  })

  it('go with their group, which must have no members', async () => {
    await GroupRig.run({}, async (rig) => {
      const [member] = (await rig.stable(1)) as [JoinResult]
      await rig.commit(3, member)
      const remove = () =>
        rig.shard.run((state, turn) => {
          deleteGroup(state, turn, GROUP)
          return true
        })
      expect(await codeOf(remove())).toBe('NON_EMPTY_GROUP')
      await rig.leave(member.memberId)
      expect(await remove()).toBe(true)
      expect([await offsetOf(rig), await groupExists(rig)]).toEqual([undefined, false])
      expect(await codeOf(remove())).toBe('GROUP_ID_NOT_FOUND')
      await rig.restart()
      expect([await offsetOf(rig), await groupExists(rig)]).toEqual([undefined, false])
    })
  })

  const retention = { 'offsets.retention.minutes': '60', 'offsets.retention.check.interval.ms': String(MINUTE_MS) }

  it('are kept for the retention time after the group became empty, then the group is forgotten with them', async () => {
    await GroupRig.run(retention, async (rig) => {
      const [member] = (await rig.stable(1)) as [JoinResult]
      await rig.commit(3, member)
      for (let minute = 0; minute < 90; minute++) {
        for (let second = 0; second < 60; second += 5) {
          await rig.doors.clock.sleep(5000)
          await rig.heartbeat(member)
        }
      }
      expect(await offsetOf(rig)).toBe(3)
      await rig.leave(member.memberId)
      await rig.doors.clock.sleep(59 * MINUTE_MS)
      expect(await offsetOf(rig)).toBe(3)
      await rig.restart()
      await rig.doors.clock.sleep(2 * MINUTE_MS)
      expect([await offsetOf(rig), await groupExists(rig)]).toEqual([undefined, false])
    })
  })

  it('of topics that nobody in the group is subscribed to are kept for the retention time after the commit', async () => {
    await GroupRig.run(retention, async (rig) => {
      await rig.commit(3)
      await rig.see(() => true)
      const joined = await rig.join({ protocols: [rangeProtocol(['payments'])], sessionTimeoutMs: 1_800_000 })
      await rig.sync(joined)
      for (let minutes = 0; minutes < 62; minutes += 20) {
        expect(await rig.heartbeat(joined)).toBe(0)
        await rig.doors.clock.sleep(20 * MINUTE_MS)
      }
      expect([await offsetOf(rig), await groupExists(rig)]).toEqual([undefined, true])
    })
  })

  it('are forgotten with their topic, also when that went while the coordinator was away', async () => {
    await GroupRig.run({}, async (rig) => {
      await rig.commit(3)
      await rig.shard.run((state, turn) => {
        state.forgetTopics(turn, (topic) => topic === 'other')
        return true
      })
      expect(await offsetOf(rig)).toBe(3)
      rig.image = imageOf([])
      await rig.restart()
      expect(await offsetOf(rig)).toBeUndefined()
    })
  })
})

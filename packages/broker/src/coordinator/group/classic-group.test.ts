import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { codeOf, GROUP, GroupRig } from '../testing-support/group-rig.ts'
import type { JoinResult } from './group-results.ts'

const REBALANCE = errorCode('REBALANCE_IN_PROGRESS')
const UNKNOWN = errorCode('UNKNOWN_MEMBER_ID')
const stateOf = (rig: GroupRig) => rig.see((state) => state.groups.get(GROUP)?.state)
const sizeOf = (rig: GroupRig) => rig.see((state) => state.groups.get(GROUP)?.members.size)

describe('a classic group', () => {
  it('gives everybody one generation, and the leader alone everybody it leads', async () => {
    await GroupRig.run({}, async (rig) => {
      const [leader, other] = (await rig.stable(2)) as [JoinResult, JoinResult]
      expect(leader).toMatchObject({ errorCode: 0, generationId: 2, protocolType: 'consumer', protocolName: 'range' })
      expect(leader.members.map(({ memberId }) => memberId).sort()).toEqual([leader.memberId, other.memberId].sort())
      expect(other).toMatchObject({ generationId: 2, leaderId: leader.memberId, members: [] })
      expect(await rig.sync(leader)).toMatchObject({ errorCode: 0, assignment: Uint8Array.of(0), protocolName: 'range' })
      expect(await rig.sync(other)).toMatchObject({ errorCode: 0, assignment: Uint8Array.of(1) })
      expect(await rig.heartbeat(other)).toBe(0)
    })
  })

  it('gives out a member id before it lets a member in, and forgets it when nobody comes with it', async () => {
    await GroupRig.run({}, async (rig) => {
      const first = await rig.join({ requiresKnownMemberId: true })
      expect(first).toMatchObject({ errorCode: errorCode('MEMBER_ID_REQUIRED'), generationId: -1 })
      expect(first.memberId).toMatch(/^test-/)
      expect(await rig.join({ requiresKnownMemberId: true, memberId: first.memberId })).toMatchObject({ errorCode: 0, generationId: 1 })
      const second = await rig.join({ requiresKnownMemberId: true })
      await rig.doors.clock.sleep(10_001)
      expect(await rig.join({ memberId: second.memberId })).toMatchObject({ errorCode: UNKNOWN })
    })
  })

  it('waits for an id that was given out before it goes on with a rebalance', async () => {
    await GroupRig.run({}, async (rig) => {
      const [leader] = (await rig.stable(1)) as [JoinResult]
      const { memberId } = await rig.join({ requiresKnownMemberId: true })
      const rejoined = rig.join({ memberId: leader.memberId })
      expect(await stateOf(rig)).toBe('PreparingRebalance')
      const [joined, again] = await Promise.all([rig.join({ memberId }), rejoined])
      expect([joined.generationId, again.generationId]).toEqual([2, 2])
    })
  })

  it('tells members of a rebalance by their heartbeats, and those who wait for the leader too', async () => {
    await GroupRig.run({}, async (rig) => {
      const [leader, other] = (await rig.stable(2)) as [JoinResult, JoinResult]
      const third = rig.join()
      expect(await rig.heartbeat(leader)).toBe(REBALANCE)
      expect(await rig.sync(other)).toMatchObject({ errorCode: REBALANCE })
      const [next] = await Promise.all([rig.join({ memberId: leader.memberId }), rig.join({ memberId: other.memberId }), third])
      expect(next.generationId).toBe(3)
      const waiting = rig.sync({ memberId: other.memberId, generationId: 3 })
      const fourth = rig.join()
      expect(await waiting).toMatchObject({ errorCode: REBALANCE })
      expect(await codeOf(rig.heartbeat(other))).toBe('ILLEGAL_GENERATION')
      expect(await rig.heartbeat({ ...other, generationId: 3 })).toBe(REBALANCE)
      await rig.leave(leader.memberId, other.memberId, (await third).memberId)
      expect((await fourth).generationId).toBe(4)
    })
  })

  it('goes on without a member that is not heard from', async () => {
    await GroupRig.run({}, async (rig) => {
      const [leader, other] = (await rig.stable(2)) as [JoinResult, JoinResult]
      for (let second = 0; second < 9; second += 3) {
        await rig.doors.clock.sleep(3000)
        expect(await rig.heartbeat(leader)).toBe(0)
      }
      await rig.doors.clock.sleep(1001)
      expect(await rig.heartbeat(leader)).toBe(REBALANCE)
      expect(await codeOf(rig.heartbeat(other))).toBe('UNKNOWN_MEMBER_ID')
      expect(await rig.join({ memberId: leader.memberId })).toMatchObject({ errorCode: 0, generationId: 3, leaderId: leader.memberId })
    })
  })

  it('drops those who do not join within the rebalance timeout, or do not ask for their assignment', async () => {
    await GroupRig.run({}, async (rig) => {
      const [leader, slow] = (await rig.stable(2)) as [JoinResult, JoinResult]
      const rejoined = rig.join({ memberId: leader.memberId })
      for (let second = 0; second < 30; second += 5) {
        await rig.doors.clock.sleep(5000)
        await rig.heartbeat(slow).catch(() => undefined)
      }
      expect((await rejoined).generationId).toBe(3)
      expect(await sizeOf(rig)).toBe(1)
      expect(await codeOf(rig.heartbeat(slow))).toBe('UNKNOWN_MEMBER_ID')
      for (let second = 0; second < 30; second += 5) {
        expect(await sizeOf(rig)).toBe(1)
        await rig.heartbeat({ memberId: leader.memberId, generationId: 3 })
        await rig.doors.clock.sleep(5000)
      }
      await rig.doors.clock.sleep(100)
      expect(await sizeOf(rig)).toBe(0)
      expect(await stateOf(rig)).toBe('Empty')
    })
  })

  it('waits for more members before its first generation, longer as long as they come', async () => {
    await GroupRig.run({ 'group.initial.rebalance.delay.ms': '3000' }, async (rig) => {
      const startMs = rig.doors.clock.monotonic()
      const first = rig.join()
      await rig.doors.clock.sleep(2000)
      const second = rig.join()
      const [one, two] = await Promise.all([first, second])
      expect([one.generationId, two.generationId, Math.round(rig.doors.clock.monotonic() - startMs)]).toEqual([1, 1, 6000])
    })
  })

  it('refuses those who have no protocol in common with the others, and chooses what most like best', async () => {
    await GroupRig.run({ 'group.initial.rebalance.delay.ms': '10' }, async (rig) => {
      const offer = (...names: string[]) => ({ protocols: names.map((name) => ({ name, metadata: Buffer.from(name) })) })
      const joins = [rig.join(offer('a', 'b', 'c')), rig.join(offer('b', 'a')), rig.join(offer('b', 'a', 'd'))]
      const inconsistent = errorCode('INCONSISTENT_GROUP_PROTOCOL')
      expect(await rig.join(offer('c', 'd'))).toMatchObject({ errorCode: inconsistent })
      expect(await rig.join({ ...offer('a'), protocolType: 'connect' })).toMatchObject({ errorCode: inconsistent })
      expect(await rig.join({ groupId: 'other', protocols: [] })).toMatchObject({ errorCode: inconsistent })
      const joined = await Promise.all(joins)
      expect(joined.map(({ protocolName }) => protocolName)).toEqual(['b', 'b', 'b'])
      const leader = joined.find(({ members }) => members.length > 0) as JoinResult
      expect(leader.members.map(({ metadata }) => Buffer.from(metadata).toString())).toEqual(['b', 'b', 'b'])
      expect(await rig.sync({ ...leader, protocolName: 'a' })).toMatchObject({ errorCode: inconsistent })
    })
  })

  it('has as many members as it may have', async () => {
    await GroupRig.run({ 'group.max.size': '2' }, async (rig) => {
      const [leader, other] = (await rig.stable(2)) as [JoinResult, JoinResult]
      expect(await rig.join()).toMatchObject({ errorCode: errorCode('GROUP_MAX_SIZE_REACHED'), memberId: '' })
      expect([await rig.heartbeat(leader), await rig.heartbeat(other)]).toEqual([0, 0])
    })
  })

  it('refuses sessions that are too short or too long', async () => {
    await GroupRig.run({}, async (rig) => {
      for (const sessionTimeoutMs of [5999, 1_800_001]) {
        expect(await rig.join({ sessionTimeoutMs })).toMatchObject({ errorCode: errorCode('INVALID_SESSION_TIMEOUT') })
      }
    })
  })

  it('lets a member that joins again with nothing new have the present generation; the leader begins another one', async () => {
    await GroupRig.run({}, async (rig) => {
      const [leader, other] = (await rig.stable(2)) as [JoinResult, JoinResult]
      expect(await rig.join({ memberId: other.memberId })).toMatchObject({ errorCode: 0, generationId: 2 })
      const again = rig.join({ memberId: leader.memberId })
      expect(await rig.heartbeat(other)).toBe(REBALANCE)
      await rig.join({ memberId: other.memberId })
      expect((await again).generationId).toBe(3)
    })
  })

  it('takes several members out with one rebalance', async () => {
    await GroupRig.run({}, async (rig) => {
      const [leader, second, third] = (await rig.stable(3)) as [JoinResult, JoinResult, JoinResult]
      expect(await rig.leave(second.memberId, 'nobody', third.memberId)).toEqual([0, UNKNOWN, 0])
      expect(await rig.join({ memberId: leader.memberId })).toMatchObject({ generationId: 4 })
      await rig.leave(leader.memberId)
      expect(await stateOf(rig)).toBe('Empty')
      expect(await rig.leave(leader.memberId)).toEqual([UNKNOWN])
      expect((await rig.join()).generationId).toBe(6)
    })
  })
})

describe('a static member', () => {
  const instance = { groupInstanceId: 'shelf-1' }

  it('that comes back goes on where it was, and the one before it is fenced', async () => {
    await GroupRig.run({}, async (rig) => {
      const before = await rig.join(instance)
      await rig.sync({ ...before, ...instance, assignments: [{ memberId: before.memberId, assignment: Uint8Array.of(5) }] })
      const after = await rig.join(instance)
      expect(after).toMatchObject({ errorCode: 0, generationId: 1, skipAssignment: true, leaderId: after.memberId })
      expect(after.memberId).not.toBe(before.memberId)
      expect(await rig.sync({ ...after, ...instance })).toMatchObject({ errorCode: 0, assignment: Uint8Array.of(5) })
      expect(await codeOf(rig.heartbeat({ ...before, ...instance }))).toBe('FENCED_INSTANCE_ID')
      expect(await rig.join({ ...instance, memberId: before.memberId })).toMatchObject({ errorCode: errorCode('FENCED_INSTANCE_ID') })
      await rig.restart()
      expect(await rig.heartbeat({ ...after, ...instance })).toBe(0)
      expect(await stateOf(rig)).toBe('Stable')
    })
  })

  it('of an older client is not told that it leads, since it would assign to an id that is gone', async () => {
    await GroupRig.run({}, async (rig) => {
      const before = await rig.join(instance)
      await rig.sync({ ...before, ...instance })
      const after = await rig.join({ ...instance, supportsSkippingAssignment: false })
      expect(after).toMatchObject({ errorCode: 0, leaderId: before.memberId, members: [], skipAssignment: false })
    })
  })

  it('that is away keeps its place until its session ends', async () => {
    await GroupRig.run({}, async (rig) => {
      const [leader] = (await rig.stable(1)) as [JoinResult]
      const joining = rig.join(instance)
      await rig.sync(await rig.join({ memberId: leader.memberId }))
      const joined = await joining
      expect(await rig.sync({ ...joined, ...instance })).toMatchObject({ errorCode: 0 })
      const again = rig.join({ memberId: leader.memberId, rebalanceTimeoutMs: 4000 })
      await rig.doors.clock.sleep(9000)
      expect(await sizeOf(rig)).toBe(2)
      await rig.doors.clock.sleep(30_000)
      expect((await again).generationId).toBe(joined.generationId + 1)
      expect(await codeOf(rig.heartbeat({ ...joined, ...instance }))).toBe('UNKNOWN_MEMBER_ID')
    })
  })
})

describe('what outlives the coordinator', () => {
  it('is a Stable group with its members, assignments and generation; a rebalance under way begins anew', async () => {
    await GroupRig.run({}, async (rig) => {
      const [leader, other] = (await rig.stable(2)) as [JoinResult, JoinResult]
      const third = codeOf(rig.join())
      await rig.restart()
      expect(await third).toBe('NOT_COORDINATOR')
      expect(await stateOf(rig)).toBe('Stable')
      expect([await rig.heartbeat(leader), await rig.heartbeat(other)]).toEqual([0, 0])
      expect(await rig.sync(other)).toMatchObject({ errorCode: 0, assignment: Uint8Array.of(1) })
      expect(await rig.commit(5, other)).toBe(0)
    })
  })

  it('is no assignment that was not committed: nobody had got one', async () => {
    await GroupRig.run({}, async (rig) => {
      const joined = await rig.join()
      rig.log.commitDelayMs = undefined
      const syncing = codeOf(rig.sync({ ...joined, assignments: [{ memberId: joined.memberId, assignment: Uint8Array.of(1) }] }))
      expect(rig.log.uncommittedCount).toBe(1)
      rig.log.commitDelayMs = 0
      await rig.restart()
      expect(['COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR']).toContain(await syncing)
      expect(await stateOf(rig)).toBeUndefined()
      expect(await codeOf(rig.heartbeat(joined))).toBe('UNKNOWN_MEMBER_ID')
    })
  })

  it('is that a group became empty: its generations go on from there', async () => {
    await GroupRig.run({}, async (rig) => {
      const [leader] = (await rig.stable(1)) as [JoinResult]
      await rig.leave(leader.memberId)
      await rig.restart()
      expect(await stateOf(rig)).toBe('Empty')
      expect((await rig.join()).generationId).toBe(3)
    })
  })
})

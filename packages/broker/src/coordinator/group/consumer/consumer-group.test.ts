import { describe, expect, it } from 'vitest'
import { codeOf, GROUP, GroupRig } from '../../testing-support/group-rig.ts'
import { TestConsumer, type TestConsumerOptions } from '../../testing-support/test-consumer.ts'
import { imageOf, topicImage } from '../../testing-support/topic-images.ts'
import type { JoinResult } from '../group-results.ts'

const stateOf = async (rig: GroupRig) => (await rig.describeConsumers()).state
const orders = (count: number) => topicImage('orders', count, 1)
const payments = topicImage('payments', 2, 2)

/** Joins members one after the other, and has everybody beat until nobody has anything to do. */
async function stable(rig: GroupRig, count: number, options: TestConsumerOptions = {}): Promise<TestConsumer[]> {
  const consumers: TestConsumer[] = []
  for (let index = 0; index < count; index++) {
    const consumer = new TestConsumer(rig, `m${index}`, options)
    await consumer.beat()
    consumers.push(consumer)
    await settle(rig, consumers)
  }
  return consumers
}

async function settle(rig: GroupRig, consumers: readonly TestConsumer[]): Promise<void> {
  for (let round = 0; round < 10 && (await stateOf(rig)) !== 'Stable'; round++) {
    await rig.doors.clock.sleep(100)
    for (const consumer of consumers) await consumer.beat()
  }
  expect(await stateOf(rig)).toBe('Stable')
}

describe('a group of the consumer protocol', () => {
  it('gives the first member everything with the answer to its first heartbeat', async () => {
    await GroupRig.run({}, async (rig) => {
      const first = new TestConsumer(rig, 'a')
      expect(await first.beat()).toMatchObject({
        memberId: 'a',
        memberEpoch: 1,
        heartbeatIntervalMs: 5000,
        sessionTimeoutMs: 45_000,
        isReconciling: false,
      })
      expect(first.numbers).toEqual([0, 1, 2, 3])
      expect(await first.beat()).toMatchObject({ memberEpoch: 1, assignment: null })
      expect(await stateOf(rig)).toBe('Stable')
    })
  })

  it('lets nobody have a partition before the one who had it says that it has given it up', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1)) as [TestConsumer]
      const second = new TestConsumer(rig, 'b')
      expect(await second.beat()).toMatchObject({ memberEpoch: 2, assignment: [], isReconciling: true })
      expect(await first.send()).toMatchObject({ memberEpoch: 1, assignment: [{ partitions: [0, 1] }] })
      // It heard, and still works on all four.
      first.hasChanged = true
      await first.send()
      expect((await second.beat()).assignment).toBeNull()
      expect(await stateOf(rig)).toBe('Reconciling')
      first.owned = [{ topicId: orders(4).id, partitions: [0, 1] }]
      expect(await first.beat()).toMatchObject({ memberEpoch: 2 })
      await second.beat()
      expect([first.numbers, second.numbers]).toEqual([
        [0, 1],
        [2, 3],
      ])
      expect(await stateOf(rig)).toBe('Stable')
    })
  })

  it('gives on each partition as soon as it is given up, and takes no commit of it from who had it', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1)) as [TestConsumer]
      const second = new TestConsumer(rig, 'b')
      await second.beat()
      await first.send()
      const waiting = second.beat({ maxWaitMs: 60_000 })
      first.owned = [{ topicId: orders(4).id, partitions: [0, 1, 3] }]
      first.hasChanged = true
      expect(await first.send()).toMatchObject({ memberEpoch: 1 })
      await waiting
      expect(second.numbers).toEqual([2])
      const commit = (partition: number) => rig.commit(5, { memberId: first.memberId, generationId: 1, partition })
      expect(await codeOf(commit(2))).toBe('STALE_MEMBER_EPOCH')
      expect(await Promise.all([commit(1), commit(3)])).toEqual([0, 0])
      await rig.restart()
      expect(await codeOf(commit(2))).toBe('STALE_MEMBER_EPOCH')
      first.owned = [{ topicId: orders(4).id, partitions: [0, 1] }]
      await settle(rig, [first, second])
      expect([first.numbers, second.numbers]).toEqual([
        [0, 1],
        [2, 3],
      ])
    })
  })

  it('gives a member its rebalance timeout once, however slowly it gives up one partition after the other', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1, { rebalanceTimeoutMs: 8000 })) as [TestConsumer]
      await new TestConsumer(rig, 'b').beat()
      await first.send()
      await rig.doors.clock.sleep(6000)
      first.owned = [{ topicId: orders(4).id, partitions: [0, 1, 3] }]
      first.hasChanged = true
      await first.send()
      await rig.doors.clock.sleep(1900)
      await first.send()
      await rig.doors.clock.sleep(200)
      expect(await codeOf(first.send())).toBe('UNKNOWN_MEMBER_ID')
    })
  })

  it('pushes what there is to tell to a heartbeat that is parked', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1)) as [TestConsumer]
      const parked = first.beat({ maxWaitMs: 60_000 })
      const second = new TestConsumer(rig, 'b')
      await second.beat()
      expect((await parked).assignment).toMatchObject([{ partitions: [0, 1] }])
      const startedMs = rig.doors.clock.now()
      const waiting = second.beat({ maxWaitMs: 60_000 })
      await first.beat({ maxWaitMs: 0 })
      await waiting
      expect(second.numbers).toEqual([2, 3])
      expect(rig.doors.clock.now() - startedMs).toBeLessThan(10)
    })
  })

  it('parks a heartbeat for the heartbeat interval at most, or until a newer one comes', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1)) as [TestConsumer]
      const startedMs = rig.doors.clock.now()
      expect(await first.beat({ maxWaitMs: 60_000 })).toMatchObject({ memberEpoch: 1, assignment: null })
      expect(rig.doors.clock.now() - startedMs).toBe(5000)
      const older = first.beat({ maxWaitMs: 60_000 })
      const newer = first.beat({ maxWaitMs: 1000 })
      expect(await older).toMatchObject({ memberEpoch: 1, assignment: null })
      expect(rig.doors.clock.now() - startedMs).toBe(5000)
      await newer
      expect(rig.doors.clock.now() - startedMs).toBe(6000)
    })
  })

  it('ends what is parked when it loses its coordinator, or the member', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first, second] = (await stable(rig, 2)) as [TestConsumer, TestConsumer]
      const [one, other] = [first.beat({ maxWaitMs: 5000 }), codeOf(second.beat({ maxWaitMs: 5000 }))]
      await first.leave()
      expect(await one).toMatchObject({ memberEpoch: 2, assignment: null })
      await rig.restart()
      expect(await other).toBe('it was not refused')
      await second.beat()
      const last = codeOf(second.beat({ maxWaitMs: 5000 }))
      await rig.restart()
      expect(await last).toBe('NOT_COORDINATOR')
    })
  })

  it('goes on without a member that leaves, that is silent for its session, or that does not give up in time', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first, second, third] = (await stable(rig, 3, { rebalanceTimeoutMs: 8000 })) as [TestConsumer, TestConsumer, TestConsumer]
      await third.leave()
      await settle(rig, [first, second])
      expect([...first.numbers, ...second.numbers].sort()).toEqual([0, 1, 2, 3])
      for (let seconds = 0; seconds < 46; seconds += 5) {
        await rig.doors.clock.sleep(5000)
        await first.beat()
      }
      await first.beat()
      expect(first.numbers).toEqual([0, 1, 2, 3])
      expect(await codeOf(second.beat())).toBe('UNKNOWN_MEMBER_ID')
      second.reset()
      await second.beat()
      await first.send()
      await rig.doors.clock.sleep(7900)
      expect(await codeOf(first.send())).toBe('it was not refused')
      await rig.doors.clock.sleep(101)
      expect(await codeOf(first.send())).toBe('UNKNOWN_MEMBER_ID')
      await second.beat()
      expect(second.numbers).toEqual([0, 1, 2, 3])
    })
  })

  it('fences a member that is in another epoch, and takes one that missed its last answer for what it is', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first, second] = (await stable(rig, 2)) as [TestConsumer, TestConsumer]
      expect(await codeOf(first.send({ memberEpoch: 7 }))).toBe('FENCED_MEMBER_EPOCH')
      await second.leave()
      await first.send()
      // That answer is lost: it was the one with epoch 3 and everything.
      expect(first.epoch).toBe(2)
      expect(await first.beat()).toMatchObject({ memberEpoch: 3, assignment: [{ partitions: [0, 1, 2, 3] }] })
      expect(await codeOf(first.send({ memberEpoch: 1 }))).toBe('FENCED_MEMBER_EPOCH')
      expect(await codeOf(first.send({ memberEpoch: 2, ownedPartitions: [{ topicId: orders(4).id, partitions: [9] }] }))).toBe(
        'FENCED_MEMBER_EPOCH',
      )
      expect(await first.sendAll()).toMatchObject({ memberEpoch: 3, assignment: [{ partitions: [0, 1, 2, 3] }] })
    })
  })

  it('lets a member that was fenced begin anew under its id, and nobody else in its name', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first, second] = (await stable(rig, 2)) as [TestConsumer, TestConsumer]
      const zombie = { memberId: first.memberId, generationId: first.epoch }
      first.reset()
      expect(await first.beat()).toMatchObject({ memberEpoch: 3 })
      await second.beat()
      expect(first.numbers).toEqual([0, 1])
      expect(await codeOf(rig.commit(5, zombie))).toBe('STALE_MEMBER_EPOCH')
      expect(await rig.commit(6, { memberId: first.memberId, generationId: 3 })).toBe(0)
    })
  })

  it('is assigned anew when topics come, grow and go', async () => {
    await GroupRig.run({}, async (rig) => {
      const options = { topics: ['orders', 'payments'] }
      const [first, second] = (await stable(rig, 2, options)) as [TestConsumer, TestConsumer]
      await rig.setImage(imageOf([orders(4), payments]))
      await settle(rig, [first, second])
      expect([first.partitions.length, second.partitions.length]).toEqual([3, 3])
      await rig.setImage(imageOf([orders(6), payments]))
      await settle(rig, [first, second])
      expect([first.partitions.length, second.partitions.length]).toEqual([4, 4])
      await rig.setImage(imageOf([payments]))
      await settle(rig, [first, second])
      expect([first.partitions.length, second.partitions.length]).toEqual([1, 1])
    })
  })

  it('finds out when it is loaded that topics changed meanwhile', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1)) as [TestConsumer]
      rig.image = imageOf([orders(5)])
      await rig.restart()
      await first.beat()
      expect(first.numbers).toEqual([0, 1, 2, 3, 4])
    })
  })

  it('follows a regular expression in RE2 syntax', async () => {
    await GroupRig.run({}, async (rig) => {
      const first = new TestConsumer(rig, 'a', { regex: 'pay.*|(?i)ORDERS' })
      await first.beat()
      expect(first.partitions).toHaveLength(4)
      await rig.setImage(imageOf([orders(4), payments, topicImage('repayments', 1, 3), topicImage('__consumer_offsets', 1, 4)]))
      await first.beat()
      expect(first.partitions).toHaveLength(6)
      await rig.restart()
      await first.beat({ subscribedTopicRegex: '', subscribedTopicNames: ['payments'] })
      expect(first.partitions).toHaveLength(2)
      for (const subscribedTopicRegex of ['(', '(?=x)', 'a'.repeat(1001), '(ab){999}'])
        expect(await codeOf(first.send({ subscribedTopicRegex }))).toBe('INVALID_REGULAR_EXPRESSION')
    })
  })

  it('keeps the place of a static member that says it will be back, for its session', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1)) as [TestConsumer]
      const fixed = new TestConsumer(rig, 'b', { instanceId: 'i' })
      await fixed.beat()
      await settle(rig, [first, fixed])
      const had = fixed.partitions
      expect(await codeOf(new TestConsumer(rig, 'c', { instanceId: 'i' }).beat())).toBe('UNRELEASED_INSTANCE_ID')
      await fixed.leave(-2)
      expect(await stateOf(rig)).toBe('Stable')
      const back = new TestConsumer(rig, 'c', { instanceId: 'i' })
      expect(await back.beat()).toMatchObject({ memberEpoch: 2 })
      expect(back.partitions).toEqual(had)
      expect(await codeOf(fixed.send({ memberEpoch: 2 }))).toBe('FENCED_INSTANCE_ID')
      expect(await first.beat()).toMatchObject({ memberEpoch: 2, assignment: null })
      await back.leave(-2)
      await rig.restart()
      for (let seconds = 0; seconds <= 45; seconds += 5) {
        await rig.doors.clock.sleep(5001)
        await first.beat()
      }
      await first.beat()
      expect(first.numbers).toEqual([0, 1, 2, 3])
    })
  })

  it('is assigned by what most members ask for', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1, { assignor: 'range' })) as [TestConsumer]
      expect((await rig.describeConsumers()).assignor).toBe('range')
      const second = new TestConsumer(rig, 'b')
      await second.beat()
      await settle(rig, [first, second])
      expect((await rig.describeConsumers()).assignor).toBe('range')
      expect(await codeOf(new TestConsumer(rig, 'c', { assignor: 'sticky' }).beat())).toBe('UNSUPPORTED_ASSIGNOR')
    })
  })

  it.each([
    ['an epoch that is none', { memberEpoch: -3 }],
    ['no subscription', { subscribedTopicNames: null }],
    ['no rebalance timeout', { rebalanceTimeoutMs: -1 }],
    ['partitions', { ownedPartitions: [{ topicId: orders(4).id, partitions: [0] }] }],
    ['an empty instance id', { instanceId: '' }],
    ['a topic name that no record holds', { subscribedTopicNames: ['x'.repeat(40_000)] }],
  ])('refuses who joins with %s', async (_what, wrong) => {
    await GroupRig.run({}, async (rig) => {
      expect(await codeOf(new TestConsumer(rig, 'a').beat(wrong))).toBe('INVALID_REQUEST')
      expect(await rig.see((state) => state.groups.size)).toBe(0)
    })
  })

  it('takes in as many members as it may', async () => {
    await GroupRig.run({ 'group.consumer.max.size': '2' }, async (rig) => {
      await stable(rig, 2)
      expect(await codeOf(new TestConsumer(rig, 'x').beat())).toBe('GROUP_MAX_SIZE_REACHED')
    })
  })

  it('assigns once for all who come together', async () => {
    await GroupRig.run({}, async (rig) => {
      const consumers = Array.from({ length: 100 }, (_, index) => new TestConsumer(rig, `m${index}`))
      await Promise.all(consumers.map((consumer) => consumer.beat()))
      const { assignmentEpoch, groupEpoch, members } = await rig.describeConsumers()
      expect([assignmentEpoch, groupEpoch, members.length]).toEqual([100, 100, 100])
      expect(consumers.every(({ epoch }) => epoch === 1 || epoch === 100)).toBe(true)
      expect(await rig.see(() => rig.log.highWatermark)).toBeLessThan(600)
    })
  })

  it('goes on without a silent member also when the disk refused that at first', async () => {
    await GroupRig.run({}, async (rig) => {
      await stable(rig, 1)
      await rig.doors.clock.sleep(44_000)
      rig.log.isFull = true
      await rig.doors.clock.sleep(2000)
      expect(await stateOf(rig)).toBe('Stable')
      rig.log.isFull = false
      await rig.doors.clock.sleep(1100)
      expect(await stateOf(rig)).toBe('Empty')
    })
  })

  it('tells who waits as soon as a silent member is out, and a member that comes back late that it is out', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first, second] = (await stable(rig, 2)) as [TestConsumer, TestConsumer]
      for (let seconds = 0; seconds < 40; seconds += 5) {
        await rig.doors.clock.sleep(5000)
        await first.beat()
      }
      const startedMs = rig.doors.clock.now()
      while (first.numbers.length < 4) await first.beat({ maxWaitMs: 5000 })
      expect(rig.doors.clock.now() - startedMs).toBeLessThan(5100)
      expect(await codeOf(second.beat())).toBe('UNKNOWN_MEMBER_ID')
      expect(await codeOf(rig.commit(1, { memberId: second.memberId, generationId: 2 }))).toBe('UNKNOWN_MEMBER_ID')
    })
  })

  it('notices topics that came while the disk refused everything', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1)) as [TestConsumer]
      rig.log.isFull = true
      await rig.setImage(imageOf([orders(6)])).catch(() => undefined)
      rig.log.isFull = false
      await rig.doors.clock.sleep(1100)
      await first.beat()
      expect(first.numbers).toEqual([0, 1, 2, 3, 4, 5])
    })
  })

  it('is tried again when the disk refused its assignment', async () => {
    await GroupRig.run({}, async (rig) => {
      rig.log.refuseFrom = 1
      const first = new TestConsumer(rig, 'a')
      const joining = first.beat()
      await rig.doors.clock.sleep(500)
      expect(await stateOf(rig)).toBe('Assigning')
      rig.log.refuseFrom = undefined
      expect(await joining).toMatchObject({ memberEpoch: 1 })
      expect(first.numbers).toEqual([0, 1, 2, 3])
    })
  })
})

describe('groups of two protocols', () => {
  it('refuse members of the other one, by name', async () => {
    await GroupRig.run({}, async (rig) => {
      const [consumer] = (await stable(rig, 1)) as [TestConsumer]
      expect(await rig.join()).toMatchObject({ errorCode: 23 })
      expect(await codeOf(rig.heartbeat({ memberId: consumer.memberId, generationId: 1 }))).toBe('UNKNOWN_MEMBER_ID')
      expect(await rig.leave(consumer.memberId)).toEqual([25])
      const classic = await rig.join({ groupId: 'other' })
      const stranger = new TestConsumer(rig, 'x', { groupId: 'other' })
      expect(await codeOf(stranger.beat())).toBe('INCONSISTENT_GROUP_PROTOCOL')
      expect(await codeOf(stranger.send({ memberEpoch: 3 }))).toBe('INCONSISTENT_GROUP_PROTOCOL')
      expect(classic.errorCode).toBe(0)
    })
  })

  it('change over while they are empty, and keep their offsets', async () => {
    await GroupRig.run({}, async (rig) => {
      const [classic] = (await rig.stable(1)) as [JoinResult]
      await rig.commit(3, { memberId: classic.memberId, generationId: 1 })
      await rig.leave(classic.memberId)
      const [consumer] = (await stable(rig, 1)) as [TestConsumer]
      expect(await rig.commit(4, { memberId: consumer.memberId, generationId: 1 })).toBe(0)
      await consumer.leave()
      await rig.restart()
      const [again] = (await rig.stable(1)) as [JoinResult]
      expect(await rig.commit(5, again)).toBe(0)
      await rig.restart()
      expect(await rig.see((state) => [state.groups.get(GROUP)?.type, state.offsetsOf(GROUP)?.get('orders', 0)?.offset])).toEqual([
        'classic',
        5,
      ])
    })
  })
})

describe('offsets of a group of the consumer protocol', () => {
  it('are committed by a member in its epoch, or by anybody while there are no members', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1)) as [TestConsumer]
      const by = { memberId: first.memberId, generationId: 1 }
      expect(await rig.commit(1, by)).toBe(0)
      expect(await codeOf(rig.commit(2, { ...by, generationId: 2 }))).toBe('STALE_MEMBER_EPOCH')
      expect(await codeOf(rig.commit(2, { ...by, memberId: 'x' }))).toBe('UNKNOWN_MEMBER_ID')
      expect(await codeOf(rig.commit(2))).toBe('UNKNOWN_MEMBER_ID')
      await first.leave()
      expect(await rig.commit(9)).toBe(0)
    })
  })

  it('are committed in an older epoch too, of what the member has had since', async () => {
    await GroupRig.run({}, async (rig) => {
      const [first] = (await stable(rig, 1)) as [TestConsumer]
      const second = new TestConsumer(rig, 'b')
      await second.beat()
      await settle(rig, [first, second])
      expect([first.epoch, first.numbers]).toEqual([2, [0, 1]])
      const by = { memberId: first.memberId, generationId: 1 }
      expect(await rig.commit(5, { ...by, partition: 0 })).toBe(0)
      expect(await codeOf(rig.commit(5, { ...by, partition: 2 }))).toBe('STALE_MEMBER_EPOCH')
      expect(await codeOf(rig.commit(5, { ...by, memberId: 'b', partition: 2 }))).toBe('STALE_MEMBER_EPOCH')
      expect(await codeOf(rig.fetch({ memberId: 'b', memberEpoch: 1 }, [2]))).toBe('STALE_MEMBER_EPOCH')
      expect(await codeOf(rig.fetch({ memberId: 'b', memberEpoch: 2 }, [2]))).toBe('it was not refused')
      expect(await codeOf(rig.fetch({ memberId: 'x', memberEpoch: 2 }, [2]))).toBe('UNKNOWN_MEMBER_ID')
    })
  })

  it('expire with an empty group, and the group with them', async () => {
    await GroupRig.run({ 'offsets.retention.minutes': '60', 'offsets.retention.check.interval.ms': '60000' }, async (rig) => {
      const [first] = (await stable(rig, 1)) as [TestConsumer]
      await rig.commit(1, { memberId: first.memberId, generationId: 1 })
      for (let minute = 0; minute < 90; minute += 0.5) {
        await rig.doors.clock.sleep(30_000)
        await first.beat()
      }
      await first.leave()
      await rig.doors.clock.sleep(59 * 60_000)
      expect(await rig.see((state) => state.offsetsOf(GROUP)?.get('orders', 0)?.offset)).toBe(1)
      await rig.doors.clock.sleep(3 * 60_000)
      expect(await rig.see((state) => [state.groups.size, state.offsetsOf(GROUP)])).toEqual([0, undefined])
      await rig.restart()
      expect(await rig.see((state) => state.groups.size)).toBe(0)
    })
  })
})

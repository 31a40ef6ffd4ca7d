import type { Kafka } from '@kafka-ts/client'
import { startBroker, type TestBroker } from '@kafka-ts/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

describe('groups in the admin', () => {
  let broker: TestBroker
  let kafka: Kafka

  beforeAll(async () => {
    broker = await startBroker({ dataDir: 'memory', topics: [{ topic: 'orders', partitions: 3 }, 'audit'] })
    kafka = broker.kafka()
  })

  afterAll(() => broker.close())

  const offsetsOf = async (groupId: string, options: { readonly topics?: readonly string[] } = {}) => {
    const [outcome] = await kafka.admin.fetchGroupOffsets([groupId], options)
    if (outcome?.error !== undefined) throw outcome.error
    return outcome?.offsets.toSorted((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition)
  }

  it('get offsets from outside, which makes them, and are read back by topic name', async () => {
    const outcomes = await kafka.admin.commitGroupOffsets('reset', [
      { topic: 'orders', partition: 2, offset: 41, metadata: 'by hand', leaderEpoch: 0 },
      { topic: 'orders', partition: 7, offset: 1 },
      { topic: 'audit', partition: 0, offset: 0 },
      { topic: 'missing', partition: 0, offset: 1 },
    ])
    expect(outcomes.map(({ topic, partition, error }) => [topic, partition, error?.code])).toEqual([
      ['orders', 2, undefined],
      ['orders', 7, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['audit', 0, undefined],
      ['missing', 0, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ])
    expect(await offsetsOf('reset')).toEqual([
      { topic: 'audit', partition: 0, offset: 0, metadata: '', leaderEpoch: -1 },
      { topic: 'orders', partition: 2, offset: 41, metadata: 'by hand', leaderEpoch: 0 },
    ])
    expect(await offsetsOf('reset', { topics: ['audit'] })).toHaveLength(1)
    expect(await offsetsOf('nobody')).toEqual([])
  })

  it('are listed and described without members', async () => {
    await kafka.admin.commitGroupOffsets('listed', [{ topic: 'orders', partition: 0, offset: 1 }])
    const listed = { groupId: 'listed', type: 'classic', state: 'Empty', protocolType: '' }
    expect(await kafka.admin.listGroups()).toContainEqual(listed)
    expect(await kafka.admin.listGroups({ states: ['Stable'] })).toEqual([])
    expect(await kafka.admin.describeGroup('listed')).toEqual({ ...listed, coordinator: 1, assignor: '', groupEpoch: 0, members: [] })
    const [known, unknown] = await kafka.admin.describeGroups(['listed', 'nobody'])
    expect(known?.description?.groupId).toBe('listed')
    expect(unknown?.error).toMatchObject({ code: 'GROUP_ID_NOT_FOUND', message: expect.stringContaining('"nobody"') })
    await expect(kafka.admin.describeGroup('nobody')).rejects.toMatchObject({ code: 'GROUP_ID_NOT_FOUND' })
  })

  it('lose offsets one by one, and all of them when they are deleted', async () => {
    const offsets = [0, 1, 2].map((partition) => ({ topic: 'orders', partition, offset: 5 }))
    await kafka.admin.commitGroupOffsets('shrinking', offsets)
    const outcomes = await kafka.admin.deleteGroupOffsets('shrinking', [
      { topic: 'orders', partition: 1 },
      { topic: 'missing', partition: 0 },
    ])
    expect(outcomes.map(({ error }) => error?.code)).toEqual([undefined, 'UNKNOWN_TOPIC_OR_PARTITION'])
    expect((await offsetsOf('shrinking'))?.map(({ partition }) => partition)).toEqual([0, 2])
    await kafka.admin.deleteGroup('shrinking')
    expect(await offsetsOf('shrinking')).toEqual([])
    const [again] = await kafka.admin.deleteGroups(['shrinking'])
    expect(again?.error).toMatchObject({ code: 'GROUP_ID_NOT_FOUND' })
    await expect(kafka.admin.deleteGroupOffsets('shrinking', [{ topic: 'orders', partition: 0 }])).rejects.toMatchObject({
      code: 'GROUP_ID_NOT_FOUND',
    })
  })

  it('refuse an offset that cannot be, before anything is asked', async () => {
    for (const offset of [-1, 0.5, Number.NaN, 2 ** 53]) {
      await expect(kafka.admin.commitGroupOffsets('g', [{ topic: 'orders', partition: 0, offset }])).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      })
    }
    await expect(kafka.admin.commitGroupOffsets('', [{ topic: 'orders', partition: 0, offset: 1 }])).rejects.toMatchObject({
      code: 'INVALID_GROUP_ID',
    })
  })

  it('with members are described with who works on what, and are not changed from outside', async () => {
    await using consumer = kafka.consumer({ group: 'busy', topics: ['orders'], from: 'earliest' })
    const assigned = new Promise((resolve) => consumer.on('assigned', resolve))
    const reading = consumer.batches().next()
    await assigned
    const { members, ...group } = await kafka.admin.describeGroup('busy')
    expect(group).toEqual({
      groupId: 'busy',
      type: 'consumer',
      state: 'Stable',
      protocolType: 'consumer',
      coordinator: 1,
      assignor: 'uniform',
      groupEpoch: expect.any(Number),
    })
    const assignment = [0, 1, 2].map((partition) => ({ topic: 'orders', partition }))
    expect(members).toMatchObject([
      { memberId: consumer.memberId, instanceId: null, subscribedTopics: ['orders'], assignment, targetAssignment: assignment },
    ])
    expect(await kafka.admin.listGroups({ types: ['consumer'] })).toMatchObject([{ groupId: 'busy', state: 'Stable' }])
    const partition = { topic: 'orders', partition: 0 }
    await expect(kafka.admin.commitGroupOffsets('busy', [{ ...partition, offset: 1 }])).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' })
    await expect(kafka.admin.deleteGroup('busy')).rejects.toMatchObject({ code: 'NON_EMPTY_GROUP' })
    const [subscribed] = await kafka.admin.deleteGroupOffsets('busy', [partition])
    expect(subscribed?.error).toMatchObject({ code: 'GROUP_SUBSCRIBED_TO_TOPIC' })
    await consumer.close()
    await reading
    expect(await kafka.admin.describeGroup('busy')).toMatchObject({ state: 'Empty', members: [] })
    await kafka.admin.deleteGroup('busy')
  })

  it('have configs of their own, which say where they come from', async () => {
    const resource = { type: 'group', name: 'configured' } as const
    const name = 'consumer.session.timeout.ms'
    const describe = async () => (await kafka.admin.describeConfigs([resource], { names: [name] }))[0]
    expect((await describe())?.configs).toMatchObject([{ name, value: '45000', isDefault: true }])
    const alter = async (value: string) => (await kafka.admin.alterConfigs([{ resource, changes: [{ name, operation: 'set', value }] }]))[0]
    expect((await alter('50000'))?.error).toBeUndefined()
    expect((await describe())?.configs).toMatchObject([{ name, value: '50000', source: 'dynamic-group', isDefault: false }])
    expect((await alter('soon'))?.error).toMatchObject({ code: 'INVALID_CONFIG' })
  })

  it('are many in one call', async () => {
    const groupIds = Array.from({ length: 300 }, (_, index) => `many-${index}`)
    await Promise.all(
      groupIds.map((groupId, offset) => kafka.admin.commitGroupOffsets(groupId, [{ topic: 'orders', partition: 0, offset }])),
    )
    const fetched = await kafka.admin.fetchGroupOffsets(groupIds)
    expect(fetched.map(({ groupId, offsets }) => [groupId, offsets?.[0]?.offset])).toEqual(groupIds.map((id, offset) => [id, offset]))
    expect((await kafka.admin.describeGroups(groupIds)).every(({ description }) => description?.state === 'Empty')).toBe(true)
    expect((await kafka.admin.deleteGroups(groupIds)).every(({ error }) => error === undefined)).toBe(true)
  })
})

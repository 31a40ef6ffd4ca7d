import { errorCode, type OffsetCommitRequest } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { joinAlone, syncAlone } from '../testing-support/kafka-group-member.ts'
import type { RawClient } from '../testing-support/raw-client.ts'
import { simulate } from '../testing-support/simulated.ts'
import { createTopic, type TestBroker } from '../testing-support/test-broker.ts'

const OUTSIDER = { memberId: '', memberEpoch: -1 }
const NO_TOPIC = new Uint8Array(16).fill(7)

/** Settings with which a member of a classic group waits for nobody. */
const SETTINGS = { 'group.initial.rebalance.delay.ms': '0' }

/** `ConsumerProtocolAssignment` version 0 of partition 2 of `orders` and partition 0 of a topic that is not there. */
const ASSIGNMENT = Buffer.concat([
  Buffer.from([0, 0, 0, 0, 0, 2]),
  ...[...assigned('orders', 2), ...assigned('gone', 0)],
  Buffer.from([255, 255, 255, 255]),
])

function assigned(topic: string, partition: number): Buffer[] {
  return [Buffer.from([0, topic.length]), Buffer.from(topic), Buffer.from([0, 0, 0, 1, 0, 0, 0, partition])]
}

interface World {
  readonly test: TestBroker
  readonly client: RawClient
  readonly topicId: Uint8Array
}

/** A broker with the topic `orders`, of three partitions, and the internal topic of groups. */
async function withTopic(run: (world: World) => Promise<void>): Promise<void> {
  await simulate(SETTINGS, async ({ test }) => {
    const client = await test.connect()
    const topicId = await createTopic(client, 'orders', { partitions: 3 })
    await client.send('findCoordinator', { groupIds: ['g'] })
    await run({ test, client, topicId })
  })
}

async function joinClassic({ test }: World, groupId: string, assignment: Uint8Array = ASSIGNMENT): Promise<string> {
  const kafka = await test.connectKafka()
  const member = await joinAlone(kafka, groupId)
  await syncAlone(kafka, { groupId, ...member, assignment })
  return member.memberId
}

async function commit({ client, topicId }: World, groupId: string, change: Partial<OffsetCommitRequest> = {}) {
  const partitions = [{ partition: 1, offset: 7, leaderEpoch: 0, metadata: 'here' }]
  const { response } = await client.send('offsetCommit', { groupId, ...OUTSIDER, topics: [{ topicId, partitions }], ...change })
  return response.topics
}

describe('the native APIs of groups', () => {
  it('tell who commits as a member of a group that is not there that it is none', async () => {
    await withTopic(async (world) => {
      await expect(commit(world, 'nowhere', { memberId: 'm', memberEpoch: 3 })).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' })
    })
  })

  it('find the coordinator of each group, and make the internal topic for the first', async () => {
    await simulate(SETTINGS, async ({ test }) => {
      const client = await test.connect()
      const { response } = await client.send('findCoordinator', { groupIds: ['g', '', 'h'] })
      expect(response.coordinators.map(({ groupId, errorCode: code, brokerId }) => [groupId, code, brokerId])).toEqual([
        ['g', 0, 1],
        ['', errorCode('INVALID_GROUP_ID'), -1],
        ['h', 0, 1],
      ])
      const { response: metadata } = await client.send('metadata', { topics: null, allowAutoCreate: false })
      expect(metadata.topics.map(({ name, isInternal }) => [name, isInternal])).toEqual([['__consumer_offsets', true]])
    })
  })

  it('commit offsets from outside, and tell of them by topic and as a whole', () =>
    withTopic(async (world) => {
      const { client, topicId } = world
      const partitions = [
        { partition: 1, offset: 7, leaderEpoch: 0, metadata: 'here' },
        { partition: 3, offset: 1, leaderEpoch: -1, metadata: '' },
        { partition: 0, offset: 2 ** 40, leaderEpoch: -1, metadata: '' },
      ]
      const committed = await commit(world, 'g', {
        topics: [
          { topicId: NO_TOPIC, partitions: [{ partition: 0, offset: 1, leaderEpoch: -1, metadata: '' }] },
          { topicId, partitions },
        ],
      })
      expect(committed.map((topic) => topic.partitions.map(({ partition, errorCode: code }) => [partition, code]))).toEqual([
        [[0, errorCode('UNKNOWN_TOPIC_ID')]],
        [
          [1, 0],
          [3, errorCode('UNKNOWN_TOPIC_OR_PARTITION')],
          [0, 0],
        ],
      ])
      const some = [
        { topicId, partitions: [0, 2] },
        { topicId: NO_TOPIC, partitions: [0] },
      ]
      const groups = [
        { groupId: 'g', ...OUTSIDER, topics: some },
        { groupId: 'g', ...OUTSIDER, topics: null },
        { groupId: 'nobody', ...OUTSIDER, topics: null },
      ]
      const { response } = await client.send('offsetFetch', { groups, requireStable: true })
      const none = { leaderEpoch: -1, metadata: '' }
      expect(response.groups).toEqual([
        {
          groupId: 'g',
          errorCode: 0,
          topics: [
            {
              topicId,
              partitions: [
                { partition: 0, errorCode: 0, offset: 2 ** 40, ...none },
                { partition: 2, errorCode: 0, offset: -1, ...none },
              ],
            },
            { topicId: NO_TOPIC, partitions: [{ partition: 0, errorCode: errorCode('UNKNOWN_TOPIC_ID'), offset: -1, ...none }] },
          ],
        },
        {
          groupId: 'g',
          errorCode: 0,
          topics: [
            {
              topicId,
              partitions: [
                { partition: 1, errorCode: 0, offset: 7, leaderEpoch: 0, metadata: 'here' },
                { partition: 0, errorCode: 0, offset: 2 ** 40, ...none },
              ],
            },
          ],
        },
        { groupId: 'nobody', errorCode: 0, topics: [] },
      ])
    }))

  it('refuse commits of those who are not in the group, naming the reason', () =>
    withTopic(async (world) => {
      await joinClassic(world, 'busy')
      await expect(commit(world, 'busy')).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' })
      await expect(commit(world, '')).rejects.toMatchObject({ code: 'INVALID_GROUP_ID' })
      const tooLong = [{ partition: 0, offset: 1, leaderEpoch: -1, metadata: 'x'.repeat(5_000) }]
      const [topic] = await commit(world, 'g', { topics: [{ topicId: world.topicId, partitions: tooLong }] })
      expect(topic?.partitions[0]?.errorCode).toBe(errorCode('OFFSET_METADATA_TOO_LARGE'))
    }))

  it('list groups, all of them or those of a state or a type', () =>
    withTopic(async (world) => {
      await joinClassic(world, 'busy')
      await commit(world, 'offsets-only')
      const list = async (states: string[], types: string[]) => {
        const { response } = await world.client.send('listGroups', { states, types })
        return response.groups.toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1))
      }
      const busy = { groupId: 'busy', protocolType: 'consumer', state: 'Stable', type: 'classic' }
      expect(await list([], [])).toEqual([busy, { groupId: 'offsets-only', protocolType: '', state: 'Empty', type: 'classic' }])
      expect(await list(['stable'], [])).toEqual([busy])
      expect(await list([], ['consumer'])).toEqual([])
    }))

  it('describe a classic group of consumers: who is in it, and who works on what', () =>
    withTopic(async (world) => {
      const memberId = await joinClassic(world, 'busy')
      const { response } = await world.client.send('describeGroups', { groupIds: ['busy', 'nobody'] })
      const assignment = [{ topicId: world.topicId, partitions: [2] }]
      expect(response.groups).toEqual([
        {
          groupId: 'busy',
          errorCode: 0,
          type: 'classic',
          state: 'Stable',
          protocolType: 'consumer',
          assignor: 'range',
          groupEpoch: 1,
          members: [
            {
              memberId,
              instanceId: null,
              rackId: null,
              clientId: expect.any(String),
              clientHost: expect.stringMatching(/^\//),
              memberEpoch: 1,
              subscribedTopicNames: ['orders'],
              subscribedTopicRegex: null,
              assignment,
              targetAssignment: assignment,
            },
          ],
        },
        {
          groupId: 'nobody',
          errorCode: errorCode('GROUP_ID_NOT_FOUND'),
          type: '',
          state: 'Dead',
          protocolType: '',
          assignor: '',
          groupEpoch: -1,
          members: [],
        },
      ])
    }))

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a few bytes', Uint8Array.of(9, 9)],
    ['a part of one', ASSIGNMENT.subarray(0, 11)],
    ['more topics than it has bytes', Uint8Array.of(0, 0, 127, 255, 255, 255, 0, 1, 65)],
  ])('describe a member without partitions whose assignment is %s', (_, assignment) =>
    withTopic(async (world) => {
      await joinClassic(world, 'odd', assignment)
      const { response } = await world.client.send('describeGroups', { groupIds: ['odd'] })
      const [group] = response.groups
      expect([group?.errorCode, group?.state]).toEqual([0, 'Stable'])
      expect(group?.members).toMatchObject([{ subscribedTopicNames: ['orders'], assignment: [], targetAssignment: [] }])
    }),
  )

  it('delete offsets, but not of topics that the group reads', () =>
    withTopic(async (world) => {
      const { client, topicId } = world
      await commit(world, 'g')
      await joinClassic(world, 'busy')
      const remove = async (groupId: string) => {
        const topics = [
          { topicId, partitions: [1, 9] },
          { topicId: NO_TOPIC, partitions: [0] },
        ]
        const { response } = await client.send('offsetDelete', { groupId, topics })
        return response.topics.flatMap((topic) => topic.partitions.map(({ errorCode: code }) => code))
      }
      const missing = [errorCode('UNKNOWN_TOPIC_OR_PARTITION'), errorCode('UNKNOWN_TOPIC_ID')]
      expect(await remove('g')).toEqual([0, ...missing])
      expect(await remove('busy')).toEqual([errorCode('GROUP_SUBSCRIBED_TO_TOPIC'), ...missing])
      await expect(remove('nobody')).rejects.toMatchObject({ code: 'GROUP_ID_NOT_FOUND' })
      const groups = [{ groupId: 'g', ...OUTSIDER, topics: null }]
      const { response } = await client.send('offsetFetch', { groups, requireStable: false })
      expect(response.groups).toEqual([{ groupId: 'g', errorCode: 0, topics: [] }])
    }))

  it('delete groups without members, each by itself', () =>
    withTopic(async (world) => {
      await commit(world, 'g')
      await joinClassic(world, 'busy')
      const { response } = await world.client.send('deleteGroups', { groupIds: ['g', 'busy', 'nobody'] })
      expect(response.groups).toEqual([
        { groupId: 'g', errorCode: 0, errorMessage: null },
        { groupId: 'busy', errorCode: errorCode('NON_EMPTY_GROUP'), errorMessage: expect.stringContaining('Stable') },
        { groupId: 'nobody', errorCode: errorCode('GROUP_ID_NOT_FOUND'), errorMessage: expect.stringContaining('nobody') },
      ])
    }))

  it('forget the offsets of a topic with the topic', () =>
    withTopic(async (world) => {
      const { client, topicId } = world
      await commit(world, 'g')
      await client.send('deleteTopics', { topics: [{ name: 'orders', topicId: null }], timeoutMs: 1_000 })
      const groups = [
        { groupId: 'g', ...OUTSIDER, topics: null },
        { groupId: 'g', ...OUTSIDER, topics: [{ topicId, partitions: [1] }] },
      ]
      const { response } = await client.send('offsetFetch', { groups, requireStable: false })
      expect(response.groups[0]?.topics).toEqual([])
      expect(response.groups[1]?.topics[0]?.partitions).toMatchObject([{ errorCode: errorCode('UNKNOWN_TOPIC_ID'), offset: -1 }])
    }))

  it('say that nothing is coordinated before the internal topic is there', async () => {
    await simulate(SETTINGS, async ({ test }) => {
      const client = await test.connect()
      const { response } = await client.send('describeGroups', { groupIds: ['g'] })
      expect(response.groups[0]?.errorCode).toBe(errorCode('NOT_COORDINATOR'))
      expect((await client.send('listGroups', { states: [], types: [] })).response.groups).toEqual([])
    })
  })
})

import type { ConsumerGroupHeartbeatResponse, KafkaApis, RequestDraftOf } from '@kafka-ts/kafka-wire'
import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { joinAlone, rangeProtocol } from '../../testing-support/kafka-group-member.ts'
import { createKafkaTopic } from '../../testing-support/kafka-requests.ts'
import type { RawKafkaClient } from '../../testing-support/raw-kafka-client.ts'
import { simulate } from '../../testing-support/simulated.ts'

const GROUP = 'billing'
const GROUP_RESOURCE = 32
const GROUP_SOURCE = 8
const DEFAULT_SOURCE = 5
const SET = 0
const DELETE = 1

/** A broker that coordinates groups and has a topic of four partitions. */
async function withTopic(test: (client: RawKafkaClient, topicId: Uint8Array) => Promise<void>): Promise<void> {
  await simulate({}, async ({ test: broker }) => {
    const client = await broker.connectKafka()
    const topicId = await createKafkaTopic(client, 'orders', { partitions: 4 })
    await client.send('findCoordinator', { coordinatorKeys: [GROUP] })
    await test(client, topicId)
  })
}

/** Beats until the coordinator of the group has been loaded. */
async function beat(
  client: RawKafkaClient,
  request: Partial<RequestDraftOf<KafkaApis['consumerGroupHeartbeat']>>,
): Promise<ConsumerGroupHeartbeatResponse> {
  const whole = { groupId: GROUP, memberId: 'a', memberEpoch: 0, ...request }
  for (;;) {
    const answer = await client.send('consumerGroupHeartbeat', whole)
    if (answer.errorCode !== errorCode('COORDINATOR_LOAD_IN_PROGRESS')) return answer as ConsumerGroupHeartbeatResponse
  }
}

const join = { memberEpoch: 0, rebalanceTimeoutMs: 10_000, subscribedTopicNames: ['orders'], topicPartitions: [] }
const partitionsOf = ({ assignment }: ConsumerGroupHeartbeatResponse) =>
  assignment?.topicPartitions.flatMap(({ partitions }) => [...partitions]).sort()

describe("groups of the consumer protocol, through Kafka's door", () => {
  it('have a member that waits for others ask again soon', async () => {
    await withTopic(async (client, topicId) => {
      const first = await beat(client, join)
      expect([first.errorCode, first.memberEpoch, first.heartbeatIntervalMs, partitionsOf(first)]).toEqual([0, 1, 5000, [0, 1, 2, 3]])
      const second = await beat(client, { ...join, memberId: 'b' })
      expect([second.memberEpoch, second.heartbeatIntervalMs, partitionsOf(second)]).toEqual([2, 250, []])
      expect(partitionsOf(await beat(client, { memberEpoch: 1 }))).toEqual([0, 1])
      const kept = [{ topicId, partitions: [0, 1] }]
      expect(await beat(client, { memberEpoch: 1, topicPartitions: kept })).toMatchObject({ memberEpoch: 2, heartbeatIntervalMs: 5000 })
      const released = await beat(client, { memberId: 'b', memberEpoch: 2 })
      expect([partitionsOf(released), released.heartbeatIntervalMs]).toEqual([[2, 3], 5000])
    })
  })

  it('say by name what is wrong, in words for people too', async () => {
    await withTopic(async (client) => {
      await beat(client, join)
      const codes = async (request: Parameters<typeof beat>[1]) => {
        const { errorCode: code, errorMessage } = await beat(client, request)
        return [code, errorMessage]
      }
      expect(await codes({ memberEpoch: 9 })).toEqual([errorCode('FENCED_MEMBER_EPOCH'), expect.stringContaining('epoch 1, not 9')])
      expect(await codes({ memberId: 'x', memberEpoch: 9 })).toEqual([errorCode('UNKNOWN_MEMBER_ID'), expect.stringContaining('x')])
      expect(await codes({ ...join, subscribedTopicRegex: '(' })).toEqual([
        errorCode('INVALID_REGULAR_EXPRESSION'),
        expect.stringContaining('missing closing'),
      ])
      expect(await codes({ ...join, groupId: '' })).toEqual([errorCode('INVALID_GROUP_ID'), expect.any(String)])
      await client.send('findCoordinator', { coordinatorKeys: ['classic'] })
      await joinAlone(client, 'classic')
      expect(await codes({ ...join, groupId: 'classic' })).toEqual([
        errorCode('GROUP_ID_NOT_FOUND'),
        expect.stringContaining('another group protocol'),
      ])
      const protocols = { protocolType: 'consumer', protocols: [rangeProtocol(['orders'])] }
      const joined = await client.send('joinGroup', { groupId: GROUP, sessionTimeoutMs: 10_000, memberId: '', ...protocols }, 3)
      expect(joined.errorCode).toBe(errorCode('INCONSISTENT_GROUP_PROTOCOL'))
    })
  })

  it('take and give offsets in the member epoch, and are listed and described', async () => {
    await withTopic(async (client) => {
      await beat(client, join)
      const commit = async (epoch: number) => {
        const topics = [{ name: 'orders', partitions: [{ partitionIndex: 1, committedOffset: 5, committedMetadata: null }] }]
        const { topics: answers } = await client.send('offsetCommit', {
          groupId: GROUP,
          memberId: 'a',
          generationIdOrMemberEpoch: epoch,
          topics,
        })
        return answers[0]?.partitions[0]?.errorCode
      }
      expect([await commit(1), await commit(2)]).toEqual([0, errorCode('STALE_MEMBER_EPOCH')])
      const fetch = async (memberId: string | null, memberEpoch: number) => {
        const topics = [{ name: 'orders', partitionIndexes: [1] }]
        const { groups } = await client.send('offsetFetch', { groups: [{ groupId: GROUP, memberId, memberEpoch, topics }] })
        return [groups[0]?.errorCode, groups[0]?.topics[0]?.partitions[0]?.committedOffset]
      }
      expect(await fetch('a', 1)).toEqual([0, 5])
      expect(await fetch(null, -1)).toEqual([0, 5])
      expect(await fetch('a', 2)).toEqual([errorCode('STALE_MEMBER_EPOCH'), undefined])
      expect(await fetch('x', 1)).toEqual([errorCode('UNKNOWN_MEMBER_ID'), undefined])
      const { groups } = await client.send('listGroups', { typesFilter: ['consumer'], statesFilter: ['Stable'] })
      expect(groups).toEqual([{ groupId: GROUP, protocolType: 'consumer', groupState: 'Stable', groupType: 'consumer' }])
      const described = await client.send('describeGroups', { groups: [GROUP] })
      expect(described.groups[0]?.groupState).toBe('Dead')
    })
  })
})

describe('configs of groups', () => {
  const resource = (configs: { name: string; configOperation: number; value: string | null }[]) => ({
    resources: [{ resourceType: GROUP_RESOURCE, resourceName: GROUP, configs }],
    validateOnly: false,
  })
  const session = (value: string) => ({ name: 'consumer.session.timeout.ms', configOperation: SET, value })
  const interval = (value: string) => ({ name: 'consumer.heartbeat.interval.ms', configOperation: SET, value })

  it('hold from the next heartbeat on, also for a group that is not there yet', async () => {
    await withTopic(async (client) => {
      const alter = async (configs: { name: string; configOperation: number; value: string | null }[]) =>
        (await client.send('incrementalAlterConfigs', resource(configs))).responses[0]?.errorCode
      expect(await alter([interval('1500')])).toBe(0)
      expect((await beat(client, join)).heartbeatIntervalMs).toBe(1500)
      expect(await alter([interval('2000'), session('10000')])).toBe(0)
      expect((await beat(client, { memberEpoch: 1 })).heartbeatIntervalMs).toBe(2000)
      expect(await alter([{ name: 'consumer.heartbeat.interval.ms', configOperation: DELETE, value: null }])).toBe(0)
      expect((await beat(client, { memberEpoch: 1 })).heartbeatIntervalMs).toBe(5000)
      const replaced = await client.send('alterConfigs', resource([]))
      expect(replaced.responses[0]?.errorCode).toBe(0)
    })
  })

  it.each([
    ['an unknown name', [{ name: 'consumer.session.timeout', configOperation: SET, value: '1' }], 'did you mean'],
    ['too short a session', [session('100')], 'from 6000 to 60000'],
    ['a session no longer than the heartbeat interval', [session('6000'), interval('6000')], 'must be above'],
    ['no number', [interval('soon')], 'a whole number'],
    ['a list operation', [{ name: 'consumer.session.timeout.ms', configOperation: 2, value: '7000' }], 'is not a list'],
  ])('are refused with %s', async (_what, configs, message) => {
    await withTopic(async (client) => {
      const { responses } = await client.send('incrementalAlterConfigs', resource(configs))
      expect(responses[0]).toMatchObject({ errorCode: errorCode('INVALID_CONFIG'), errorMessage: expect.stringContaining(message) })
    })
  })

  it('are described with where they come from', async () => {
    await withTopic(async (client) => {
      await client.send('incrementalAlterConfigs', resource([session('7000')]))
      const { results } = await client.send('describeConfigs', {
        resources: [{ resourceType: GROUP_RESOURCE, resourceName: GROUP, configurationKeys: null }],
        includeSynonyms: true,
      })
      expect(results[0]?.configs.map(({ name, value, configSource, synonyms }) => [name, value, configSource, synonyms])).toEqual([
        [
          'consumer.heartbeat.interval.ms',
          '5000',
          DEFAULT_SOURCE,
          [{ name: 'group.consumer.heartbeat.interval.ms', value: '5000', source: DEFAULT_SOURCE }],
        ],
        [
          'consumer.session.timeout.ms',
          '7000',
          GROUP_SOURCE,
          [
            { name: 'consumer.session.timeout.ms', value: '7000', source: GROUP_SOURCE },
            { name: 'group.consumer.session.timeout.ms', value: '45000', source: DEFAULT_SOURCE },
          ],
        ],
      ])
    })
  })
})

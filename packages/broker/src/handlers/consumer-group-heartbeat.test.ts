import { type ConsumerGroupHeartbeatRequest, errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import type { RawClient } from '../testing-support/raw-client.ts'
import { type Simulation, simulate } from '../testing-support/simulated.ts'
import { createTopic } from '../testing-support/test-broker.ts'

const HEARTBEAT_INTERVAL_MS = 5_000
const SESSION_TIMEOUT_MS = 45_000
const JOIN = 0
const LEAVE = -1

async function withTopic(
  run: (world: { readonly simulation: Simulation; readonly client: RawClient; readonly topicId: Uint8Array }) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  await simulate(settings, async (simulation) => {
    const client = await simulation.test.connect()
    const topicId = await createTopic(client, 'orders', { partitions: 4 })
    await client.send('findCoordinator', { groupIds: ['g'] })
    await run({ simulation, client, topicId })
  })
}

/** A heartbeat of a member that has nothing new to say. */
const quiet = (memberId: string, memberEpoch: number, maxWaitMs = 0): ConsumerGroupHeartbeatRequest => ({
  groupId: 'g',
  memberId,
  memberEpoch,
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: -1,
  subscribedTopicNames: null,
  subscribedTopicRegex: null,
  serverAssignor: null,
  ownedPartitions: null,
  maxWaitMs,
})

const joining = (memberId: string): ConsumerGroupHeartbeatRequest => ({
  ...quiet(memberId, JOIN),
  rebalanceTimeoutMs: 60_000,
  subscribedTopicNames: ['orders'],
  ownedPartitions: [],
})

async function beat(client: RawClient, request: ConsumerGroupHeartbeatRequest) {
  return (await client.send('consumerGroupHeartbeat', request)).response
}

describe('a native heartbeat of a consumer group', () => {
  it('joins, is given partitions by topic id, and leaves', () =>
    withTopic(async ({ client, topicId }) => {
      const joined = await beat(client, joining('one'))
      expect(joined).toEqual({
        memberEpoch: 1,
        heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
        sessionTimeoutMs: SESSION_TIMEOUT_MS,
        assignment: [{ topicId, partitions: [0, 1, 2, 3] }],
      })
      expect(await beat(client, quiet('one', joined.memberEpoch))).toMatchObject({ memberEpoch: 1, assignment: null })
      expect(await beat(client, quiet('one', LEAVE))).toMatchObject({ memberEpoch: LEAVE })
      await expect(beat(client, quiet('one', 1))).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' })
    }))

  it('is parked while there is no news, no longer than the heartbeat interval, and holds up no other request of its connection', () =>
    withTopic(async ({ simulation, client }) => {
      const { memberEpoch } = await beat(client, joining('one'))
      const { clock } = simulation.doors
      const begunMs = clock.monotonic()
      const parked = beat(client, quiet('one', memberEpoch, 600_000))
      await client.send('listGroups', { states: [], types: [] })
      expect(clock.monotonic() - begunMs).toBeLessThan(100)
      expect(await parked).toMatchObject({ memberEpoch, assignment: null })
      expect(clock.monotonic() - begunMs).toBeGreaterThanOrEqual(HEARTBEAT_INTERVAL_MS)
      expect(clock.monotonic() - begunMs).toBeLessThan(HEARTBEAT_INTERVAL_MS + 100)
    }))

  it('is answered at once when another member takes some of the partitions', () =>
    withTopic(async ({ simulation, client, topicId }) => {
      const { memberEpoch } = await beat(client, joining('one'))
      const { clock } = simulation.doors
      const parked = beat(client, quiet('one', memberEpoch, HEARTBEAT_INTERVAL_MS))
      const begunMs = clock.monotonic()
      const other = beat(await simulation.test.connect(), joining('two'))
      const { assignment } = await parked
      expect(clock.monotonic() - begunMs).toBeLessThan(100)
      expect(assignment).toMatchObject([{ topicId, partitions: { length: 2 } }])
      await other
    }))

  it('is released by a newer one of the same member', () =>
    withTopic(async ({ client }) => {
      const { memberEpoch } = await beat(client, joining('one'))
      const older = beat(client, quiet('one', memberEpoch, HEARTBEAT_INTERVAL_MS))
      await beat(client, quiet('one', memberEpoch))
      expect(await older).toMatchObject({ memberEpoch, assignment: null })
    }))

  it('counts as a request under way until its connection goes, then no more', () =>
    withTopic(
      async ({ simulation, client }) => {
        const { memberEpoch } = await beat(client, joining('one'))
        const member = await simulation.test.connect()
        const parked = beat(member, quiet('one', memberEpoch, HEARTBEAT_INTERVAL_MS))
        const refused = expect(parked).rejects.toThrow()
        // One request at a time: the next of the connection waits for the parked one, others do not.
        const behind = member.send('listGroups', { states: [], types: [] })
        const isHeldUp = expect(behind).rejects.toThrow()
        await client.send('listGroups', { states: [], types: [] })
        await member.close()
        await refused
        await isHeldUp
        const again = await simulation.test.connect()
        expect(await beat(again, quiet('one', memberEpoch))).toMatchObject({ memberEpoch })
      },
      { 'connection.max.in.flight.requests': '1' },
    ))

  it('of a member whose connection is gone does not keep it in the group', () =>
    withTopic(async ({ simulation, client }) => {
      const member = await simulation.test.connect()
      const { memberEpoch } = await beat(member, joining('one'))
      const parked = expect(beat(member, quiet('one', memberEpoch, HEARTBEAT_INTERVAL_MS))).rejects.toThrow()
      await member.close()
      await parked
      await simulation.sleep(SESSION_TIMEOUT_MS + 100)
      const { response } = await client.send('describeGroups', { groupIds: ['g'] })
      expect(response.groups[0]).toMatchObject({ state: 'Empty', members: [] })
    }))

  it('names what is wrong with it', () =>
    withTopic(async ({ client }) => {
      const { memberEpoch } = await beat(client, joining('one'))
      const refusals: readonly [Partial<ConsumerGroupHeartbeatRequest>, string][] = [
        [{ groupId: '' }, 'INVALID_GROUP_ID'],
        [{ maxWaitMs: -1 }, 'INVALID_REQUEST'],
        [{ memberEpoch: -3 }, 'INVALID_REQUEST'],
        [{ memberEpoch: memberEpoch + 1 }, 'FENCED_MEMBER_EPOCH'],
        [{ memberId: 'nobody' }, 'UNKNOWN_MEMBER_ID'],
        [{ groupId: 'nowhere' }, 'UNKNOWN_MEMBER_ID'],
        [{ ...joining('two'), serverAssignor: 'best' }, 'UNSUPPORTED_ASSIGNOR'],
        [{ ...joining('two'), subscribedTopicNames: null, subscribedTopicRegex: '(' }, 'INVALID_REGULAR_EXPRESSION'],
      ]
      for (const [change, code] of refusals) {
        await expect(beat(client, { ...quiet('one', memberEpoch), ...change }), code).rejects.toMatchObject({ code })
      }
    }))

  it('cannot join where classic members are, and keeps them out where it has joined', () =>
    withTopic(async ({ simulation, client }) => {
      const kafka = await simulation.test.connectKafka()
      const classic = {
        groupId: 'g',
        sessionTimeoutMs: 10_000,
        protocolType: 'consumer',
        memberId: '',
        protocols: [{ name: 'range', metadata: new Uint8Array(6) }],
      }
      await beat(client, joining('one'))
      expect((await kafka.send('joinGroup', classic)).errorCode).toBe(errorCode('INCONSISTENT_GROUP_PROTOCOL'))
      await beat(client, quiet('one', LEAVE))
      await kafka.send('joinGroup', classic, 3)
      await expect(beat(client, joining('two'))).rejects.toMatchObject({ code: 'INCONSISTENT_GROUP_PROTOCOL' })
    }))

  it('makes a group that is described with who works on what, and whose members are known by what their connection called itself', () =>
    withTopic(async ({ client, topicId }) => {
      await client.send('hello', { clientName: 'test', clientVersion: '1', clientId: 'billing' })
      const { memberEpoch } = await beat(client, joining('one'))
      const { response } = await client.send('describeGroups', { groupIds: ['g'] })
      const assignment = [{ topicId, partitions: [0, 1, 2, 3] }]
      expect(response.groups).toEqual([
        {
          groupId: 'g',
          errorCode: 0,
          type: 'consumer',
          state: 'Stable',
          protocolType: 'consumer',
          assignor: 'uniform',
          groupEpoch: memberEpoch,
          members: [
            {
              memberId: 'one',
              instanceId: null,
              rackId: null,
              clientId: 'billing',
              clientHost: expect.stringMatching(/^\//),
              memberEpoch,
              subscribedTopicNames: ['orders'],
              subscribedTopicRegex: null,
              assignment,
              targetAssignment: assignment,
            },
          ],
        },
      ])
    }))

  it('lets its member commit and fetch offsets, as long as its epoch is the present one', () =>
    withTopic(async ({ client, topicId }) => {
      const { memberEpoch } = await beat(client, joining('one'))
      const commit = async (memberId: string, epoch: number) => {
        const partitions = [{ partition: 0, offset: 5, leaderEpoch: 0, metadata: '' }]
        const { response } = await client.send('offsetCommit', {
          groupId: 'g',
          memberId,
          memberEpoch: epoch,
          topics: [{ topicId, partitions }],
        })
        return response.topics[0]?.partitions[0]?.errorCode
      }
      const fetch = async (memberId: string, epoch: number) => {
        const groups = [{ groupId: 'g', memberId, memberEpoch: epoch, topics: [{ topicId, partitions: [0] }] }]
        const { response } = await client.send('offsetFetch', { groups, requireStable: true })
        return [response.groups[0]?.errorCode, response.groups[0]?.topics[0]?.partitions[0]?.offset]
      }
      expect(await commit('one', memberEpoch)).toBe(0)
      await expect(commit('one', memberEpoch - 1)).rejects.toMatchObject({ code: 'STALE_MEMBER_EPOCH' })
      await expect(commit('two', memberEpoch)).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' })
      await expect(commit('', -1)).rejects.toMatchObject({ code: 'UNKNOWN_MEMBER_ID' })
      expect(await fetch('one', memberEpoch)).toEqual([0, 5])
      expect(await fetch('', -1)).toEqual([0, 5])
      expect(await fetch('one', memberEpoch + 1)).toEqual([errorCode('STALE_MEMBER_EPOCH'), undefined])
      expect(await fetch('two', memberEpoch)).toEqual([errorCode('UNKNOWN_MEMBER_ID'), undefined])
    }))
})

import { errorCode, KafkaError } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import type { ScriptedBroker } from '../testing-support/scripted-broker.ts'
import { runSimulated } from '../testing-support/simulated-world.ts'

/** Answers for whoever `owner` says coordinates, and by a broker that does not with NOT_COORDINATOR. */
function coordinate(brokers: readonly ScriptedBroker[], owner: (groupId: string) => number): void {
  for (const broker of brokers) {
    broker.scripts.findCoordinator = ({ groupIds }) => ({
      response: {
        coordinators: groupIds.map((groupId) => ({ groupId, errorCode: 0, errorMessage: null, brokerId: owner(groupId) })),
      },
    })
    broker.scripts.deleteGroups = ({ groupIds }) => ({
      response: {
        groups: groupIds.map((groupId) => ({
          groupId,
          errorCode: owner(groupId) === broker.brokerId ? 0 : errorCode('NOT_COORDINATOR'),
          errorMessage: null,
        })),
      },
    })
  }
}

const countOf = (broker: ScriptedBroker, api: string): number => broker.requests.filter((name) => name === api).length

describe('requests about groups', () => {
  it('look for the coordinator once, and go to it from then on', () =>
    runSimulated(1, async ({ broker, kafka }) => {
      coordinate([broker], () => 1)
      const { admin } = kafka()
      await admin.deleteGroup('g')
      await admin.deleteGroup('g')
      expect(countOf(broker, 'findCoordinator')).toBe(1)
      expect(countOf(broker, 'deleteGroups')).toBe(2)
    }))

  it('go to the broker of each group, all groups of a broker in one request', () =>
    runSimulated(2, async ({ broker, startBroker, kafka }) => {
      const other = await startBroker(2)
      broker.peers = [other]
      coordinate([broker, other], (groupId) => (groupId.startsWith('a') ? 1 : 2))
      const outcomes = await kafka().admin.deleteGroups(['b-1', 'a-1', 'b-2'])
      expect(outcomes).toEqual([{ groupId: 'b-1' }, { groupId: 'a-1' }, { groupId: 'b-2' }])
      expect([countOf(broker, 'deleteGroups'), countOf(other, 'deleteGroups')]).toEqual([1, 1])
    }))

  it('follow a group that has moved to another broker', () =>
    runSimulated(3, async ({ broker, startBroker, kafka }) => {
      const other = await startBroker(2)
      broker.peers = [other]
      let owner = 1
      coordinate([broker, other], () => owner)
      const { admin } = kafka()
      await admin.deleteGroup('g')
      owner = 2
      await admin.deleteGroup('g')
      expect(countOf(other, 'deleteGroups')).toBe(1)
    }))

  it('wait for a coordinator that is still loading, without looking for another one', () =>
    runSimulated(4, async ({ broker, kafka, clock }) => {
      coordinate([broker], () => 1)
      const loadedAtMs = clock.monotonic() + 3_000
      const answered = broker.scripts.deleteGroups
      broker.scripts.deleteGroups = (request, attachments) => {
        if (clock.monotonic() >= loadedAtMs) return answered?.(request, attachments)
        const code = errorCode('COORDINATOR_LOAD_IN_PROGRESS')
        return { response: { groups: request.groupIds.map((groupId) => ({ groupId, errorCode: code, errorMessage: null })) } }
      }
      await kafka().admin.deleteGroup('g')
      expect(clock.monotonic()).toBeGreaterThanOrEqual(loadedAtMs)
      expect(countOf(broker, 'findCoordinator')).toBe(1)
    }))

  it('ask again while there is no coordinator, and say so when the time is up', () =>
    runSimulated(5, async ({ broker, kafka }) => {
      coordinate([broker], () => 1)
      broker.scripts.findCoordinator = ({ groupIds }) => ({
        response: {
          coordinators: groupIds.map((groupId) => ({
            groupId,
            errorCode: errorCode('COORDINATOR_NOT_AVAILABLE'),
            errorMessage: 'the topic is not there yet',
            brokerId: -1,
          })),
        },
      })
      const { admin } = kafka()
      const [outcome] = await admin.deleteGroups(['g'], { timeoutMs: 2_000 })
      expect(outcome?.error).toMatchObject({ code: 'COORDINATOR_NOT_AVAILABLE', message: 'the topic is not there yet' })
      expect(countOf(broker, 'findCoordinator')).toBeGreaterThan(3)
      coordinate([broker], () => 1)
      expect(await admin.deleteGroups(['g'])).toEqual([{ groupId: 'g' }])
    }))

  it('find the coordinator again after its broker was killed and started anew', () =>
    runSimulated(6, async ({ broker, kafka }) => {
      coordinate([broker], () => 1)
      const { admin } = kafka()
      await admin.deleteGroup('g')
      await broker.kill()
      const deleted = admin.deleteGroup('g')
      await broker.listen()
      await deleted
      expect(countOf(broker, 'findCoordinator')).toBe(2)
    }))

  it('give each group its own outcome, and try again only what can be', () =>
    runSimulated(7, async ({ broker, kafka }) => {
      coordinate([broker], () => 1)
      broker.scripts.deleteGroups = ({ groupIds }) => ({
        response: {
          groups: groupIds.map((groupId) => ({
            groupId,
            errorCode: groupId === 'full' ? errorCode('NON_EMPTY_GROUP') : 0,
            errorMessage: groupId === 'full' ? 'it is Stable' : null,
          })),
        },
      })
      const outcomes = await kafka().admin.deleteGroups(['gone', 'full'])
      expect(outcomes[0]).toEqual({ groupId: 'gone' })
      expect(outcomes[1]).toMatchObject({ groupId: 'full', error: { code: 'NON_EMPTY_GROUP', message: 'group "full": it is Stable' } })
      expect(countOf(broker, 'deleteGroups')).toBe(1)
    }))

  it('name an answer that leaves a group out', () =>
    runSimulated(8, async ({ broker, kafka }) => {
      coordinate([broker], () => 1)
      broker.scripts.deleteGroups = () => ({ response: { groups: [] } })
      const failure = kafka().admin.deleteGroup('g')
      await expect(failure).rejects.toBeInstanceOf(KafkaError)
      await expect(failure).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' })
    }))

  it('split very many groups over several requests', () =>
    runSimulated(9, async ({ broker, kafka }) => {
      coordinate([broker], () => 1)
      const groupIds = Array.from({ length: 250 }, (_, index) => `g-${index}`)
      const outcomes = await kafka().admin.deleteGroups(groupIds)
      expect(outcomes.map(({ groupId }) => groupId)).toEqual(groupIds)
      expect(countOf(broker, 'deleteGroups')).toBe(5)
      expect(countOf(broker, 'findCoordinator')).toBe(1)
    }))
})

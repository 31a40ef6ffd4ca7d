import { Scheduler, SimulatedDisk, type SimulatedDoors, simulatedDoors } from '@kafka-ts/io/simulated'
import { describe, expect, it } from 'vitest'
import { rangeProtocol } from '../../testing-support/kafka-group-member.ts'
import { createKafkaTopic } from '../../testing-support/kafka-requests.ts'
import type { RawKafkaClient } from '../../testing-support/raw-kafka-client.ts'
import { TestBroker } from '../../testing-support/test-broker.ts'

const SEEDS = 20
const MEMBERS = 3
const PARTITIONS = 4
const GROUP = 'billing'
const TOPIC = 'orders'
const settings = { listeners: 'broker:9092' }
const start = (doors: SimulatedDoors, clientDoors: SimulatedDoors) => TestBroker.start({ settings, doors, clientDoors, directory: '/data' })

/** What the members of one life of the broker were told. */
interface Told {
  readonly ackedOffsets: Map<number, number>
  newestGeneration: number
  commits: number
}

/** Joins and takes its assignment; the leader shares out the partitions. undefined: it has to be tried again. */
async function enter(client: RawKafkaClient, memberId: string) {
  const protocols = [rangeProtocol([TOPIC])]
  const request = { groupId: GROUP, sessionTimeoutMs: 6000, rebalanceTimeoutMs: 6000, protocolType: 'consumer', protocols }
  const joined = await client.send('joinGroup', { ...request, memberId })
  if (joined.errorCode !== 0) return { memberId: joined.memberId }
  const { generationId, members } = joined
  const shares = members.map((member, index) => ({
    memberId: member.memberId,
    assignment: Uint8Array.from([0, 1, 2, 3].filter((partition) => partition % members.length === index)),
  }))
  const self = { groupId: GROUP, memberId: joined.memberId, generationId }
  const synced = await client.send('syncGroup', { ...self, protocolType: 'consumer', protocolName: 'range', assignments: shares })
  return synced.errorCode === 0
    ? { memberId: joined.memberId, generationId, partitions: [...synced.assignment] }
    : { memberId: joined.memberId }
}

/** A member that commits as fast as it can, until the broker is gone. Offsets rise over all members, so that none ever goes back. */
async function consumeUntilGone(client: RawKafkaClient, told: Told, nextOffset: () => number): Promise<void> {
  let memberId = ''
  for (;;) {
    const entered = await enter(client, memberId)
    memberId = entered.memberId
    if (entered.partitions === undefined) continue
    const { generationId, partitions } = entered
    told.newestGeneration = Math.max(told.newestGeneration, generationId)
    for (let isStable = true; isStable; ) {
      const offset = nextOffset()
      const topics = [
        {
          name: TOPIC,
          partitions: partitions.map((partitionIndex) => ({ partitionIndex, committedOffset: offset, committedMetadata: null })),
        },
      ]
      const { topics: answers } = await client.send('offsetCommit', {
        groupId: GROUP,
        generationIdOrMemberEpoch: generationId,
        memberId,
        topics,
      })
      for (const { partitionIndex, errorCode } of answers[0]?.partitions ?? []) {
        if (errorCode !== 0) continue
        told.commits++
        told.ackedOffsets.set(partitionIndex, Math.max(offset, told.ackedOffsets.get(partitionIndex) ?? 0))
      }
      isStable = (await client.send('heartbeat', { groupId: GROUP, generationId, memberId })).errorCode === 0
    }
  }
}

/** A life in which members come one after the other, and which ends at any moment: by loss of power, or of the process alone. */
async function firstLife(seed: number) {
  const scheduler = new Scheduler({ seed })
  const simulatedDisk = new SimulatedDisk({ scheduler, random: scheduler.random.fork('disk'), latency: { minMs: 2, maxMs: 20 } })
  const doors = simulatedDoors({ scheduler, host: 'broker', simulatedDisk })
  const clientDoors = simulatedDoors({ host: 'client', scheduler, network: doors.simulatedNetwork })
  const told: Told = { ackedOffsets: new Map(), newestGeneration: 0, commits: 0 }
  let lastOffset = 0
  await scheduler.settle(
    (async () => {
      const test = await start(doors, clientDoors)
      const admin = await test.connectKafka()
      await createKafkaTopic(admin, TOPIC, { partitions: PARTITIONS })
      await admin.send('findCoordinator', { coordinatorKeys: [GROUP] })
      for (let member = 0; member < MEMBERS; member++) {
        const client = await test.connectKafka()
        void clientDoors.clock
          .sleep(member * 150)
          .then(() => consumeUntilGone(client, told, () => ++lastOffset))
          .catch(() => undefined)
      }
    })(),
  )
  await scheduler.runFor(1 + scheduler.random.below(700))
  if (seed % 2 === 0) doors.crash()
  else doors.kill()
  return { told, doors, clientDoors }
}

describe('a group whose broker dies', () => {
  it('has every acknowledged offset when the broker is back, and goes on with a later generation', async () => {
    let commits = 0
    let newestGeneration = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { told, doors, clientDoors } = await firstLife(seed)
      const { scheduler, simulatedNetwork: network, simulatedDisk } = doors
      const again = simulatedDoors({ host: 'broker', scheduler, network, simulatedDisk })
      await scheduler.settle(
        (async () => {
          const test = await start(again, clientDoors)
          const client = await test.connectKafka()
          let group: Awaited<ReturnType<typeof fetchAll>>
          do group = await fetchAll(client)
          while (group?.errorCode !== 0)
          const found = new Map(group.topics[0]?.partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]))
          for (const [partition, acked] of told.ackedOffsets) {
            expect([seed, partition, (found.get(partition) ?? -1) >= acked]).toEqual([seed, partition, true])
          }
          let entered = await enter(client, '')
          while (entered.partitions === undefined) entered = await enter(client, entered.memberId)
          expect([seed, entered.generationId > told.newestGeneration, entered.partitions]).toEqual([seed, true, [0, 1, 2, 3]])
          await test.stop()
        })(),
      )
      commits += told.commits
      newestGeneration = Math.max(newestGeneration, told.newestGeneration)
    }
    expect(commits).toBeGreaterThan(SEEDS * 10)
    expect(newestGeneration).toBeGreaterThan(1)
  })
})

async function fetchAll(client: RawKafkaClient) {
  const { groups } = await client.send('offsetFetch', { groups: [{ groupId: GROUP, topics: null }] })
  return groups[0]
}

import { Scheduler, SimulatedDisk, type SimulatedDoors, simulatedDoors } from '@kafka-ts/io/simulated'
import type { ConsumerGroupHeartbeatResponse } from '@kafka-ts/kafka-wire'
import { describe, expect, it } from 'vitest'
import { createKafkaTopic } from '../../../testing-support/kafka-requests.ts'
import type { RawKafkaClient } from '../../../testing-support/raw-kafka-client.ts'
import { TestBroker } from '../../../testing-support/test-broker.ts'

const SEEDS = 20
const MEMBERS = 3
const PARTITIONS = 6
const GROUP = 'billing'
const TOPIC = 'orders'
const settings = { listeners: 'broker:9092' }
const start = (doors: SimulatedDoors, clientDoors: SimulatedDoors) => TestBroker.start({ settings, doors, clientDoors, directory: '/data' })

type Owned = readonly { readonly topicId: Uint8Array; readonly partitions: readonly number[] }[]

/** A member, as it goes on over the death of its broker. */
interface Member {
  readonly memberId: string
  epoch: number
  owned: Owned
}

/** What the members were told in the first life of the broker. */
interface Told {
  readonly ackedOffsets: Map<number, number>
  newestEpoch: number
  commits: number
}

/** Sends a heartbeat and does what the answer says; fenced or unknown, it begins anew under its id. */
async function beat(client: RawKafkaClient, member: Member): Promise<ConsumerGroupHeartbeatResponse> {
  const { memberId, epoch, owned } = member
  const join = { rebalanceTimeoutMs: 10_000, subscribedTopicNames: [TOPIC] }
  const topicPartitions = owned.map(({ topicId, partitions }) => ({ topicId, partitions: [...partitions] }))
  const request = { groupId: GROUP, memberId, memberEpoch: epoch, topicPartitions, ...(epoch === 0 ? join : {}) }
  const answer = (await client.send('consumerGroupHeartbeat', request)) as ConsumerGroupHeartbeatResponse
  const isOut = answer.errorCode === 25 || answer.errorCode === 110
  if (answer.errorCode === 0) member.epoch = answer.memberEpoch
  if (isOut) member.epoch = 0
  if (isOut) member.owned = []
  else if (answer.errorCode === 0 && answer.assignment != null) member.owned = answer.assignment.topicPartitions
  return answer
}

/** Commits everything it works on, again and again, until the broker is gone. Offsets rise over all members, so that none ever goes back. */
async function consumeUntilGone(client: RawKafkaClient, member: Member, { told, nextOffset }: { told: Told; nextOffset: () => number }) {
  for (;;) {
    await beat(client, member)
    told.newestEpoch = Math.max(told.newestEpoch, member.epoch)
    const numbers = member.owned.flatMap(({ partitions }) => [...partitions])
    if (numbers.length === 0) continue
    const offset = nextOffset()
    const partitions = numbers.map((partitionIndex) => ({ partitionIndex, committedOffset: offset, committedMetadata: null }))
    const commit = {
      groupId: GROUP,
      generationIdOrMemberEpoch: member.epoch,
      memberId: member.memberId,
      topics: [{ name: TOPIC, partitions }],
    }
    const { topics } = await client.send('offsetCommit', commit)
    for (const { partitionIndex, errorCode } of topics[0]?.partitions ?? []) {
      if (errorCode !== 0) continue
      told.commits++
      told.ackedOffsets.set(partitionIndex, Math.max(offset, told.ackedOffsets.get(partitionIndex) ?? 0))
    }
  }
}

/** A life in which members come one after the other, and which ends at any moment: by loss of power, or of the process alone. */
async function firstLife(seed: number, members: readonly Member[]) {
  const scheduler = new Scheduler({ seed })
  const simulatedDisk = new SimulatedDisk({ scheduler, random: scheduler.random.fork('disk'), latency: { minMs: 2, maxMs: 20 } })
  const doors = simulatedDoors({ scheduler, host: 'broker', simulatedDisk })
  const clientDoors = simulatedDoors({ host: 'client', scheduler, network: doors.simulatedNetwork })
  const told: Told = { ackedOffsets: new Map(), newestEpoch: 0, commits: 0 }
  let lastOffset = 0
  await scheduler.settle(
    (async () => {
      const test = await start(doors, clientDoors)
      const admin = await test.connectKafka()
      await createKafkaTopic(admin, TOPIC, { partitions: PARTITIONS })
      await admin.send('findCoordinator', { coordinatorKeys: [GROUP] })
      for (const [index, member] of members.entries()) {
        const client = await test.connectKafka()
        void clientDoors.clock
          .sleep(index * 150)
          .then(() => consumeUntilGone(client, member, { told, nextOffset: () => ++lastOffset }))
          .catch(() => undefined)
      }
    })(),
  )
  await scheduler.runFor(1 + scheduler.random.below(700))
  if (seed % 2 === 0) doors.crash()
  else doors.kill()
  return { told, doors, clientDoors }
}

describe('a group of the consumer protocol whose broker dies', () => {
  it('goes on with the members it had, and has every acknowledged offset', async () => {
    let commits = 0
    let newestEpoch = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const members = Array.from({ length: MEMBERS }, (_, index): Member => ({ memberId: `m${index}`, epoch: 0, owned: [] }))
      const { told, doors, clientDoors } = await firstLife(seed, members)
      const { scheduler, simulatedNetwork: network, simulatedDisk } = doors
      const again = simulatedDoors({ host: 'broker', scheduler, network, simulatedDisk })
      await scheduler.settle(
        (async () => {
          const test = await start(again, clientDoors)
          const client = await test.connectKafka()
          for (let round = 0; round < 40; round++) {
            for (const member of members) await beat(client, member)
            await clientDoors.clock.sleep(100)
          }
          const shares = members.map(({ owned }) => owned.flatMap(({ partitions }) => [...partitions]))
          expect([seed, shares.flat().sort()]).toEqual([seed, [0, 1, 2, 3, 4, 5]])
          expect([seed, shares.map(({ length }) => length)]).toEqual([seed, [2, 2, 2]])
          expect([seed, members.every(({ epoch }) => epoch >= told.newestEpoch)]).toEqual([seed, true])
          const { groups } = await client.send('offsetFetch', { groups: [{ groupId: GROUP, topics: null }] })
          const found = new Map(
            groups[0]?.topics[0]?.partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
          )
          for (const [partition, acked] of told.ackedOffsets)
            expect([seed, partition, (found.get(partition) ?? -1) >= acked]).toEqual([seed, partition, true])
          await test.stop()
        })(),
      )
      commits += told.commits
      newestEpoch = Math.max(newestEpoch, told.newestEpoch)
    }
    expect(commits).toBeGreaterThan(SEEDS * 10)
    expect(newestEpoch).toBeGreaterThan(2)
  })
})

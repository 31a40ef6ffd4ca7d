import { type Kafka, string, topic } from '@kafka-ts/client'
import { startBroker } from '@kafka-ts/testing'
import { expect, test } from 'vitest'
import type { GroupMember } from '../interop/groups/group-member.ts'
import { GroupScenario } from '../interop/groups/group-scenario.ts'
import { sdk } from '../interop/groups/member-programs.ts'
import { volume } from '../support/volume.ts'
import { pause, until } from '../support/waiting.ts'

/** KAFKA_TS_GROUP_MEMBERS=50 npm test -- tests/src/integration/groups-sdk runs it by hand. */
const members = Math.max(3, volume('KAFKA_TS_GROUP_MEMBERS', { quick: 3, ci: 10 }))
const orders = topic('orders', { key: string(), value: string() })
const quickSessions = {
  'group.consumer.min.session.timeout.ms': 500,
  'group.consumer.session.timeout.ms': 1_000,
  'group.consumer.min.heartbeat.interval.ms': 50,
  'group.consumer.heartbeat.interval.ms': 200,
}

test(
  `1 to ${members} members of our SDK: they join, leave, are killed and frozen, and no record is skipped or worked on out of order`,
  async (context) => {
    await using scenario = await GroupScenario.start({ name: 'sdk-alone', protocol: 'consumer', kinds: [sdk] }, context)
    const all = scenario.join(sdk)
    await scenario.settled(...all)
    await scenario.progress(500)
    all.push(...scenario.join(...Array.from({ length: members - 1 }, () => sdk)))
    await scenario.settled(...all)
    // Of more members than partitions some have nothing that could be lost.
    const lose = (): GroupMember => {
      const index = all.findIndex(({ owned }) => owned.length > 0)
      return all.splice(index, 1)[0] as GroupMember
    }
    await scenario.kill(lose())
    const frozen = lose()
    await scenario.freeze(frozen)
    await scenario.settled(...all)
    frozen.thaw()
    all.push(frozen)
    await scenario.settled(...all)
    await lose().leave()
    await scenario.settled(...all)
    await scenario.finish()
  },
  120_000 + members * 5_000,
)

test('a handler that takes several sessions keeps its membership; one that takes longer than maxPollIntervalMs loses it loudly', async () => {
  await using broker = await startBroker({ dataDir: 'memory', topics: ['orders'], config: quickSessions })
  const kafka = broker.kafka()
  await write(kafka, 3)
  const lost: string[] = []
  const found: string[] = []
  const consumer = kafka.consumer({
    group: 'billing',
    topics: [orders],
    from: 'earliest',
    maxPollIntervalMs: 5_000,
    onLost: (_, { message }) => lost.push(message),
  })
  for await (const { value } of consumer) {
    found.push(value)
    if (found.length === 1) {
      await pause(3_500)
      expect(lost).toEqual([])
      expect((await kafka.admin.describeGroup('billing')).members).toHaveLength(1)
    }
    if (found.length === 2) {
      await until(() => lost.length === 1)
      expect(lost[0]).toContain('maxPollIntervalMs')
    }
    if (found.length === 4) consumer.stop()
  }
  // The second record was not known to be done when the membership was lost.
  expect(found).toEqual(['0', '1', '1', '2'])
  await consumer.close()
})

test('closing a member hands its partitions to the others within a moment', async () => {
  await using broker = await startBroker({ dataDir: 'memory', topics: [{ topic: orders, partitions: 4 }] })
  const [one, two] = [broker.kafka(), broker.kafka()].map((kafka) => kafka.consumer({ group: 'billing', topics: [orders] }))
  if (one === undefined || two === undefined) throw new TypeError('two members were started')
  const waiting = [one, two].map((consumer) => consumer[Symbol.asyncIterator]().next())
  await until(() => one.assignments().length === 2 && two.assignments().length === 2)
  const begunMs = performance.now()
  await one.close()
  await until(() => two.assignments().length === 4)
  expect(performance.now() - begunMs).toBeLessThan(2_000)
  await two.close()
  await Promise.all(waiting)
})

async function write(kafka: Kafka, count: number): Promise<void> {
  const producer = kafka.producer()
  await producer.sendMany(
    orders,
    Array.from({ length: count }, (_, number) => ({ key: 'same', value: String(number) })),
  )
  await producer.close()
}

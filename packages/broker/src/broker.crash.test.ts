import { Scheduler, SimulatedDisk, type SimulatedDoors, simulatedDoors } from '@kafka-ts/io/simulated'
import { describe, expect, it } from 'vitest'
import { batchOfValues, readRecords } from './testing-support/batches.ts'
import type { RawClient } from './testing-support/raw-client.ts'
import { createTopic, fetchOne, produce, TestBroker } from './testing-support/test-broker.ts'

const SEEDS = 25
const PARTITIONS = 3

/** Values by partition and offset. */
type Acked = Map<number, Map<number, string>>

const settings = { listeners: 'broker:9092' }
const start = (doors: SimulatedDoors, clientDoors: SimulatedDoors) => TestBroker.start({ settings, doors, clientDoors, directory: '/data' })

/** Produces to one partition until the broker is gone, and notes what it acknowledged. */
async function produceUntilGone(client: RawClient, topicId: Uint8Array, partition: number, acked: Acked): Promise<void> {
  for (let count = 0; ; count++) {
    const value = `${partition}/${count}`
    const answer = await produce(client, { topicId, partition, records: batchOfValues(value) })
    if (answer.errorCode === 0) acked.get(partition)?.set(answer.baseOffset, value)
  }
}

/** A life that ends by losing power, `afterMs` after its first appends; another topic is being created then. */
async function firstLife(seed: number) {
  const scheduler = new Scheduler({ seed })
  // Slower than the network, so that an answer given before the sync is seen before the sync.
  const simulatedDisk = new SimulatedDisk({ scheduler, random: scheduler.random.fork('disk'), latency: { minMs: 2, maxMs: 20 } })
  const doors = simulatedDoors({ scheduler, host: 'broker', simulatedDisk })
  const { simulatedNetwork: network } = doors
  const clientDoors = simulatedDoors({ host: 'client', scheduler, network })
  const acked: Acked = new Map(Array.from({ length: PARTITIONS }, (_, partition) => [partition, new Map()]))
  const topicId = await scheduler.settle(
    (async () => {
      const test = await start(doors, clientDoors)
      const client = await test.connect()
      const id = await createTopic(client, 'orders', { partitions: PARTITIONS })
      for (let partition = 0; partition < PARTITIONS; partition++)
        void produceUntilGone(client, id, partition, acked).catch(() => undefined)
      void createTopic(await test.connect(), 'half-made', { partitions: 400 }).catch(() => undefined)
      return id
    })(),
  )
  // Every third life ends before the second topic can be on disk, so that both outcomes of its creation are seen.
  await scheduler.runFor(1 + scheduler.random.below(seed % 3 === 0 ? 10 : 400))
  doors.crash()
  return { acked, topicId, doors, clientDoors }
}

describe('a broker that loses power', () => {
  it('has every acknowledged record at its offset when it is back, in a newer leader epoch, and no topic half made', async () => {
    let ackedCount = 0
    const outcomes = new Set<number>()
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { acked, topicId, doors, clientDoors } = await firstLife(seed)
      const { scheduler, simulatedNetwork: network, simulatedDisk } = doors
      const again = simulatedDoors({ host: 'broker', scheduler, network, simulatedDisk })
      await scheduler.settle(
        (async () => {
          const test = await start(again, clientDoors)
          const client = await test.connect()
          for (const [partition, values] of acked) {
            const { records, highWatermark, errorCode } = await fetchOne(client, { topicId, partition, offset: 0, maxBytes: 2 ** 24 })
            expect(errorCode).toBe(0)
            const read = new Map((await readRecords(records, again.compression)).map(({ offset, value }) => [offset, value]))
            for (const [offset, value] of values)
              expect([seed, partition, offset, read.get(offset)]).toEqual([seed, partition, offset, value])
            const next = await produce(client, { topicId, partition, records: batchOfValues('next') })
            expect(next).toMatchObject({ errorCode: 0, baseOffset: highWatermark })
            ackedCount += values.size
          }
          const { response } = await client.send('metadata', { topics: null, allowAutoCreate: false })
          const topics = new Map(response.topics.map(({ name, partitions }) => [name, partitions]))
          expect(topics.get('orders')?.map(({ leaderEpoch }) => leaderEpoch)).toEqual([1, 1, 1])
          const made = topics.get('half-made')?.length ?? 0
          expect([0, 400]).toContain(made)
          outcomes.add(made)
          await test.stop()
        })(),
      )
    }
    expect(ackedCount).toBeGreaterThan(SEEDS * PARTITIONS)
    expect(outcomes.size).toBe(2)
  })
})

import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { batchOfValues } from '../testing-support/batches.ts'
import type { RawClient } from '../testing-support/raw-client.ts'
import { type Simulation, simulate } from '../testing-support/simulated.ts'
import { createTopic, fetchOne, produce } from '../testing-support/test-broker.ts'

const STORAGE_ERROR = errorCode('KAFKA_STORAGE_ERROR')
const HOUR_MS = 3_600_000
/** Nothing stays in memory, 1 KiB is a segment, and old records stay. */
const SETTINGS = {
  'tail.cache.bytes': '1',
  'log.segment.bytes': '1024',
  'log.retention.ms': '-1',
  'log.scrub.interval.ms': String(HOUR_MS),
}
const BATCHES = 12

interface Filled {
  readonly client: RawClient
  readonly topicId: Uint8Array
}

async function fill({ test }: Simulation): Promise<Filled> {
  const client = await test.connect()
  const topicId = await createTopic(client, 'orders', { partitions: 2 })
  for (let partition = 0; partition < 2; partition++)
    for (let index = 0; index < BATCHES; index++) await produce(client, { topicId, partition, records: batchOfValues('x'.repeat(400)) })
  return { client, topicId }
}

/** Turns over a bit of the first batch of partition 0; returns its file. */
function flip({ doors }: Simulation): string {
  const file = '/data/orders-0/00000000000000000000.log'
  doors.simulatedDisk.flipBit(file, 100, 3)
  return file
}

/** Over a connection of its own: the broker closes those that are idle for long. */
async function describePartitions({ test }: Simulation) {
  const client = await test.connect()
  const { response } = await client.send('metadata', { topics: [{ name: 'orders', topicId: null }], allowAutoCreate: false })
  return response.topics[0]?.partitions
}

describe('damage that a read comes upon', () => {
  it('is never served and takes the partition offline, with the file, the position and the offsets as the reason; others go on', async () => {
    await simulate(SETTINGS, async (simulation) => {
      const { client, topicId } = await fill(simulation)
      const file = flip(simulation)
      const waiting = fetchOne(client, { topicId, offset: BATCHES, maxWaitMs: 60_000 })
      const damaged = await fetchOne(client, { topicId, offset: 0 })
      expect(damaged).toMatchObject({ errorCode: errorCode('CORRUPT_MESSAGE') })
      expect((await waiting).errorCode).toBe(STORAGE_ERROR)
      expect((await produce(client, { topicId, records: batchOfValues('b') })).errorCode).toBe(STORAGE_ERROR)
      const [offline, whole] = (await describePartitions(simulation)) ?? []
      expect(offline).toMatchObject({ errorCode: errorCode('LEADER_NOT_AVAILABLE'), leaderId: -1 })
      expect(offline?.offlineReason).toContain(`${file} at byte 0: the CRC does not match; the offsets 0 to`)
      expect(whole).toMatchObject({ errorCode: 0, offlineReason: null })
      expect(await produce(client, { topicId, partition: 1, records: batchOfValues('b') })).toMatchObject({ errorCode: 0 })
    })
  })
})

describe('scrubbing', () => {
  it('finds damage that nobody reads', async () => {
    await simulate(SETTINGS, async (simulation) => {
      await fill(simulation)
      flip(simulation)
      await simulation.sleep(HOUR_MS / 2)
      expect((await describePartitions(simulation))?.[0]?.errorCode).toBe(0)
      await simulation.sleep(HOUR_MS)
      expect((await describePartitions(simulation))?.map(({ leaderId }) => leaderId === -1)).toEqual([true, false])
    })
  })

  it('goes on with other partitions when the disk cannot read one, says so, and tries again', async () => {
    await simulate(SETTINGS, async (simulation) => {
      await fill(simulation)
      const { faults } = simulation.doors.simulatedDisk
      faults.add({ operation: 'read', path: /orders-0.*\.log$/ })
      simulation.doors.simulatedDisk.flipBit('/data/orders-1/00000000000000000000.log', 100, 3)
      await simulation.sleep(1.5 * HOUR_MS)
      expect(faults.injected.get('read')).toBe(1)
      expect(simulation.logged).toContain('scrubbing failed; it is tried again')
      expect((await describePartitions(simulation))?.map(({ leaderId }) => leaderId === -1)).toEqual([false, true])
      flip(simulation)
      await simulation.sleep(HOUR_MS)
      expect((await describePartitions(simulation))?.map(({ leaderId }) => leaderId === -1)).toEqual([true, true])
    })
  })

  it('keeps to its rate', async () => {
    await simulate({ ...SETTINGS, 'log.scrub.io.max.bytes.per.second': '1' }, async (simulation) => {
      await fill(simulation)
      const { simulatedDisk } = simulation.doors
      const logs = simulatedDisk.listSync('/data/orders-0').filter((name) => name.endsWith('.log'))
      simulatedDisk.flipBit(`/data/orders-0/${logs.at(-2)}`, 100, 3)
      const isOffline = async () => (await describePartitions(simulation))?.[0]?.leaderId === -1
      // Several kilobytes come before it, at a byte a second.
      await simulation.sleep(1.5 * HOUR_MS)
      expect(await isOffline()).toBe(false)
      await simulation.sleep(2 * HOUR_MS)
      expect(await isOffline()).toBe(true)
    })
  })
})

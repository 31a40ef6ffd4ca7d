import { EARLIEST_TIMESTAMP, errorCode } from '@kafka-ts/protocol'
import { attributesOf, CODECS, codecOf, maxTimestampOf } from '@kafka-ts/protocol/records'
import { describe, expect, it } from 'vitest'
import { batchOf, batchOfValues, compressedBatchOf, readRecords } from '../testing-support/batches.ts'
import type { RawClient } from '../testing-support/raw-client.ts'
import { type Simulation, simulate } from '../testing-support/simulated.ts'
import { createTopic, fetchOne, listOffset, produce } from '../testing-support/test-broker.ts'

const HOUR_MS = 3_600_000
const frequentRetention = { 'log.retention.check.interval.ms': '1000' }

/** A batch of one record of about 1,000 bytes, now. */
const kilobyte = ({ doors }: Simulation): Uint8Array => batchOf([{ value: 'x'.repeat(1000), timestampMs: doors.clock.now() }])

async function startOf(client: RawClient, topicId: Uint8Array): Promise<number> {
  return (await listOffset(client, topicId, EARLIEST_TIMESTAMP)).offset
}

async function alter(client: RawClient, topic: string, configs: Readonly<Record<string, string>>): Promise<number> {
  const changes = Object.entries(configs).map(([name, value]) => ({ name, operation: 0, value }))
  const { response } = await client.send('incrementalAlterConfigs', {
    resources: [{ resourceType: 2, resourceName: topic, configs: changes }],
    validateOnly: false,
  })
  return response.resources[0]?.errorCode ?? -1
}

function logFiles({ doors }: Simulation, topic: string): string[] {
  return doors.disk.listSync(`/data/${topic}-0`).filter((name) => name.includes('.log'))
}

describe('the topic config', () => {
  it('segment.bytes closes a segment when it is full', async () => {
    await simulate({}, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'small', { configs: { 'segment.bytes': '2500' } })
      for (let batch = 0; batch < 6; batch++) await produce(client, { topicId, records: kilobyte(simulation) })
      expect(logFiles(simulation, 'small')).toEqual([0, 2, 4].map((offset) => `${String(offset).padStart(20, '0')}.log`))
    })
  })

  it('segment.ms closes a segment when it is old', async () => {
    await simulate({}, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'slow', { configs: { 'segment.ms': '60000' } })
      await produce(client, { topicId, records: kilobyte(simulation) })
      await simulation.sleep(30_000)
      await produce(client, { topicId, records: kilobyte(simulation) })
      expect(logFiles(simulation, 'slow')).toHaveLength(1)
      await simulation.sleep(40_000)
      await produce(client, { topicId, records: kilobyte(simulation) })
      expect(logFiles(simulation, 'slow')).toHaveLength(2)
    })
  })

  it('retention.bytes deletes the oldest segments above it', async () => {
    await simulate(frequentRetention, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'bounded', { configs: { 'segment.bytes': '2500', 'retention.bytes': '3000' } })
      for (let batch = 0; batch < 8; batch++) await produce(client, { topicId, records: kilobyte(simulation) })
      await simulation.sleep(3000)
      expect(await startOf(client, topicId)).toBe(4)
    })
  })

  it('retention.ms deletes segments whose newest record is too old, and file.delete.delay.ms says when their files go', async () => {
    await simulate({ ...frequentRetention, 'connections.max.idle.ms': String(2 * HOUR_MS) }, async (simulation) => {
      const client = await simulation.test.connect()
      const configs = { 'segment.bytes': '2500', 'retention.ms': String(HOUR_MS), 'file.delete.delay.ms': '20000' }
      const topicId = await createTopic(client, 'hourly', { configs })
      for (let batch = 0; batch < 4; batch++) await produce(client, { topicId, records: kilobyte(simulation) })
      await simulation.sleep(HOUR_MS - 10_000)
      await produce(client, { topicId, records: kilobyte(simulation) })
      expect(await startOf(client, topicId)).toBe(0)
      await simulation.sleep(15_000)
      expect(await startOf(client, topicId)).toBe(4)
      expect(logFiles(simulation, 'hourly')).toHaveLength(3)
      await simulation.sleep(30_000)
      expect(logFiles(simulation, 'hourly')).toHaveLength(1)
    })
  })

  it("retention.ms goes by the records' own times, so that old events go at the next check, as in Kafka", async () => {
    await simulate(frequentRetention, async (simulation) => {
      const client = await simulation.test.connect()
      const old = () => batchOf([{ value: 'old', timestampMs: simulation.doors.clock.now() - 8 * 24 * HOUR_MS }])
      const topicId = await createTopic(client, 'history')
      const keptId = await createTopic(client, 'history-kept', { configs: { 'retention.ms': '-1' } })
      for (const id of [topicId, keptId])
        expect(await produce(client, { topicId: id, records: old() })).toMatchObject({ errorCode: 0, baseOffset: 0 })
      await simulation.sleep(3000)
      expect([await startOf(client, topicId), await startOf(client, keptId)]).toEqual([1, 0])
    })
  })

  it('max.message.bytes refuses a larger batch, from the moment it is changed', async () => {
    await simulate({}, async ({ test }) => {
      const client = await test.connect()
      const topicId = await createTopic(client, 'tight', { configs: { 'max.message.bytes': '1000' } })
      const records = () => batchOfValues('x'.repeat(1000))
      expect((await produce(client, { topicId, records: records() })).errorCode).toBe(errorCode('MESSAGE_TOO_LARGE'))
      expect(await alter(client, 'tight', { 'max.message.bytes': '2000' })).toBe(0)
      expect((await produce(client, { topicId, records: records() })).errorCode).toBe(0)
    })
  })

  it.each(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'compression.type=%s stores every batch so, in the order of their arrival',
    async (type) => {
      await simulate({}, async ({ test, doors }) => {
        const client = await test.connect()
        const topicId = await createTopic(client, 'packed', { configs: { 'compression.type': type } })
        const batches = await Promise.all(
          CODECS.map((codec) => compressedBatchOf([{ value: codec }, { value: 'more' }], codec, doors.compression)),
        )
        const answers = await Promise.all(batches.map((records) => produce(client, { topicId, records })))
        expect(answers.map(({ errorCode: code, baseOffset }) => [code, baseOffset])).toEqual(CODECS.map((_, index) => [0, index * 2]))
        const { records } = await fetchOne(client, { topicId, offset: 0 })
        expect(codecOf(attributesOf(records, 0))).toBe(type === 'uncompressed' ? 'none' : type)
        const values = (await readRecords(records, doors.compression)).map(({ value }) => value)
        expect(values).toEqual(CODECS.flatMap((codec) => [codec, 'more']))
      })
    },
  )

  it('compression.type=producer keeps what came, byte for byte', async () => {
    await simulate({}, async ({ test, doors }) => {
      const client = await test.connect()
      const topicId = await createTopic(client, 'as-it-came')
      const batch = await compressedBatchOf([{ value: 'a'.repeat(1000) }], 'zstd', doors.compression)
      await produce(client, { topicId, records: batch })
      const { records } = await fetchOne(client, { topicId, offset: 0 })
      expect(Buffer.compare(records.subarray(16), batch.subarray(16))).toBe(0)
    })
  })

  it('message.timestamp.type=LogAppendTime gives records the time of their append', async () => {
    await simulate({}, async ({ test, doors }) => {
      const client = await test.connect()
      const topicId = await createTopic(client, 'stamped', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
      const answer = await produce(client, { topicId, records: batchOf([{ value: 'a', timestampMs: 5 }]) })
      expect(Math.abs(answer.logAppendTimeMs - doors.clock.now())).toBeLessThan(1000)
      const { records } = await fetchOne(client, { topicId, offset: 0 })
      expect(maxTimestampOf(records, 0)).toBe(answer.logAppendTimeMs)
      expect((await readRecords(records, doors.compression))[0]?.timestampMs).toBe(answer.logAppendTimeMs)
    })
  })

  it('message.timestamp.before.max.ms and after.max.ms bound what a producer may claim', async () => {
    await simulate({}, async ({ test, doors }) => {
      const client = await test.connect()
      const configs = { 'message.timestamp.before.max.ms': '1000', 'message.timestamp.after.max.ms': '2000' }
      const topicId = await createTopic(client, 'timely', { configs })
      const codeAt = async (delta: number) =>
        (await produce(client, { topicId, records: batchOf([{ value: 'a', timestampMs: doors.clock.now() + delta }]) })).errorCode
      expect(await codeAt(-5000)).toBe(errorCode('INVALID_TIMESTAMP'))
      expect(await codeAt(5000)).toBe(errorCode('INVALID_TIMESTAMP'))
      expect(await codeAt(-500)).toBe(0)
      expect(await codeAt(1500)).toBe(0)
    })
  })

  it('durability=page answers without an fsync, durability=commit after one', async () => {
    await simulate({}, async ({ test, doors }) => {
      const client = await test.connect()
      const syncs = () => doors.simulatedDisk.changeCount
      const counts: Record<string, number> = {}
      for (const durability of ['page', 'commit']) {
        const topicId = await createTopic(client, durability, { configs: { durability } })
        await produce(client, { topicId, records: batchOfValues('first') })
        let seen = 0
        doors.simulatedDisk.observe((observation) => {
          if (observation.operation === 'sync') seen++
        })
        await produce(client, { topicId, records: batchOfValues('a') })
        doors.simulatedDisk.observe(undefined)
        counts[durability] = seen
      }
      expect(counts['page']).toBe(0)
      expect(counts['commit']).toBeGreaterThan(0)
      expect(syncs()).toBeGreaterThan(0)
    })
  })

  it('index.interval.bytes says how dense the offset index is', async () => {
    await simulate({}, async (simulation) => {
      const client = await simulation.test.connect()
      const sizes: number[] = []
      for (const interval of ['1000', '100000']) {
        const topicId = await createTopic(client, `every-${interval}`, {
          configs: { 'index.interval.bytes': interval, 'segment.bytes': '20000' },
        })
        for (let batch = 0; batch < 30; batch++) await produce(client, { topicId, records: kilobyte(simulation) })
      }
      // Indexes are gathered in memory; a clean stop writes them.
      await simulation.test.stop()
      for (const interval of ['1000', '100000']) {
        sizes.push(simulation.doors.disk.statSync(`/data/every-${interval}-0/${'0'.repeat(20)}.index`)?.size ?? -1)
      }
      expect(sizes[0]).toBeGreaterThan(8 * 10)
      expect(sizes[1]).toBeLessThanOrEqual(8)
    })
  })
})

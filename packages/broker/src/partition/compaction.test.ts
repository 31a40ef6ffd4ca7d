import { EARLIEST_TIMESTAMP, errorCode, LATEST_TIMESTAMP, MAX_TIMESTAMP } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { batchOf, compressedBatchOf, type ReadRecord, readRecords, type TestRecord } from '../testing-support/batches.ts'
import { kafkaProduce } from '../testing-support/kafka-requests.ts'
import type { RawClient } from '../testing-support/raw-client.ts'
import { type Simulation, simulate } from '../testing-support/simulated.ts'
import { createTopic, fetchOne, listOffset, produce } from '../testing-support/test-broker.ts'

const MINUTE_MS = 60_000
const idleTimeout = { 'connections.max.idle.ms': '86400000' }
const eager = { ...idleTimeout, 'log.cleaner.backoff.ms': '1000' }
/** A record of 900 bytes fills a segment. */
const compacted = { 'cleanup.policy': 'compact', 'segment.bytes': '1024', 'min.cleanable.dirty.ratio': '0' }
const filler = 'x'.repeat(900)

/** Writes one batch a record, now. */
async function write(simulation: Simulation, client: RawClient, topicId: Uint8Array, records: readonly TestRecord[]): Promise<void> {
  for (const record of records) {
    const answer = await produce(client, { topicId, records: batchOf([{ timestampMs: simulation.doors.clock.now(), ...record }]) })
    expect(answer.errorCode).toBe(0)
  }
}

/** Every record, by reading from the start on as a consumer does. */
async function readAll({ doors }: Simulation, client: RawClient, topicId: Uint8Array): Promise<ReadRecord[]> {
  const records: ReadRecord[] = []
  const end = (await listOffset(client, topicId, LATEST_TIMESTAMP)).offset
  for (let offset = (await listOffset(client, topicId, EARLIEST_TIMESTAMP)).offset; offset < end; ) {
    const { records: bytes } = await fetchOne(client, { topicId, offset })
    const found = (await readRecords(bytes, doors.compression)).filter((record) => record.offset >= offset)
    records.push(...found)
    offset = (found.at(-1)?.offset ?? end) + 1
  }
  return records
}

const seen = (records: readonly ReadRecord[]) => records.map(({ offset, key, value }) => [offset, key, value?.slice(0, 3) ?? null])

describe('compaction', () => {
  it('cleanup.policy=compact keeps the last record of each key, at its offset; delete does not', async () => {
    await simulate(eager, async (simulation) => {
      const client = await simulation.test.connect()
      const ids = [
        await createTopic(client, 'compacted', { configs: compacted }),
        await createTopic(client, 'plain', { configs: { 'segment.bytes': '1024' } }),
      ] as const
      const records = [
        { key: 'a', value: `a1${filler}` },
        { key: 'b', value: `b1${filler}` },
        { key: 'a', value: `a2${filler}` },
        { key: 'c', value: `c1${filler}` },
      ]
      for (const id of ids) await write(simulation, client, id, records)
      await simulation.sleep(2000)
      const kept = [
        [1, 'b', 'b1x'],
        [2, 'a', 'a2x'],
        [3, 'c', 'c1x'],
      ]
      expect(seen(await readAll(simulation, client, ids[0]))).toEqual(kept)
      expect(seen(await readAll(simulation, client, ids[1]))).toEqual([[0, 'a', 'a1x'], ...kept])
    })
  })

  it('offsets in a hole lead to the next record, and those of times are found', async () => {
    await simulate(eager, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'holes', { configs: compacted })
      const begin = simulation.doors.clock.now()
      for (let round = 0; round < 5; round++) {
        await write(simulation, client, topicId, [{ key: 'a', value: `${round}${filler}`, timestampMs: begin + round * 1000 }])
      }
      await write(simulation, client, topicId, [{ key: 'b', value: filler, timestampMs: begin }])
      await simulation.sleep(2000)
      expect((await readAll(simulation, client, topicId)).map(({ offset }) => offset)).toEqual([4, 5])
      for (const offset of [0, 1, 3, 4]) {
        const { records, errorCode: code } = await fetchOne(client, { topicId, offset, maxBytes: 1 })
        expect(code).toBe(0)
        expect((await readRecords(records, simulation.doors.compression))[0]?.offset).toBe(4)
      }
      expect((await listOffset(client, topicId, EARLIEST_TIMESTAMP)).offset).toBe(0)
      expect((await listOffset(client, topicId, begin)).offset).toBe(4)
      expect((await listOffset(client, topicId, MAX_TIMESTAMP)).offset).toBe(4)
    })
  })

  it('cleanup.policy=compact,delete also deletes old segments; compact alone never does', async () => {
    await simulate({ ...eager, 'log.retention.check.interval.ms': '1000' }, async (simulation) => {
      const client = await simulation.test.connect()
      const configs = { ...compacted, 'retention.ms': String(MINUTE_MS) }
      const both = await createTopic(client, 'both', { configs: { ...configs, 'cleanup.policy': 'compact,delete' } })
      const compact = await createTopic(client, 'compact', { configs })
      for (const id of [both, compact]) {
        await write(simulation, client, id, [
          { key: 'a', value: filler },
          { key: 'b', value: filler },
        ])
      }
      await simulation.sleep(2 * MINUTE_MS)
      expect(await readAll(simulation, client, both)).toEqual([])
      expect(seen(await readAll(simulation, client, compact)).map(([offset]) => offset)).toEqual([0, 1])
    })
  })

  it('min.cleanable.dirty.ratio says how much must be dirty', async () => {
    await simulate(eager, async (simulation) => {
      const client = await simulation.test.connect()
      const counts: number[] = []
      for (const ratio of ['0.1', '0.9']) {
        const configs = { ...compacted, 'min.cleanable.dirty.ratio': ratio }
        const topicId = await createTopic(client, `from-${ratio}`, { configs })
        const keys = Array.from({ length: 8 }, (_, index) => ({ key: `${index}`, value: filler }))
        await write(simulation, client, topicId, keys)
        await simulation.sleep(2000)
        // Everything was dirty, so it was cleaned; now about a fifth is.
        await write(simulation, client, topicId, [
          { key: '1', value: filler },
          { key: '1', value: filler },
          { key: '2', value: filler },
        ])
        await simulation.sleep(2000)
        counts.push((await readAll(simulation, client, topicId)).length)
      }
      expect(counts).toEqual([9, 11])
    })
  })

  it('min.compaction.lag.ms keeps records so long, whatever came after them', async () => {
    await simulate(eager, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'lagging', { configs: { ...compacted, 'min.compaction.lag.ms': String(MINUTE_MS) } })
      const again = { key: 'a', value: filler }
      await write(simulation, client, topicId, [again, again, again])
      await simulation.sleep(MINUTE_MS - 5000)
      expect(await readAll(simulation, client, topicId)).toHaveLength(3)
      await simulation.sleep(10_000)
      expect(await readAll(simulation, client, topicId)).toHaveLength(2)
    })
  })

  it('max.compaction.lag.ms has records cleaned in time, also where nothing more is written', async () => {
    await simulate(eager, async (simulation) => {
      const client = await simulation.test.connect()
      const configs = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '1', 'max.compaction.lag.ms': String(MINUTE_MS) }
      const topicId = await createTopic(client, 'idle', { configs })
      const again = { key: 'a', value: filler }
      await write(simulation, client, topicId, [again, again, again])
      await simulation.sleep(MINUTE_MS - 5000)
      expect(await readAll(simulation, client, topicId)).toHaveLength(3)
      await simulation.sleep(10_000)
      expect((await readAll(simulation, client, topicId)).map(({ offset }) => offset)).toEqual([2])
    })
  })

  it('delete.retention.ms says how long a cleaned tombstone stays', async () => {
    await simulate(eager, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'graves', { configs: { ...compacted, 'delete.retention.ms': String(10 * MINUTE_MS) } })
      await write(simulation, client, topicId, [
        { key: 'a', value: filler },
        { key: 'a', value: null },
        { key: 'b', value: filler },
        { key: 'c', value: filler },
      ])
      await simulation.sleep(5 * MINUTE_MS)
      expect(seen(await readAll(simulation, client, topicId))[0]).toEqual([1, 'a', null])
      await simulation.sleep(6 * MINUTE_MS)
      expect((await readAll(simulation, client, topicId)).map(({ key }) => key)).toEqual(['b', 'c'])
    })
  })

  it("the broker's log.cleaner configs are the defaults, and log.cleaner.backoff.ms says how often the cleaner looks", async () => {
    const settings = {
      ...idleTimeout,
      'log.cleanup.policy': 'compact',
      'log.segment.bytes': '1024',
      'log.cleaner.min.cleanable.ratio': '0',
      'log.cleaner.delete.retention.ms': '0',
      'log.cleaner.backoff.ms': String(10 * MINUTE_MS),
    }
    await simulate(settings, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'defaults')
      await write(simulation, client, topicId, [
        { key: 'a', value: filler },
        { key: 'a', value: null },
        { key: 'b', value: filler },
        { key: 'c', value: filler },
      ])
      await simulation.sleep(9 * MINUTE_MS)
      expect(await readAll(simulation, client, topicId)).toHaveLength(4)
      await simulation.sleep(12 * MINUTE_MS)
      expect((await readAll(simulation, client, topicId)).map(({ key }) => key)).toEqual(['b', 'c'])
    })
  })

  it('log.cleaner.io.max.bytes.per.second makes a cleaning take its time', async () => {
    await simulate({ ...eager, 'log.cleaner.io.max.bytes.per.second': '1000' }, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'slow', { configs: { ...compacted, 'segment.bytes': '100000' } })
      const again = { key: 'a', value: filler }
      await write(
        simulation,
        client,
        topicId,
        Array.from({ length: 220 }, () => again),
      )
      // Twice read, 100 kB at 1 kB a second.
      await simulation.sleep(150_000)
      expect(await readAll(simulation, client, topicId)).toHaveLength(220)
      await simulation.sleep(300_000)
      expect((await readAll(simulation, client, topicId)).length).toBeLessThan(120)
    })
  })

  it('a record without a key is refused through both doors, in any compression', async () => {
    await simulate(eager, async ({ test, doors }) => {
      const native = await test.connect()
      const kafka = await test.connectKafka()
      const topicId = await createTopic(native, 'keyed', { configs: compacted })
      const bad = [{ key: 'a', value: '1' }, { value: 'no key' }]
      const good = [
        { key: 'a', value: '1' },
        { key: '', value: 'empty is a key' },
      ]
      for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
        const batch = (records: readonly TestRecord[]) => compressedBatchOf(records, codec, doors.compression)
        expect((await produce(native, { topicId, records: await batch(bad) })).errorCode).toBe(errorCode('INVALID_RECORD'))
        expect((await kafkaProduce(kafka, { topic: 'keyed', records: await batch(bad) })).errorCode).toBe(errorCode('INVALID_RECORD'))
        expect((await produce(native, { topicId, records: await batch(good) })).errorCode).toBe(0)
        expect((await kafkaProduce(kafka, { topic: 'keyed', records: await batch(good) })).errorCode).toBe(0)
      }
      const plain = await createTopic(native, 'plain')
      expect((await produce(native, { topicId: plain, records: batchOf(bad) })).errorCode).toBe(0)
    })
  })

  it('a batch that becomes too large when it is opened for its keys is refused', async () => {
    await simulate({ ...eager, 'max.decompressed.batch.bytes': '100000' }, async ({ test, doors }) => {
      const client = await test.connect()
      const topicId = await createTopic(client, 'bounded', { configs: compacted })
      const bomb = await compressedBatchOf([{ key: 'a', value: 'x'.repeat(200_000) }], 'gzip', doors.compression)
      expect((await produce(client, { topicId, records: bomb })).errorCode).toBe(errorCode('MESSAGE_TOO_LARGE'))
    })
  })

  it('compressed records are compacted, too', async () => {
    await simulate(eager, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'packed', { configs: { ...compacted, 'segment.bytes': '1500' } })
      for (const codec of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
        const noise = Array.from({ length: 2000 }, (_, index) => String.fromCharCode(33 + ((index * index * 7919) % 90))).join('')
        const records = [
          { key: 'same', value: codec },
          { key: codec, value: noise },
        ]
        await produce(client, { topicId, records: await compressedBatchOf(records, codec, simulation.doors.compression) })
      }
      await write(simulation, client, topicId, [{ key: 'last', value: filler }])
      await simulation.sleep(2000)
      const kept = await readAll(simulation, client, topicId)
      expect(kept.map(({ offset, key }) => [offset, key])).toEqual([
        [1, 'gzip'],
        [3, 'snappy'],
        [5, 'lz4'],
        [6, 'same'],
        [7, 'zstd'],
        [8, 'last'],
      ])
    })
  })

  it('records of a topic that is only compacted cannot be deleted by offset', async () => {
    await simulate(eager, async (simulation) => {
      const client = await simulation.test.connect()
      const codes: number[] = []
      for (const policy of ['compact', 'compact,delete']) {
        const name = policy.replace(',', '-')
        const topicId = await createTopic(client, name, { configs: { ...compacted, 'cleanup.policy': policy } })
        await write(simulation, client, topicId, [{ key: 'a', value: filler }])
        const topics = [{ name, partitions: [{ partition: 0, offset: 1 }] }]
        const { response } = await client.send('deleteRecords', { topics, timeoutMs: 5000 })
        codes.push(response.topics[0]?.partitions[0]?.errorCode ?? -1)
      }
      expect(codes).toEqual([errorCode('POLICY_VIOLATION'), 0])
    })
  })

  it('a topic that is compacted from now on loses the records without a key', async () => {
    await simulate(eager, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'changed', { configs: { 'segment.bytes': '1024' } })
      await write(simulation, client, topicId, [{ value: filler }, { key: 'a', value: filler }, { key: 'b', value: filler }])
      const configs = Object.entries(compacted).map(([name, value]) => ({ name, operation: 0, value }))
      const resources = [{ resourceType: 2, resourceName: 'changed', configs }]
      await client.send('incrementalAlterConfigs', { resources, validateOnly: false })
      await simulation.sleep(2000)
      expect((await readAll(simulation, client, topicId)).map(({ key }) => key)).toEqual(['a', 'b'])
    })
  })

  it('notes how far it came beside the data, as Kafka does', async () => {
    await simulate(eager, async (simulation) => {
      const client = await simulation.test.connect()
      const topicId = await createTopic(client, 'noted', { configs: compacted })
      await write(simulation, client, topicId, [
        { key: 'a', value: filler },
        { key: 'a', value: filler },
        { key: 'b', value: filler },
      ])
      await simulation.sleep(2000)
      const file = simulation.doors.disk.openSync('/data/cleaner-offset-checkpoint', 'read')
      const text = new Uint8Array(file.sizeSync())
      file.readSync(text, 0)
      file.closeSync()
      expect(Buffer.from(text).toString()).toBe('0\n1\nnoted 0 2\n')
    })
  })
})

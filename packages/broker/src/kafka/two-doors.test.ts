import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchOf, batchOfValues, compressedBatchOf } from '../testing-support/batches.ts'
import { kafkaFetch, kafkaProduce } from '../testing-support/kafka-requests.ts'
import type { RawClient } from '../testing-support/raw-client.ts'
import type { RawKafkaClient } from '../testing-support/raw-kafka-client.ts'
import { createTopic, fetchOne, produce, TestBroker } from '../testing-support/test-broker.ts'

describe('both doors lead to one log', () => {
  let test: TestBroker
  let native: RawClient
  let kafka: RawKafkaClient

  beforeAll(async () => {
    test = await TestBroker.start()
    native = await test.connect()
    kafka = await test.connectKafka()
  })

  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const batches = async (): Promise<Uint8Array[]> => [
    batchOfValues('a'),
    batchOf([
      { key: null, value: null },
      { key: '', value: '' },
      { key: 'key', value: 'x'.repeat(100_000) },
    ]),
    ...(await Promise.all(
      (['gzip', 'snappy', 'lz4', 'zstd'] as const).map((codec) =>
        compressedBatchOf([{ value: 'y'.repeat(5000) }, { value: codec }], codec, test.doors.compression),
      ),
    )),
  ]

  it('the same batch is the same bytes in the segment', async () => {
    const nativeId = await createTopic(native, 'by-native')
    await createTopic(native, 'by-kafka')
    for (const batch of await batches()) {
      const a = await produce(native, { topicId: nativeId, records: batch.slice() })
      const b = await kafkaProduce(kafka, { topic: 'by-kafka', records: batch.slice() })
      expect([b.errorCode, b.baseOffset, b.logStartOffset]).toEqual([a.errorCode, a.baseOffset, a.logStartOffset])
    }
    const segment = (topic: string) => readFileSync(join(test.directory, `${topic}-0`, `${'0'.repeat(20)}.log`))
    expect(segment('by-native').length).toBeGreaterThan(100_000)
    expect(segment('by-kafka').equals(segment('by-native'))).toBe(true)
  })

  it('what one wrote the other reads, byte for byte', async () => {
    const topicId = await createTopic(native, 'mixed')
    for (const [index, batch] of (await batches()).entries()) {
      if (index % 2 === 0) await produce(native, { topicId, records: batch })
      else await kafkaProduce(kafka, { topic: 'mixed', records: batch })
    }
    const a = await fetchOne(native, { topicId, offset: 0 })
    const b = await kafkaFetch(kafka, { topicId, offset: 0 })
    expect(Buffer.compare(a.records, b.records ?? new Uint8Array(0))).toBe(0)
    expect(b).toMatchObject({ highWatermark: a.highWatermark, lastStableOffset: a.highWatermark, logStartOffset: 0 })
  })
})

import { Kafka } from '@kafka-ts/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts'
import { pause } from '../support/waiting.ts'
import { clients } from './clients.ts'
import { codecs, type RecordRead } from './interop-client.ts'
import { requireInstalled } from './programs.ts'
import { base64 } from './records.ts'

const topic = 'compacted'
const keys = 10
/** Each key this often, in each codec. */
const rounds = 6
const testTimeoutMs = 60_000
const cleanDeadlineMs = 60_000
const firstTimestamp = Date.UTC(2024, 0, 1)

let broker: BrokerProcess
let kafka: Kafka
let expected: RecordRead[]

beforeAll(async () => {
  broker = await startBrokerProcess({ configs: { 'log.cleaner.backoff.ms': '100' } })
  kafka = new Kafka({ brokers: [broker.address] })
  const configs = { 'cleanup.policy': 'compact', 'segment.bytes': '3000', 'min.cleanable.dirty.ratio': '0' }
  await kafka.admin.createTopics([{ topic, partitions: 1, configs }])
  expected = await writeAll()
  const deadline = performance.now() + cleanDeadlineMs
  while ((await readOffsets()).join() !== expected.map(({ offset }) => offset).join()) {
    if (performance.now() > deadline) throw new Error(`offsets ${await readOffsets()} are left`)
    await pause(200)
  }
}, 2 * cleanDeadlineMs)

afterAll(async () => {
  await kafka?.close()
  await broker?.remove()
})

describe.concurrent.each(clients)('$name', (entry) => {
  test(
    'reads a compacted topic, with its gaps, holes, emptied batches and delete horizons',
    async (context) => {
      requireInstalled(entry.missing(), context)
      const client = entry.open(broker.address)
      try {
        const found = await client.consume({ topic, partitions: [0], from: 'start', count: expected.length })
        expect(found.toSorted((one, other) => one.offset - other.offset)).toEqual(expected)
      } finally {
        await client.close()
      }
    },
    testTimeoutMs,
  )
})

/** The same keys over and over, in batches of every codec, by an idempotent producer each; what is left in the end. */
async function writeAll(): Promise<RecordRead[]> {
  const last = new Map<string, RecordRead>()
  for (const compression of codecs) {
    await using producer = kafka.producer({ compression })
    for (let round = 0; round < rounds; round++) {
      const records = Array.from({ length: keys }, (_, index) => {
        // Some keys are of one codec only, so that each codec leaves batches with holes.
        const key = index < 2 ? `${compression}-${index}` : `key-${index}`
        const value = index === 3 ? null : `${compression} ${round} ${'x'.repeat(30)}`
        return { key, value, partition: 0, timestamp: firstTimestamp + index }
      })
      for (const [index, { offset }] of (await producer.sendMany(topic, records)).entries()) {
        const { key, value, timestamp } = records[index]!
        last.set(key, { key: base64(key), value: value === null ? null : base64(value), headers: [], timestamp, partition: 0, offset })
      }
    }
  }
  // What follows closes the segment before it.
  const filler = { key: 'filler', value: 'x'.repeat(3000), partition: 0, timestamp: firstTimestamp }
  await using producer = kafka.producer()
  for (const { offset } of await producer.sendMany(topic, [filler, filler])) {
    last.set(`filler ${offset}`, { ...filler, key: base64(filler.key), value: base64(filler.value), headers: [], offset })
  }
  return [...last.values()].sort((one, other) => one.offset - other.offset)
}

async function readOffsets(): Promise<number[]> {
  const offsets: number[] = []
  await using consumer = kafka.consumer({ topics: [topic], from: 'earliest', until: 'end' })
  for await (const { offset } of consumer) offsets.push(offset)
  return offsets
}

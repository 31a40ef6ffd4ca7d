import { bytes, type Kafka, type ProducerRecord, string, topic } from '@kafka-ts/client'
import { type CopyPlace, countingCopies } from '@kafka-ts/protocol'
import { BATCH_HEADER_BYTES } from '@kafka-ts/protocol/records'
import { startBroker } from '@kafka-ts/testing'
import { expect, test } from 'vitest'
import { type SpiedCopies, spyOnCopies } from '../support/spied-copies.ts'

const LARGE_VALUE_BYTES = 1_000
const SMALL_VALUE_BYTES = 300
/** What a record has besides its value, and a request besides its batches. */
const FRAMING = 1.05
/** Bytes that have nothing to do with records, as a share of those of the records: message bodies, headers. */
const REST = 0.05

const words = topic('words', { key: string(), value: string() })
const blobs = topic('words', { key: bytes(), value: bytes() })

interface Copies {
  readonly counted: ReadonlyMap<CopyPlace, number>
  readonly spied: SpiedCopies
}

async function copiesOf(body: () => Promise<void>): Promise<Copies> {
  const spy = spyOnCopies()
  try {
    return { counted: await countingCopies(body), spied: spy.copies }
  } finally {
    spy.restore()
  }
}

/** Copies of each byte: those at the places, over the bytes there are. */
function shareOf({ counted }: Copies, places: readonly CopyPlace[], totalBytes: number): number {
  return places.reduce((sum, place) => sum + (counted.get(place) ?? 0), 0) / totalBytes
}

/** What the runtime copied may not be much more than what the door let through. */
function expectNothingBesideTheDoor({ counted, spied }: Copies, totalBytes: number): void {
  let throughDoor = 0
  for (const [place, copied] of counted) if (place !== 'encode') throughDoor += copied
  expect(spied.bytes - throughDoor).toBeLessThan(REST * totalBytes)
  expect(spied.textBytes - (counted.get('encode') ?? 0)).toBeLessThan(REST * totalBytes)
}

function records(count: number, options: { readonly valueBytes: number; readonly partitions: number }): ProducerRecord<typeof words>[] {
  return Array.from({ length: count }, (_, index) => ({
    value: String(index).padEnd(options.valueBytes, '.'),
    partition: index % options.partitions,
  }))
}

async function read(kafka: Kafka, count: number): Promise<void> {
  const consumer = kafka.consumer({ topics: [blobs], from: 'earliest' })
  let found = 0
  for await (const batch of consumer.batches()) {
    for (const record of batch) found += record.value.length > 0 ? 1 : 0
    if (found === count) break
  }
  await consumer.close()
}

test('a record of a large batch is copied once by its sender, at most once on its way into the broker, never on its way out, and at most once by its reader', async () => {
  await using broker = await startBroker({ topics: [{ topic: words, partitions: 2 }] })
  const kafka = broker.kafka()
  const producer = kafka.producer()
  const many = records(4_000, { valueBytes: LARGE_VALUE_BYTES, partitions: 2 })
  const totalBytes = many.length * LARGE_VALUE_BYTES
  // The first round connects, and has the buffers grow that the second one uses again.
  await producer.sendMany(words, many)

  const produced = await copiesOf(async () => {
    await producer.sendMany(words, many)
  })
  expect(shareOf(produced, ['encode', 'move', 'grow', 'compress'], totalBytes)).toBeGreaterThanOrEqual(1)
  expect(shareOf(produced, ['encode', 'move', 'grow', 'compress'], totalBytes)).toBeLessThan(FRAMING)
  expect(shareOf(produced, ['frame', 'first bytes', 'journal'], totalBytes)).toBeLessThan(FRAMING)
  expectNothingBesideTheDoor(produced, totalBytes)

  const readBytes = 2 * totalBytes
  const consumed = await copiesOf(() => read(kafka, 2 * many.length))
  expect(shareOf(consumed, ['frame'], readBytes)).toBeLessThan(FRAMING)
  expect([...consumed.counted.keys()].filter((place) => place !== 'frame')).toEqual([])
  expectNothingBesideTheDoor(consumed, readBytes)
})

test('a new producer copies its first batches once more, while their buffers grow', async () => {
  await using broker = await startBroker({ topics: [{ topic: words, partitions: 1 }] })
  const many = records(1_000, { valueBytes: LARGE_VALUE_BYTES, partitions: 1 })
  const totalBytes = many.length * LARGE_VALUE_BYTES
  const produced = await copiesOf(async () => {
    await broker.kafka().producer().sendMany(words, many)
  })
  expect(shareOf(produced, ['grow'], totalBytes)).toBeGreaterThan(0)
  expect(shareOf(produced, ['encode', 'move', 'grow', 'compress'], totalBytes)).toBeLessThan(2)
})

test('a small batch in a request of its own is copied once on its way into the broker: for the journal', async () => {
  await using broker = await startBroker({ topics: [{ topic: words, partitions: 1 }] })
  const producer = broker.kafka().producer({ lingerMs: 0 })
  const some = records(200, { valueBytes: SMALL_VALUE_BYTES, partitions: 1 })
  const totalBytes = some.length * (SMALL_VALUE_BYTES + BATCH_HEADER_BYTES)
  await producer.send(words, { value: 'connects' })
  const produced = await copiesOf(async () => {
    for (const record of some) await producer.send(words, record)
  })
  expect(shareOf(produced, ['journal'], totalBytes)).toBeGreaterThanOrEqual(1)
  expect(shareOf(produced, ['frame', 'first bytes', 'journal'], totalBytes)).toBeLessThan(FRAMING)
})

test('small batches of many partitions in one request are copied twice: into one frame, and for the journal', async () => {
  const partitions = 200
  await using broker = await startBroker({ topics: [{ topic: words, partitions }] })
  const producer = broker.kafka().producer({ lingerMs: 20 })
  const some = records(3 * partitions, { valueBytes: SMALL_VALUE_BYTES, partitions })
  const totalBytes = some.length * SMALL_VALUE_BYTES + partitions * BATCH_HEADER_BYTES
  await producer.sendMany(words, some)
  const produced = await copiesOf(async () => {
    await producer.sendMany(words, some)
  })
  expect(shareOf(produced, ['journal'], totalBytes)).toBeGreaterThanOrEqual(1)
  expect(shareOf(produced, ['frame', 'first bytes', 'journal'], totalBytes)).toBeLessThan(2 * FRAMING)
})

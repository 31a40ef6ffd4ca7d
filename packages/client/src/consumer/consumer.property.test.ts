import fc from 'fast-check'
import { expect, test } from 'vitest'
import { string } from '../codecs.ts'
import type { ConsumerRecord } from '../record.ts'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { topic } from '../topic.ts'

const orders = topic('orders', { key: string(), value: string() })
const PARTITIONS = 2
const RECORDS = 60

const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('read' as const), count: fc.integer({ min: 1, max: 15 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('read batch' as const), count: fc.nat(12) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('seek' as const), partition: fc.nat(PARTITIONS - 1), offset: fc.nat(RECORDS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const), partition: fc.nat(PARTITIONS - 1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'leave' as const) }) },
)
const settings = fc.record({
  bufferBytes: fc.constantFrom(1, 400, 100_000),
  partitionMaxBytes: fc.constantFrom(1, 300, 10_000),
  batchRecords: fc.constantFrom(1, 7, 60),
  compression: fc.constantFrom('none' as const, 'lz4' as const),
})

/** The client is closed while a new connection waits for the answer to its hello: nothing of that may be left. */
const closedWhileGreeting: [Step[], Settings, number] = [
  [{ kind: 'seek', partition: 0, offset: 0 }, { kind: 'restart' }],
  { bufferBytes: 100_000, partitionMaxBytes: 1, batchRecords: 60, compression: 'none' },
  2004416788,
]

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never

async function fill({ broker, kafka }: World, { batchRecords, compression }: Settings): Promise<void> {
  broker.createTopic('orders', PARTITIONS)
  const producer = kafka().producer({ compression, lingerMs: 60_000 })
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (let at = 0; at < RECORDS; at += batchRecords) {
      const count = Math.min(batchRecords, RECORDS - at)
      const sent = producer.sendMany(
        orders,
        Array.from({ length: count }, (_, index) => ({ value: `${partition}/${at + index}`, partition })),
      )
      await producer.flush()
      await sent
    }
  }
}

/** Plays the steps against a consumer and a model of it: the offset each partition is to give next. */
async function play(world: World, steps: readonly Step[], options: Settings): Promise<void> {
  await fill(world, options)
  const { bufferBytes, partitionMaxBytes } = options
  const consumer = world.kafka().consumer({ topics: [orders], from: 'earliest', bufferBytes, partitionMaxBytes, fetchMaxWaitMs: 50 })
  const expected = Array.from({ length: PARTITIONS }, () => 0)
  const paused = new Set<number>()
  let records = consumer[Symbol.asyncIterator]()
  const hasMore = (): boolean => expected.some((offset, partition) => offset < RECORDS && !paused.has(partition))
  const check = ({ partition, offset, value }: ConsumerRecord): void => {
    expect(paused).not.toContain(partition)
    expect(offset).toBe(expected[partition])
    expect(value).toBe(`${partition}/${offset}`)
    expected[partition] = offset + 1
  }
  const leave = async (): Promise<void> => {
    await records.return?.()
    records = consumer[Symbol.asyncIterator]()
  }
  check((await records.next()).value)
  for (const act of steps) {
    if (act.kind === 'read') {
      for (let count = 0; count < act.count && hasMore(); count++) check((await records.next()).value)
    } else if (act.kind === 'read batch' && hasMore()) {
      await leave()
      for await (const batch of consumer.batches()) {
        let left = act.count
        if (left === 0) break
        for (const record of batch) {
          check(record)
          if (--left === 0) break
        }
        break
      }
    } else if (act.kind === 'seek') {
      consumer.seek({ topic: 'orders', partition: act.partition }, { offset: act.offset })
      expected[act.partition] = act.offset
    } else if (act.kind === 'pause') {
      consumer.pause([{ topic: 'orders', partition: act.partition }])
      paused.add(act.partition)
    } else if (act.kind === 'resume') {
      consumer.resume([{ topic: 'orders', partition: act.partition }])
      paused.delete(act.partition)
    } else if (act.kind === 'sleep') await world.clock.sleep(act.ms)
    else if (act.kind === 'leave') await leave()
    else if (act.kind === 'restart') {
      await world.broker.kill()
      await world.broker.listen()
    }
  }
  consumer.resume()
  paused.clear()
  while (hasMore()) check((await records.next()).value)
  expect(consumer.position({ topic: 'orders', partition: 0 })).toBe(RECORDS)
}

test('whatever the application does, each partition gives the record at its position, without a gap or a repetition', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), settings, fc.nat(), (steps, options, seed) =>
      runSimulated(seed, (world) => play(world, steps, options)),
    ),
    { numRuns: 100, examples: [closedWhileGreeting] },
  )
})

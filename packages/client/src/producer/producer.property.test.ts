import { RecordBatchReader } from '@kafka-ts/protocol/records'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { string } from '../codecs.ts'
import type { ScriptedBroker } from '../testing-support/scripted-broker.ts'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { topic } from '../topic.ts'

const orders = topic('orders', { key: string(), value: string() })
const PARTITIONS = 3
/** The share of produce requests that are done and not answered. */
const LOST_ANSWERS = 0.3

/** What happens to the broker, or between two sends. `refuse` and `accept` are of one partition. */
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('send' as const), partition: fc.nat(PARTITIONS - 1), bytes: fc.nat(120) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: fc.nat(300) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('refuse' as const, 'accept' as const), partition: fc.nat(PARTITIONS - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('silence' as const, 'hang up' as const, 'lose answer' as const, 'restart' as const, 'shrink' as const),
    }),
  },
)
const settings = fc.record({
  lingerMs: fc.constantFrom(0, 5, 50),
  batchBytes: fc.constantFrom(1, 200, 2_000),
  bufferBytes: fc.constantFrom(600, 5_000, 100_000),
  compression: fc.constantFrom('none' as const, 'none' as const, 'lz4' as const),
  maxInFlightRequests: fc.constantFrom(1, 5),
  idempotent: fc.constantFrom(true, true, false),
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Sent {
  readonly partition: number
  readonly value: string
  readonly offset: number
}

async function play(
  world: World,
  steps: readonly Step[],
  options: typeof settings extends fc.Arbitrary<infer T> ? T : never,
): Promise<Sent[]> {
  const { broker, clock, doors, kafka } = world
  broker.createTopic('orders', PARTITIONS)
  const producer = kafka({ requestTimeoutMs: 1_000 }).producer({ ...options, deliveryTimeoutMs: 600_000, maxBlockMs: 600_000 })
  let fault: 'silence' | 'hang up' | 'lose answer' | undefined
  broker.scripts.produce = () => {
    const current = fault
    fault = undefined
    return current ?? (doors.random.float() < LOST_ANSWERS ? 'lose answer' : undefined)
  }
  const sends: Promise<Sent>[] = []
  for (const [index, act] of steps.entries()) {
    if (act.kind === 'send') {
      const value = `${index} ${'.'.repeat(act.bytes)}`
      sends.push(producer.send(orders, { value, partition: act.partition }).then(({ partition, offset }) => ({ partition, value, offset })))
    } else if (act.kind === 'sleep') await clock.sleep(act.ms)
    else if (act.kind === 'refuse') broker.partition('orders', act.partition).errorCode = 6
    else if (act.kind === 'accept') broker.partition('orders', act.partition).errorCode = 0
    else if (act.kind === 'shrink') broker.maxBatchBytes = 400
    else if (act.kind === 'restart') {
      await broker.kill()
      await clock.sleep(50)
      await broker.listen()
    } else fault = act.kind
  }
  for (let partition = 0; partition < PARTITIONS; partition++) broker.partition('orders', partition).errorCode = 0
  const sent = await Promise.all(sends)
  expect(producer.bufferedBytes).toBe(0)
  return sent
}

function stored(broker: ScriptedBroker, partition: number): string[] {
  const values: string[] = []
  for (const batch of broker.partition('orders', partition).batches) {
    const reader = new RecordBatchReader(batch, 0)
    while (reader.next()) values.push(reader.valueString() as string)
  }
  return values
}

test('whatever happens to the broker, every record is acknowledged where it is, and a partition keeps the order of its sends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), settings, fc.nat(), async (steps, options, seed) => {
      await runSimulated(seed, async (world) => {
        const sent = await play(world, steps, options)
        for (let partition = 0; partition < PARTITIONS; partition++) {
          const ofPartition = sent.filter((record) => record.partition === partition)
          const offsets = ofPartition.map(({ offset }) => offset)
          expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
          if (options.compression !== 'none') continue
          const values = stored(world.broker, partition)
          for (const { value, offset } of ofPartition) expect(values[offset]).toBe(value)
          // Without idempotence a request whose answer was lost is repeated, so values may stand twice; none stands before one that was sent earlier.
          if (options.idempotent) expect(values).toHaveLength(ofPartition.length)
          expect([...new Set(values)]).toEqual(ofPartition.map(({ value }) => value))
        }
      })
    }),
    { numRuns: 150 },
  )
})

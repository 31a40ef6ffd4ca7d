import { RecordBatchReader } from '@kafka-ts/protocol/records'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { string } from '../codecs.ts'
import type { ScriptedBroker } from '../testing-support/scripted-broker.ts'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { topic } from '../topic.ts'

const orders = topic('orders', { key: string(), value: string() })
const INVALID_TIMESTAMP = 32
const KAFKA_STORAGE_ERROR = 56
const POISON = 'poison'
const SETTLE_MS = 5_000

const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('send' as const), bytes: fc.nat(120) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('send poison' as const) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: fc.nat(400) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('refuse' as const, 'accept' as const, 'restart' as const, 'shrink' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('faults' as const), share: fc.constantFrom(0, 0.3, 0.8) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const settings = fc.record({
  lingerMs: fc.constantFrom(0, 5),
  batchBytes: fc.constantFrom(1, 200, 1_000),
  deliveryTimeoutMs: fc.constantFrom(150, 600, 3_000),
  compression: fc.constantFrom('none' as const, 'lz4' as const),
})

interface Outcome {
  readonly value: string
  readonly offset: number | undefined
}

/** Sends go wrong for good here: their time is over while they are under way, or the broker will not have them. */
async function play(
  world: World,
  steps: readonly Step[],
  options: typeof settings extends fc.Arbitrary<infer T> ? T : never,
): Promise<Outcome[]> {
  const { broker, clock, doors, kafka } = world
  broker.createTopic('orders')
  broker.refusalOf = (batch) => (options.compression === 'none' && Buffer.from(batch).includes(POISON) ? INVALID_TIMESTAMP : undefined)
  const producer = kafka({ requestTimeoutMs: 100 }).producer({
    ...options,
    maxBlockMs: 600_000,
    retryBackoffMs: 20,
    retryBackoffMaxMs: 100,
  })
  let faultShare = 0
  broker.scripts.produce = () => {
    if (doors.random.float() >= faultShare) return undefined
    return (['silence', 'hang up', 'lose answer'] as const)[Math.floor(doors.random.float() * 3)]
  }
  const sends: Promise<Outcome>[] = []
  const send = (value: string): void => {
    const sent = producer.send(orders, { value }).then(
      ({ offset }) => ({ value, offset }),
      () => ({ value, offset: undefined }),
    )
    sends.push(sent)
  }
  for (const [index, act] of steps.entries()) {
    if (act.kind === 'send') send(`${index} ${'.'.repeat(act.bytes)}`)
    else if (act.kind === 'send poison') send(`${index} ${POISON}`)
    else if (act.kind === 'sleep') await clock.sleep(act.ms)
    else if (act.kind === 'faults') faultShare = act.share
    else if (act.kind === 'refuse') broker.partition('orders').errorCode = KAFKA_STORAGE_ERROR
    else if (act.kind === 'accept') broker.partition('orders').errorCode = 0
    else if (act.kind === 'shrink') broker.maxBatchBytes = 400
    else {
      await broker.kill()
      await clock.sleep(50)
      await broker.listen()
    }
  }
  broker.partition('orders').errorCode = 0
  faultShare = 0
  // Whatever happened, the producer goes on once no request waits for its answer any more: the last record is written.
  await Promise.all(sends)
  await clock.sleep(SETTLE_MS)
  const last = await producer.send(orders, { value: 'last' })
  expect(producer.bufferedBytes).toBe(0)
  return [...(await Promise.all(sends)), { value: 'last', offset: last.offset }]
}

function stored(broker: ScriptedBroker): string[] {
  const values: string[] = []
  for (const batch of broker.partition('orders').batches) {
    const reader = new RecordBatchReader(batch, 0)
    while (reader.next()) values.push(reader.valueString() as string)
  }
  return values
}

test('the first records of a partition keep their order though the first of all has to be split', async () => {
  await runSimulated(1, async (world) => {
    const { broker, kafka } = world
    broker.createTopic('orders')
    broker.maxBatchBytes = 380
    const values = Array.from({ length: 200 }, (_, index) => `${index} ${'.'.repeat(16)}`)
    const sent = await kafka()
      .producer({ batchBytes: 800 })
      .sendMany(
        orders,
        values.map((value) => ({ value })),
      )
    expect(sent.map(({ offset }) => offset)).toEqual(values.map((_, index) => index))
    expect(stored(broker)).toEqual(values)
  })
})

test('whatever is given up on the way, an idempotent producer writes each value at most once, in order, and those it reports where it says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), settings, fc.nat(), async (steps, options, seed) => {
      await runSimulated(seed, async (world) => {
        const outcomes = await play(world, steps, options)
        if (options.compression !== 'none') return
        const values = stored(world.broker)
        expect(new Set(values).size).toBe(values.length)
        expect(values).toEqual(outcomes.map(({ value }) => value).filter((value) => values.includes(value)))
        for (const { value, offset } of outcomes) {
          if (offset === undefined) continue
          expect(values).toContain(value)
          if (offset !== -1) expect(values[offset]).toBe(value)
        }
      })
    }),
    { numRuns: Number(process.env['KAFKA_TS_CLIENT_RUNS'] ?? 150) },
  )
})

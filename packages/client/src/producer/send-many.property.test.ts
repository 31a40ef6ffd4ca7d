import { RecordBatchReader } from '@kafka-ts/protocol/records'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { string } from '../codecs.ts'
import { runSimulated, type World } from '../testing-support/simulated-world.ts'
import { topic } from '../topic.ts'
import type { Producer, ProducerRecord, RecordMetadata } from './producer-types.ts'

const orders = topic('orders', { key: string(), value: string() })
type OrderRecord = ProducerRecord<typeof orders>
const PARTITIONS = 3
const INVALID_TIMESTAMP = 32
const KAFKA_STORAGE_ERROR = 56
const POISON = 'poison'

const record = fc.oneof(
  { weight: 12, arbitrary: fc.record({ partition: fc.nat(PARTITIONS - 1), bytes: fc.nat(120) }) },
  { weight: 1, arbitrary: fc.record({ partition: fc.constant(PARTITIONS), bytes: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ partition: fc.nat(PARTITIONS - 1), bytes: fc.constantFrom('not a string' as const, POISON) }) },
  { weight: 1, arbitrary: fc.record({ partition: fc.nat(PARTITIONS - 1), bytes: fc.constant(1_500) }) },
)
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('send many' as const), records: fc.array(record, { maxLength: 25 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('send one' as const), record }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: fc.nat(400) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'refuse' as const,
        'accept' as const,
        'restart' as const,
        'shrink' as const,
        'flush' as const,
        'abort' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('silence' as const, 'hang up' as const, 'lose answer' as const) }) },
)
const settings = fc.record({
  lingerMs: fc.constantFrom(0, 5, 50),
  batchBytes: fc.constantFrom(1, 200, 1_000),
  bufferBytes: fc.constantFrom(600, 3_000, 100_000),
  maxBlockMs: fc.constantFrom(0, 300, 600_000),
  deliveryTimeoutMs: fc.constantFrom(300, 5_000),
  maxRequestBytes: fc.constant(1_400),
  idempotent: fc.boolean(),
})
const ending = fc.constantFrom('close' as const, 'abort' as const)

interface Script {
  readonly steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]
  readonly options: typeof settings extends fc.Arbitrary<infer T> ? T : never
  readonly ending: 'close' | 'abort'
  readonly isTopicThere: boolean
}
type SendMany = (producer: Producer, records: readonly OrderRecord[], signal: AbortSignal) => Promise<RecordMetadata[]>

/** What `sendMany` has to be equal to. */
const oneByOne: SendMany = async (producer, records, signal) => {
  const outcomes = await Promise.allSettled(records.map((each) => producer.send(orders, each, { signal })))
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}
const together: SendMany = (producer, records, signal) => producer.sendMany(orders, records, { signal })

function makeRecord(name: string, { partition, bytes }: typeof record extends fc.Arbitrary<infer T> ? T : never): OrderRecord {
  if (bytes === 'not a string') return { value: 5 as unknown as string, partition }
  return { value: `${name} ${bytes === POISON ? POISON : '.'.repeat(bytes as number)}`, partition }
}

async function describeOutcome(promise: Promise<unknown>, world: World): Promise<unknown> {
  const outcome = await promise.catch((error: unknown) => String(error))
  return { outcome, atMs: world.clock.monotonic() }
}

async function play(world: World, { steps, options, ending, isTopicThere }: Script, sendMany: SendMany): Promise<unknown> {
  const { broker, clock, kafka } = world
  if (isTopicThere) broker.createTopic('orders', PARTITIONS)
  broker.refusalOf = (batch) => (Buffer.from(batch).includes(POISON) ? INVALID_TIMESTAMP : undefined)
  const signal = new AbortController()
  const producer = kafka({ requestTimeoutMs: 200 }).producer({ ...options, signal: signal.signal, retryBackoffMs: 20 })
  let sendsSignal = new AbortController()
  const outcomes: Promise<unknown>[] = []
  const errorCodeOf = (errorCode: number): void => {
    if (broker.topics.has('orders')) broker.partition('orders').errorCode = errorCode
  }
  for (const [index, act] of steps.entries()) {
    if (act.kind === 'send many') {
      const records = act.records.map((each, at) => makeRecord(`${index}.${at}`, each))
      outcomes.push(describeOutcome(sendMany(producer, records, sendsSignal.signal), world))
    } else if (act.kind === 'send one') outcomes.push(describeOutcome(producer.send(orders, makeRecord(`${index}`, act.record)), world))
    else if (act.kind === 'sleep') await clock.sleep(act.ms)
    else if (act.kind === 'flush') outcomes.push(describeOutcome(producer.flush(), world))
    else if (act.kind === 'abort') {
      sendsSignal.abort()
      sendsSignal = new AbortController()
    } else if (act.kind === 'refuse') errorCodeOf(KAFKA_STORAGE_ERROR)
    else if (act.kind === 'accept') errorCodeOf(0)
    else if (act.kind === 'shrink') broker.maxBatchBytes = 400
    else if (act.kind === 'restart') {
      await broker.kill()
      await clock.sleep(50)
      await broker.listen()
    } else {
      const fault = act.kind
      broker.scripts.produce = () => {
        delete broker.scripts.produce
        return fault
      }
    }
  }
  if (!isTopicThere) broker.createTopic('orders', PARTITIONS)
  errorCodeOf(0)
  if (ending === 'abort') signal.abort()
  else await producer.close()
  const told = await Promise.all(outcomes)
  if (ending === 'close') expect(producer.bufferedBytes).toBe(0)
  return { told, stored: broker.topics.get('orders')?.partitions.map(({ batches }) => batches.map(valuesOf)) }
}

function valuesOf(batch: Uint8Array): string[] {
  const values: string[] = []
  const reader = new RecordBatchReader(batch, 0)
  while (reader.next()) values.push(reader.valueString() as string)
  return values
}

test('sendMany tells and writes what sending each record by itself does, at the same time, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 40 }),
      settings,
      fc.record({ ending, isTopicThere: fc.boolean() }),
      fc.nat(),
      async (steps, options, rest, seed) => {
        const script = { steps, options, ...rest }
        const played: unknown[] = []
        for (const sendMany of [oneByOne, together]) {
          await runSimulated(seed, async (world) => {
            played.push(await play(world, script, sendMany))
          })
        }
        expect(played[1]).toEqual(played[0])
      },
    ),
    { numRuns: Number(process.env['KAFKA_TS_CLIENT_RUNS'] ?? 150) },
  )
})

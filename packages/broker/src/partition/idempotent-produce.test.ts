import { Scheduler, SeededRandom, SimulatedDisk, simulatedDoors } from '@kafka-ts/io/simulated'
import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { batchOf, readRecords } from '../testing-support/batches.ts'
import { createTopic, fetchOne, produce, TestBroker } from '../testing-support/test-broker.ts'

const PRODUCER = { producerId: 4, producerEpoch: 0 }

/** One batch of an idempotent producer, in a buffer of its own: the broker takes over what it is given. */
function sequenced(baseSequence: number, values: readonly string[], identity = PRODUCER): Uint8Array {
  return batchOf(
    values.map((value) => ({ value })),
    { ...identity, baseSequence },
  )
}

describe('an idempotent producer', () => {
  it('is acknowledged with the first offset when it sends again, and nothing is written twice', async () => {
    await using test = await TestBroker.start()
    const client = await test.connect()
    const topicId = await createTopic(client, 'orders')
    await produce(client, { topicId, records: sequenced(0, ['a', 'b']) })
    await produce(client, { topicId, records: batchOf([{ value: 'of nobody' }]) })
    const records = () => sequenced(2, ['c'])
    const first = await produce(client, { topicId, records: records() })
    expect(first).toMatchObject({ errorCode: 0, baseOffset: 3 })
    expect(await produce(client, { topicId, records: records() })).toEqual(first)
    expect(await produce(client, { topicId, records: records(), acks: 1 })).toEqual(first)
    expect(await produce(client, { topicId, records: sequenced(0, ['a', 'b']) })).toMatchObject({ errorCode: 0, baseOffset: 0 })
    const { records: stored, highWatermark } = await fetchOne(client, { topicId, offset: 0 })
    expect(highWatermark).toBe(4)
    expect((await readRecords(stored, test.doors.compression)).map(({ value }) => value)).toEqual(['a', 'b', 'of nobody', 'c'])
  })

  it('is told of gaps, of old epochs, and of what was written too long ago to say where', async () => {
    await using test = await TestBroker.start()
    const client = await test.connect()
    const topicId = await createTopic(client, 'orders')
    const codeOf = async (records: Uint8Array) => (await produce(client, { topicId, records })).errorCode
    for (let sequence = 0; sequence < 8; sequence++) {
      expect(await codeOf(sequenced(sequence, ['a']))).toBe(0)
      expect(await codeOf(batchOf([{ value: 'of nobody' }]))).toBe(0)
    }
    expect(await codeOf(sequenced(9, ['gap']))).toBe(errorCode('OUT_OF_ORDER_SEQUENCE_NUMBER'))
    expect(await codeOf(sequenced(0, ['a']))).toBe(errorCode('DUPLICATE_SEQUENCE_NUMBER'))
    expect(await codeOf(sequenced(1, ['a'], { ...PRODUCER, producerEpoch: 1 }))).toBe(errorCode('OUT_OF_ORDER_SEQUENCE_NUMBER'))
    expect(await codeOf(sequenced(0, ['new'], { ...PRODUCER, producerEpoch: 1 }))).toBe(0)
    expect(await codeOf(sequenced(8, ['a']))).toBe(errorCode('INVALID_PRODUCER_EPOCH'))
    expect(await codeOf(batchOf([{ value: 'a' }], { ...PRODUCER, baseSequence: 0, isTransactional: true }))).toBe(
      errorCode('INVALID_RECORD'),
    )
  })

  it('is recognised after a restart', async () => {
    const before = await TestBroker.start()
    const client = await before.connect()
    const topicId = await createTopic(client, 'orders')
    for (let sequence = 0; sequence < 5; sequence++) await produce(client, { topicId, records: sequenced(sequence, ['a']) })
    await before.stop()
    await using test = await TestBroker.start({ directory: before.directory, doors: before.doors })
    const again = await test.connect()
    for (let sequence = 0; sequence < 5; sequence++) {
      expect(await produce(again, { topicId, records: sequenced(sequence, ['a']) })).toMatchObject({ errorCode: 0, baseOffset: sequence })
    }
  })

  it('is recognised though its records are compressed again', async () => {
    await using test = await TestBroker.start()
    const client = await test.connect()
    const topicId = await createTopic(client, 'orders', { configs: { 'compression.type': 'gzip' } })
    const answers = await Promise.all([0, 0, 1, 1].map((sequence) => produce(client, { topicId, records: sequenced(sequence, ['a']) })))
    expect(answers.map(({ baseOffset }) => baseOffset)).toEqual([0, 0, 1, 1])
  })

  it('gets no acknowledgement for what it sent again before the first of it is durable', async () => {
    const scheduler = new Scheduler({ seed: 3 })
    const simulatedDisk = new SimulatedDisk({ scheduler, random: new SeededRandom(3), latency: { minMs: 20, maxMs: 20 } })
    const doors = simulatedDoors({ scheduler, host: 'broker', simulatedDisk })
    const clientDoors = simulatedDoors({ scheduler, host: 'client', network: doors.simulatedNetwork })
    await scheduler.settle(
      (async () => {
        const test = await TestBroker.start({ settings: { listeners: 'broker:9092' }, doors, clientDoors, directory: '/data' })
        const client = await test.connect()
        const topicId = await createTopic(client, 'orders')
        await produce(client, { topicId, records: batchOf([{ value: 'the journal is there' }]) })
        const order: string[] = []
        const send = async (name: string, sequence: number): Promise<number> => {
          const { baseOffset } = await produce(client, { topicId, records: sequenced(sequence, ['a']) })
          order.push(name)
          return baseOffset
        }
        const startMs = doors.clock.monotonic()
        const offsets = await Promise.all([send('first', 0), send('second', 1), send('first again', 0), send('second again', 1)])
        expect(doors.clock.monotonic() - startMs).toBeGreaterThanOrEqual(20)
        expect(offsets).toEqual([1, 2, 1, 2])
        // A write that fails takes both back, and whoever waits for one of them hears of it.
        simulatedDisk.faults.add({ operation: 'sync', path: /\.wal$/ })
        const failed = await Promise.all([2, 2].map((sequence) => produce(client, { topicId, records: sequenced(sequence, ['lost']) })))
        expect(failed.map((answer) => answer.errorCode)).toEqual(Array(2).fill(errorCode('KAFKA_STORAGE_ERROR')))
        expect(order).toHaveLength(4)
        await test.stop()
      })(),
    )
  })
})

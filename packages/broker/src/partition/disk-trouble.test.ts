import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '@kafka-ts/protocol'
import { describe, expect, it } from 'vitest'
import { batchOfValues } from '../testing-support/batches.ts'
import { simulate } from '../testing-support/simulated.ts'
import { createTopic, fetchOne, produce, TestBroker } from '../testing-support/test-broker.ts'

const STORAGE_ERROR = errorCode('KAFKA_STORAGE_ERROR')

describe('a disk with too little free space', () => {
  it('refuses produce, goes on with fetch, and takes produce again by itself', async () => {
    await simulate({ 'min.free.bytes': '1000000', 'min.free.check.interval.ms': '1000' }, async ({ test, doors, sleep }) => {
      const client = await test.connect()
      const topicId = await createTopic(client, 'orders')
      expect((await produce(client, { topicId, records: batchOfValues('a') })).errorCode).toBe(0)
      doors.simulatedDisk.setFreeBytes(900_000)
      await sleep(2500)
      const refused = await produce(client, { topicId, records: batchOfValues('b') })
      expect([refused.errorCode, refused.errorMessage]).toEqual([STORAGE_ERROR, expect.stringContaining('min.free.bytes')])
      expect(await fetchOne(client, { topicId, offset: 0 })).toMatchObject({ errorCode: 0, highWatermark: 1 })
      doors.simulatedDisk.setFreeBytes(900_000_000)
      await sleep(2500)
      expect(await produce(client, { topicId, records: batchOfValues('b') })).toMatchObject({ errorCode: 0, baseOffset: 1 })
    })
  })

  it('that is full in the middle of an append loses nothing that was acknowledged', async () => {
    await simulate({}, async ({ test, doors, logged }) => {
      const client = await test.connect()
      const topicId = await createTopic(client, 'orders')
      expect((await produce(client, { topicId, records: batchOfValues('a') })).errorCode).toBe(0)
      doors.simulatedDisk.setFreeBytes(500)
      for (let attempt = 0; attempt < 3; attempt++)
        expect((await produce(client, { topicId, records: batchOfValues('x'.repeat(10_000)) })).errorCode).toBe(STORAGE_ERROR)
      expect(logged.filter((line) => line.includes('found no space'))).toHaveLength(1)
      expect(await fetchOne(client, { topicId, offset: 0 })).toMatchObject({ errorCode: 0, highWatermark: 1 })
      doors.simulatedDisk.setFreeBytes(900_000_000)
      expect(await produce(client, { topicId, records: batchOfValues('b') })).toMatchObject({ errorCode: 0, baseOffset: 1 })
    })
  })
})

describe('a data directory that fails', () => {
  const settings = { 'log.dirs': '/data,/more' }

  it('takes only its own partitions offline; their appends and fetches that wait are told', async () => {
    await simulate(settings, async ({ test, doors }) => {
      const client = await test.connect()
      const topicId = await createTopic(client, 'orders', { partitions: 4 })
      for (let partition = 0; partition < 4; partition++) await produce(client, { topicId, partition, records: batchOfValues('a') })
      doors.simulatedDisk.faults.add({ operation: 'sync', path: /^\/more\/journal/, times: Number.POSITIVE_INFINITY })
      const waiting = [0, 1, 2, 3].map((partition) => fetchOne(client, { topicId, partition, offset: 1, maxWaitMs: 60_000 }))
      const answers = await Promise.all(
        [0, 1, 2, 3].map((partition) => produce(client, { topicId, partition, records: batchOfValues('b') })),
      )
      const failed = answers.map(({ errorCode: code }) => code === STORAGE_ERROR)
      expect(answers.map(({ errorCode: code }) => code).sort()).toEqual([0, 0, STORAGE_ERROR, STORAGE_ERROR])
      expect((await Promise.all(waiting)).map(({ errorCode: code }) => code === STORAGE_ERROR)).toEqual(failed)
      const { response } = await client.send('metadata', { topics: [{ name: 'orders', topicId: null }], allowAutoCreate: false })
      expect(response.topics[0]?.partitions.map(({ leaderId }) => leaderId === -1)).toEqual(failed)
      const { response: dirs } = await client.send('describeLogDirs', { topics: null })
      expect(dirs.logDirs.map(({ path, errorCode: code }) => [path, code])).toEqual([
        ['/data', 0],
        ['/more', STORAGE_ERROR],
      ])
    })
  })

  it('gets no new partitions', async () => {
    await simulate(settings, async ({ test, doors }) => {
      const client = await test.connect()
      const topicId = await createTopic(client, 'orders', { partitions: 2 })
      doors.simulatedDisk.faults.add({ operation: 'sync', path: /^\/more\/journal/, times: Number.POSITIVE_INFINITY })
      await Promise.all([0, 1].map((partition) => produce(client, { topicId, partition, records: batchOfValues('b') })))
      const laterId = await createTopic(client, 'later', { partitions: 4 })
      for (let partition = 0; partition < 4; partition++) {
        expect((await produce(client, { topicId: laterId, partition, records: batchOfValues('a') })).errorCode).toBe(0)
      }
    })
  })
})

describe('several data directories', () => {
  it('share new partitions evenly', async () => {
    await simulate({ 'log.dirs': '/data,/more,/most' }, async ({ test }) => {
      const client = await test.connect()
      for (const partitions of [1, 4, 7]) await createTopic(client, `topic-${partitions}`, { partitions })
      const { response } = await client.send('describeLogDirs', { topics: null })
      const counts = response.logDirs.map(({ topics }) => topics.reduce((sum, topic) => sum + topic.partitions.length, 0))
      expect(counts).toEqual([4, 4, 4])
    })
  })
})

describe('a log whose tail has a leader epoch that was never given', () => {
  it('is offline; the broker starts, and serves the others', async () => {
    const first = await TestBroker.start()
    const client = await first.connect()
    const topicId = await createTopic(client, 'orders', { partitions: 2 })
    for (const partition of [0, 1]) await produce(client, { topicId, partition, records: batchOfValues('a') })
    await first.stop()
    // As after a crash, when nothing but the log file tells: no checksum of it covers the leader epoch, at bytes 12 to 16 of a batch.
    for (const name of ['clean-shutdown', 'recovery-point-offset-checkpoint', 'orders-0/leader-epoch-checkpoint']) {
      rmSync(join(first.directory, name))
    }
    const path = join(first.directory, 'orders-0/00000000000000000000.log')
    const content = readFileSync(path)
    content[13] = 2
    writeFileSync(path, content)
    await using second = await TestBroker.start({ directory: first.directory })
    const again = await second.connect()
    const { response } = await again.send('metadata', { topics: [{ name: 'orders', topicId: null }], allowAutoCreate: false })
    expect(response.topics[0]?.partitions.map(({ leaderId }) => leaderId)).toEqual([-1, 1])
    expect((await produce(again, { topicId, partition: 0, records: batchOfValues('b') })).errorCode).toBe(STORAGE_ERROR)
    expect(await produce(again, { topicId, partition: 1, records: batchOfValues('b') })).toMatchObject({ errorCode: 0, baseOffset: 1 })
  })
})

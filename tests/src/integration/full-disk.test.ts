import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, type KafkaError } from '@kafka-ts/client'
import { afterEach, beforeEach, describe, expect, type TestContext, test } from 'vitest'
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts'

const diskBytes = 32 * 1024 * 1024
const valueBytes = 4096
const deliveryTimeoutMs = 2000
const testTimeoutMs = 90_000
const value = 'x'.repeat(valueBytes)

let disk: string
let isMounted: boolean

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'kafka-ts-small-disk-'))
  isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', disk]).status === 0
})
afterEach(() => {
  if (isMounted) spawnSync('umount', [disk])
  rmdirSync(disk)
})

function requireMounted(context: TestContext): void {
  if (isMounted) return
  console.warn(`skipped "${context.task.name}": this user may not mount a tmpfs`)
  context.skip()
}

function freeBytes(): number {
  const { bavail, bsize } = statfsSync(disk)
  return bavail * bsize
}

function startOnSmallDisk(port = 0): Promise<BrokerProcess> {
  return startBrokerProcess({ dataDir: join(disk, 'data'), port, configs: { 'min.free.bytes': '0' } })
}

/** Writes until a record is refused; the offsets that were acknowledged, and the refusal. */
async function fillUp(kafka: Kafka, topic: string): Promise<{ readonly acknowledged: Set<number>; readonly refusal: KafkaError }> {
  const producer = kafka.producer({ deliveryTimeoutMs })
  const acknowledged = new Set<number>()
  for (;;) {
    const sends = Array.from({ length: 64 }, () => producer.send(topic, { value }))
    const refusals = (await Promise.allSettled(sends)).flatMap((outcome) => {
      if (outcome.status === 'rejected') return [outcome.reason as KafkaError]
      acknowledged.add(outcome.value.offset)
      return []
    })
    const [refusal] = refusals
    if (refusal !== undefined) return { acknowledged, refusal }
  }
}

async function offsetsOf(kafka: Kafka, topic: string): Promise<Set<number>> {
  const offsets = new Set<number>()
  for await (const record of kafka.consumer({ topics: [topic], from: 'earliest', until: 'end' })) offsets.add(record.offset)
  return offsets
}

describe('a disk of 32 MiB, filled to the brim', () => {
  test(
    'refuses produce, serves what is there, and takes produce again by itself once there is space',
    async (context) => {
      requireMounted(context)
      const broker = await startOnSmallDisk()
      const kafka = new Kafka({ brokers: [broker.address] })
      try {
        await kafka.admin.createTopics([{ topic: 'kept' }, { topic: 'filler' }])
        const kept = await kafka.producer().send('kept', { value: 'before' })
        const { acknowledged, refusal } = await fillUp(kafka, 'filler')
        expect(refusal.code).toBe('TIMED_OUT')
        expect((refusal.cause as KafkaError).code).toBe('KAFKA_STORAGE_ERROR')
        expect(acknowledged.size).toBeGreaterThan(1000)
        expect(freeBytes()).toBeLessThan(1024 * 1024)
        const found = await offsetsOf(kafka, 'filler')
        expect([...acknowledged].filter((offset) => !found.has(offset))).toEqual([])

        await kafka.admin.deleteTopic('filler')
        const after = await kafka.producer({ deliveryTimeoutMs: 30_000 }).send('kept', { value: 'after' })
        expect(after.offset).toBeGreaterThan(kept.offset)
        expect((await offsetsOf(kafka, 'kept')).has(after.offset)).toBe(true)
      } finally {
        await kafka.close()
        await broker.stop()
      }
    },
    testTimeoutMs,
  )

  test(
    'keeps every acknowledged record over a SIGKILL; a start says that there is no space, and succeeds once there is',
    async (context) => {
      requireMounted(context)
      let broker = await startOnSmallDisk()
      const kafka = new Kafka({ brokers: [broker.address] })
      const port = Number(broker.address.split(':')[1])
      try {
        const somethingElse = join(disk, 'something-else')
        writeFileSync(somethingElse, Buffer.alloc(512 * 1024))
        await kafka.admin.createTopic({ topic: 'filler' })
        const { acknowledged } = await fillUp(kafka, 'filler')
        await broker.stop('SIGKILL')
        writeFileSync(join(disk, 'the-rest'), Buffer.alloc(freeBytes()))
        await expect(startOnSmallDisk(port)).rejects.toThrow('no space left on the disk')
        rmSync(somethingElse)
        broker = await startOnSmallDisk(port)
        const found = await offsetsOf(kafka, 'filler')
        expect([...acknowledged].filter((offset) => !found.has(offset))).toEqual([])
      } finally {
        await kafka.close()
        await broker.stop()
      }
    },
    testTimeoutMs,
  )
})

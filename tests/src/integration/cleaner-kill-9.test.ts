import { type Kafka, nullable, string, topic } from '@kafka-ts/client'
import { expect, test } from 'vitest'
import { underKills } from '../support/under-kills.ts'
import { volume } from '../support/volume.ts'
import { pause, until } from '../support/waiting.ts'

/** KAFKA_TS_CLEANER_KILLS=100 npm test -- tests/src/integration/cleaner-kill-9 runs it by hand. */
const kills = volume('KAFKA_TS_CLEANER_KILLS', { quick: 2, ci: 10 })
const keyCount = 500
/** The keys, their tombstones, and what is not cleaned at any one time: a small share, and the segment that is written to. */
const mostRecordsLeft = 5000
const cleanDeadlineMs = 60_000
const windowRecords = 4000
/** Every so many records are tombstones. */
const tombstoneEvery = 23
const states = topic('states', { key: string(), value: nullable(string()) })

/** Something is being cleaned nearly always. */
const brokerConfigs = { 'log.cleaner.backoff.ms': '20', 'log.segment.delete.delay.ms': '100' }
const topicConfigs = {
  'cleanup.policy': 'compact',
  'segment.bytes': '100000',
  'min.cleanable.dirty.ratio': '0.05',
  'delete.retention.ms': '3000',
}

interface Written {
  readonly key: string
  readonly value: string | null
}

test(
  `compaction loses and resurrects no key over ${kills} SIGKILLs of the broker at random moments`,
  () =>
    underKills({
      kills,
      configs: brokerConfigs,
      start: async (kafka) => {
        await kafka.admin.createTopics([{ topic: states, partitions: 1, configs: topicConfigs }])
        return startWriter(kafka)
      },
      onRestart: async (kafka, writer) => writer.expectNothingBack(await readAll(kafka)),
      check: async (kafka, writer) => {
        expect(writer.failures).toEqual([])
        const found = await readOnceCleaned(kafka)
        writer.expectNothingBack(found)
        writer.expectEachKey(found)
      },
    }),
  60_000 + kills * 20_000,
)

/** Writes ever new values and tombstones of the same keys, one after the other with a bounded window, until stopped. */
function startWriter(kafka: Kafka) {
  const producer = kafka.producer({ batchBytes: 2048 })
  /** What was acknowledged with its offset: of a record that was there already the broker may not know where. */
  const placed = new Map<number, Written>()
  /** The last write of each key: they are acknowledged in their order, and in the end all of them. */
  const last = new Map<string, { readonly value: string | null; offset: number | undefined }>()
  const failures: unknown[] = []
  const gone = new Set<number>()
  let sent = 0
  let acknowledged = 0
  let isStopped = false
  const running = (async () => {
    while (!isStopped && failures.length === 0) {
      const number = sent++
      const key = `key-${(number * 7) % keyCount}`
      const value = number % tombstoneEvery === 0 ? null : `${number} ${'x'.repeat(60)}`
      const write: { readonly value: string | null; offset: number | undefined } = { value, offset: undefined }
      last.set(key, write)
      producer.send(states, { key, value }).then(
        ({ offset }) => {
          acknowledged++
          if (offset < 0) return
          write.offset = offset
          placed.set(offset, { key, value })
        },
        (error: unknown) => failures.push(error),
      )
      if (sent - acknowledged >= windowRecords) await until(() => sent - acknowledged < windowRecords / 2 || failures.length > 0)
      else if (number % 50 === 0) await pause(0)
    }
    await producer.close()
  })()
  return {
    failures,
    acknowledgedCount: () => acknowledged,
    stop: () => {
      isStopped = true
      return running
    },
    /** What a reader saw is what was written, and what one reader found gone no later one sees. */
    expectNothingBack(found: ReadonlyMap<number, Written>): void {
      const first = Math.min(...found.keys())
      const last = Math.max(...found.keys())
      for (let offset = 0; offset < last; offset++) if (!found.has(offset)) gone.add(offset)
      expect([...found.keys()].filter((offset) => gone.has(offset))).toEqual([])
      const wrong = [...found].filter(([offset, { key, value }]) => {
        const written = placed.get(offset)
        return written !== undefined && (written.key !== key || written.value !== value)
      })
      expect(wrong, `of ${first} to ${last}`).toEqual([])
    },
    /** Each key has its last value, or, when that is a tombstone, nothing older without it. */
    expectEachKey(found: ReadonlyMap<number, Written>): void {
      const newest = new Map<string, number>()
      for (const [offset, { key }] of found) newest.set(key, Math.max(offset, newest.get(key) ?? -1))
      const problems: string[] = []
      for (const [key, { value, offset }] of last) {
        const seen = newest.get(key)
        if (seen === undefined && value === null) continue
        const isRight = seen !== undefined && found.get(seen)?.value === value && (offset ?? seen) === seen
        if (!isRight) problems.push(`${key}: offset ${seen} where ${value}, written at ${offset}, is the last`)
      }
      expect(problems).toEqual([])
    },
  }
}

/** Every record, once the cleaner has caught up with what was written. */
async function readOnceCleaned(kafka: Kafka): Promise<Map<number, Written>> {
  let found = await readAll(kafka)
  const deadline = performance.now() + cleanDeadlineMs
  while (found.size > mostRecordsLeft) {
    if (performance.now() > deadline) throw new Error(`${found.size} records are left of ${keyCount} keys`)
    await pause(500)
    found = await readAll(kafka)
  }
  return found
}

/** Every record by its offset. */
async function readAll(kafka: Kafka): Promise<Map<number, Written>> {
  const found = new Map<number, Written>()
  await using consumer = kafka.consumer({ topics: [states], from: 'earliest', until: 'end' })
  for await (const batch of consumer.batches()) {
    for (const { offset, key, value } of batch) {
      expect(found.has(offset), `offset ${offset} was read twice`).toBe(false)
      found.set(offset, { key: key ?? 'none', value })
    }
  }
  return found
}

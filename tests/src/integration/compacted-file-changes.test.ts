import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import { Kafka, nullable, string, topic } from '@kafka-ts/client'
import { expect, test } from 'vitest'
import { startBrokerProcess } from '../support/broker-process.ts'
import { volume } from '../support/volume.ts'
import { pause } from '../support/waiting.ts'

/** KAFKA_TS_FILE_CHANGE_ROUNDS=20 npm test -- tests/src/integration/compacted-file-changes runs all of it. */
const rounds = volume('KAFKA_TS_FILE_CHANGE_ROUNDS', { quick: 2, ci: 6 })
const file = fileURLToPath(new URL('../../../../shared/data/file-changes.ndjson.gz', import.meta.url))
const partitions = 4
/** Every so many files are deleted in the end. */
const deletedEvery = 50
const sendRecords = 2000
const cleanDeadlineMs = 120_000
const changes = topic('file-changes', { key: string(), value: nullable(string()) })

const brokerConfigs = { 'log.cleaner.backoff.ms': '200', 'log.segment.delete.delay.ms': '1000' }
const topicConfigs = {
  'cleanup.policy': 'compact',
  'segment.bytes': String(4 * 2 ** 20),
  'min.cleanable.dirty.ratio': '0.01',
  'max.compaction.lag.ms': '2000',
  'delete.retention.ms': '15000',
}

interface Change {
  readonly key: string
  readonly value: string | null
}

/** By `<partition> <offset>`. */
type Records = ReadonlyMap<string, Change>

test(`of real changes of files, written ${rounds} times over, the last one of each file remains`, { timeout: 400_000 }, async (context) => {
  if (!existsSync(file)) {
    console.warn(`skipped "${context.task.name}": the real data set (${file}) is not here`)
    context.skip()
  }
  const lines = await readLines()
  const broker = await startBrokerProcess({ configs: brokerConfigs })
  const kafka = new Kafka({ brokers: [broker.address] })
  try {
    await kafka.admin.createTopics([{ topic: changes, partitions, configs: topicConfigs }])
    const last = new Map<string, string>()
    let written = 0
    for (let round = 0; round < rounds; round++) written += await write(kafka, lines, last)
    expect(written).toBe(rounds * lines.length)
    const places = new Set(last.values())
    expect(keysOf(await readUntil(kafka, (found) => found.size === places.size))).toEqual(sortedKeys(last))

    const deleted = [...last.keys()].filter((_, index) => index % deletedEvery === 0).map((key) => ({ key, value: null }))
    await write(kafka, deleted, last)
    const withTombstones = await readUntil(kafka, (found) => found.size === last.size)
    expect(keysOf(withTombstones), 'each tombstone took the place of its file').toEqual(sortedKeys(last))
    expect([...withTombstones.values()].filter(({ value }) => value === null)).toHaveLength(deleted.length)

    for (const { key } of deleted) last.delete(key)
    const found = await readUntil(kafka, (records) => records.size === last.size)
    expect(keysOf(found), 'no deleted file is left, and no other is gone').toEqual(sortedKeys(last))
    const newest = new Map(lines.map(({ key, value }) => [key, value]))
    for (const { key, value } of found.values()) if (newest.get(key) !== value) expect([key, value]).toEqual([key, newest.get(key)])
  } finally {
    await kafka.close()
    await broker.remove()
  }
})

async function readLines(): Promise<Change[]> {
  const lines: Change[] = []
  for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
    lines.push({ key: (JSON.parse(line) as { readonly file: string }).file, value: line })
  }
  return lines
}

/** Writes all of them and notes in `last` where the last one of each key went. */
async function write(kafka: Kafka, records: readonly Change[], last: Map<string, string>): Promise<number> {
  await using producer = kafka.producer()
  let count = 0
  for (let start = 0; start < records.length; start += sendRecords) {
    const part = records.slice(start, start + sendRecords)
    const sent = await producer.sendMany(changes, part)
    for (const [index, { partition, offset }] of sent.entries()) last.set((part[index] as Change).key, `${partition} ${offset}`)
    count += sent.length
  }
  return count
}

/** Reads everything again and again until the cleaner has come far enough. */
async function readUntil(kafka: Kafka, isFarEnough: (found: Records) => boolean): Promise<Records> {
  const deadline = performance.now() + cleanDeadlineMs
  for (;;) {
    const found = await readAll(kafka)
    if (isFarEnough(found)) return found
    if (performance.now() > deadline) throw new Error(`${found.size} records are left`)
    await pause(500)
  }
}

async function readAll(kafka: Kafka): Promise<Records> {
  const found = new Map<string, Change>()
  await using consumer = kafka.consumer({ topics: [changes], from: 'earliest', until: 'end' })
  for await (const batch of consumer.batches()) {
    for (const { partition, offset, key, value } of batch) found.set(`${partition} ${offset}`, { key: key ?? 'none', value })
  }
  return found
}

/** Each record as `<key> at <place>`. */
function keysOf(found: Records): string[] {
  return [...found].map(([place, { key }]) => `${key} at ${place}`).sort()
}

function sortedKeys(last: ReadonlyMap<string, string>): string[] {
  return [...last].map(([key, place]) => `${key} at ${place}`).sort()
}

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, type Producer, string, topic } from '@kafka-ts/client'
import { type BrokerProcess, startBrokerProcess } from '@kafka-ts/tests/support'
import type { Measurement, Scenario } from '../scenario.ts'
import { sendAll } from '../send-all.ts'
import { percentile } from '../stats.ts'

const records = 600_000
const valueBytes = 1024
const keyCount = 50_000
const segmentBytes = 64 * 2 ** 20
const probesPerSecond = 500
const idleSeconds = 5
const settleSeconds = 10
const pollMs = 20
const deadlineMs = 120_000
const changed = topic('changed', { key: string(), value: string() })
const probed = topic('probed', { key: string(), value: string() })

const brokerConfigs = { 'log.cleaner.backoff.ms': '20', 'log.segment.delete.delay.ms': '60000' }
const topicConfigs = { 'segment.bytes': String(segmentBytes), 'min.cleanable.dirty.ratio': '0' }

/** One partition of overwritten keys is cleaned while another topic is written to, one record at a time. */
export const clean: Scenario = {
  name: 'clean',
  summary: `compaction of ${valueBytes}-byte records, ${keyCount.toLocaleString('en-US')} keys, and produce meanwhile`,
  async run({ runs, scale, log }) {
    const speeds: number[] = []
    const idle: number[] = []
    const busy: number[] = []
    for (let run = 0; run < runs; run++) {
      const found = await cleanOnce(Math.max(150_000, Math.round(records * scale)))
      speeds.push(found.speed)
      idle.push(found.idle.p99)
      busy.push(found.busy.p99)
      log(`${Math.round(found.speed)} MB/s; produce ${shown(found.idle)} idle, ${shown(found.busy)} meanwhile`)
    }
    const setting = `${valueBytes} B, 1 partition, commit`
    const goal = 2 * (idle.toSorted((a, b) => a - b)[idle.length >> 1] ?? Number.NaN)
    return [
      { scenario: 'clean', figure: 'cleaning', unit: 'MB/s', setting, samples: speeds, goal: 100 },
      { scenario: 'clean', figure: 'produce p99, idle', unit: 'ms', setting, samples: idle },
      { scenario: 'clean', figure: 'produce p99, while cleaning', unit: 'ms', setting, samples: busy, goal },
    ] satisfies Measurement[]
  },
}

/** Of the times from a send to its acknowledgement, milliseconds. */
interface Latency {
  readonly mean: number
  readonly p50: number
  readonly p99: number
}

function shown({ mean, p50, p99 }: Latency): string {
  return `mean ${mean.toFixed(2)} p50 ${p50.toFixed(2)} p99 ${p99.toFixed(2)} ms`
}

async function cleanOnce(count: number): Promise<{ readonly speed: number; readonly idle: Latency; readonly busy: Latency }> {
  const broker = await startBrokerProcess({ configs: brokerConfigs })
  const kafka = new Kafka({ brokers: [broker.address] })
  try {
    await kafka.admin.createTopics([{ topic: probed, partitions: 1 }])
    await using probe = kafka.producer({ lingerMs: 0 })
    await fill(kafka, count)
    // What was written is brought to the disk for some time yet.
    await pause(settleSeconds * 1000)
    const idle = await latencyWhile(probe, async () => pause(idleSeconds * 1000))
    let speed = 0
    const busy = await latencyWhile(probe, async () => {
      speed = await cleaningSpeed(kafka, broker)
    })
    return { speed, idle, busy }
  } finally {
    await kafka.close()
    await broker.remove()
  }
}

/** Filled while it is not compacted yet: then all of it is cleaned in one go. */
async function fill(kafka: Kafka, count: number): Promise<void> {
  await kafka.admin.createTopics([{ topic: changed, partitions: 1, configs: topicConfigs }])
  const producer = kafka.producer()
  const value = 'v'.repeat(valueBytes)
  const record = (i: number) => ({ key: `key-${(i * 7919) % keyCount}`, value })
  await sendAll(producer, changed, { count, partitions: 1, record })
  await producer.close()
}

/** MB a second, of what the segments had, from the change of the policy until the cleaner says that it is done. */
async function cleaningSpeed(kafka: Kafka, broker: BrokerProcess): Promise<number> {
  const bytes = completeSegmentBytes(join(broker.dataDir, `${changed.name}-0`))
  const resource = { type: 'topic', name: changed.name } as const
  const begun = performance.now()
  const [outcome] = await kafka.admin.alterConfigs([
    { resource, changes: [{ name: 'cleanup.policy', operation: 'set', value: 'compact' }] },
  ])
  if (outcome?.error !== undefined) throw outcome.error
  while (!existsSync(join(broker.dataDir, 'cleaner-offset-checkpoint'))) {
    if (performance.now() - begun > deadlineMs) throw new Error('nothing was cleaned')
    await pause(pollMs)
  }
  return bytes / 1e3 / (performance.now() - begun)
}

/** All but the one that is written to. */
function completeSegmentBytes(directory: string): number {
  const names = readdirSync(directory).filter((name) => name.endsWith('.log'))
  return names
    .sort()
    .slice(0, -1)
    .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
}

/** Of one record at a time at a steady rate, for as long as `task` takes. */
async function latencyWhile(producer: Producer, task: () => Promise<void>): Promise<Latency> {
  const times: number[] = []
  let isDone = false
  const running = task().finally(() => {
    isDone = true
  })
  const begun = performance.now()
  const sends: Promise<void>[] = []
  while (!isDone) {
    while (sends.length < ((performance.now() - begun) / 1000) * probesPerSecond) sends.push(sendOne(producer, times))
    await pause(1)
  }
  await Promise.all(sends)
  await running
  times.sort((one, other) => one - other)
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  return { mean, p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

async function sendOne(producer: Producer, times: number[]): Promise<void> {
  const begun = performance.now()
  await producer.send(probed, { key: 'probe', value: 'x'.repeat(valueBytes / 10) })
  times.push(performance.now() - begun)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

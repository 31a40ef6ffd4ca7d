import { type Consumer, type GroupConsumer, Kafka, string, topic } from '@kafka-ts/client'
import { startBrokerProcess } from '@kafka-ts/tests/support'
import type { Measurement, Scenario } from '../scenario.ts'
import { type StringTopic, sendAll } from '../send-all.ts'
import { median } from '../stats.ts'
import { makeWorkload } from '../workload.ts'

const records = 2_000_000
const valueBytes = 100
const partitions = 6
/** A group may cost this much of what reading without one does. */
const mostOverhead = 1.1

type AnyConsumer = Consumer<StringTopic> | GroupConsumer<StringTopic>

/** Calls `onFirst` with the first record, and returns once `count` were read. */
type Reading = (consumer: AnyConsumer, count: number, onFirst: () => void) => Promise<void>

const ways: Readonly<Record<string, Reading>> = {
  'batches()': async (consumer, count, onFirst) => {
    let read = 0
    let characters = 0
    for await (const batch of consumer.batches()) {
      if (read === 0) onFirst()
      for (const record of batch) {
        read++
        characters += (record.key as string).length + record.value.length
      }
      if (read === count) break
    }
    ensureWhole(characters, count)
  },
  'for await record': async (consumer, count, onFirst) => {
    let read = 0
    let characters = 0
    for await (const record of consumer) {
      if (read === 0) onFirst()
      characters += (record.key as string).length + record.value.length
      if (++read === count) break
    }
    ensureWhole(characters, count)
  },
}

function ensureWhole(characters: number, count: number): void {
  if (characters !== count * (12 + valueBytes)) throw new Error(`read ${characters} characters of ${count} records`)
}

/** The same backlog read with a group and without, in turn: records a second of wall clock, and CPU time of the client's process a record. */
export const groupConsume: Scenario = {
  name: 'group-consume',
  summary: 'the backlog of `consume`, by a member of a group and by a consumer without one, in turn',
  async run({ runs, scale, log }) {
    const count = Math.max(1000, Math.round(records * scale))
    const { keys, values } = makeWorkload(count, valueBytes)
    const broker = await startBrokerProcess()
    const kafka = new Kafka({ brokers: [broker.address] })
    const measurements: Measurement[] = []
    try {
      const backlog = topic('backlog', { key: string(), value: string() })
      await kafka.admin.createTopics([{ topic: backlog, partitions }])
      const producer = kafka.producer()
      await sendAll(producer, backlog, { count, partitions, record: (i) => ({ key: keys[i] as string, value: values[i] as string }) })
      await producer.close()
      for (const [figure, reading] of Object.entries(ways)) {
        const samples = {
          assign: { rates: [] as number[], cpuNs: [] as number[] },
          group: { rates: [] as number[], cpuNs: [] as number[] },
        }
        for (let run = 0; run <= runs; run++) {
          for (const kind of ['assign', 'group'] as const) {
            const consumer = kafka.consumer({
              topics: [backlog],
              from: 'earliest',
              ...(kind === 'group' ? { group: `${figure} ${run}` } : {}),
            })
            const { rate, cpuNs } = await measure(consumer, count, reading)
            await consumer.close()
            log(
              `${figure}, ${kind}: ${Math.round(rate).toLocaleString('en-US')} records/s, ${cpuNs.toFixed(0)} ns CPU a record${run === 0 ? ' (warm-up)' : ''}`,
            )
            if (run === 0) continue
            samples[kind].rates.push(rate)
            samples[kind].cpuNs.push(cpuNs)
          }
        }
        const setting = `${valueBytes} B, ${partitions} partitions`
        for (const kind of ['assign', 'group'] as const) {
          const { rates, cpuNs } = samples[kind]
          const goals = kind === 'group' ? [median(samples.assign.rates) / mostOverhead, median(samples.assign.cpuNs) * mostOverhead] : []
          const of = { scenario: 'group-consume', setting }
          measurements.push({ ...of, figure: `${figure}, ${kind}`, unit: 'records/s', samples: rates, ...goal(goals[0]) })
          measurements.push({ ...of, figure: `${figure}, ${kind}, client CPU`, unit: 'ns', samples: cpuNs, ...goal(goals[1]) })
        }
      }
    } finally {
      await kafka.close()
      await broker.remove()
    }
    return measurements
  },
}

function goal(value: number | undefined): { readonly goal?: number } {
  return value === undefined ? {} : { goal: value }
}

/** From the first record to the last: joining a group is another matter. */
async function measure(consumer: AnyConsumer, count: number, reading: Reading): Promise<{ readonly rate: number; readonly cpuNs: number }> {
  let begunMs = 0
  let begunCpu = process.cpuUsage()
  await reading(consumer, count, () => {
    begunMs = performance.now()
    begunCpu = process.cpuUsage()
  })
  const { user, system } = process.cpuUsage(begunCpu)
  return { rate: count / ((performance.now() - begunMs) / 1000), cpuNs: ((user + system) * 1000) / count }
}

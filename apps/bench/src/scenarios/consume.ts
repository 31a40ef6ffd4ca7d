import { Kafka, string, topic } from '@kafka-ts/client'
import { startBrokerProcess } from '@kafka-ts/tests/support'
import { ProcessorMeter } from '../processor-time.ts'
import type { Measurement, ProcessorUs, Scenario } from '../scenario.ts'
import { type StringTopic, sendAll } from '../send-all.ts'
import { makeWorkload } from '../workload.ts'

const records = 2_000_000
const valueBytes = 100
const partitions = 6

interface Way {
  readonly figure: string
  readonly goal: number
  read(kafka: Kafka, from: StringTopic): Promise<{ readonly count: number; readonly characters: number }>
}

const ways: readonly Way[] = [
  {
    figure: 'batches()',
    goal: 2_000_000,
    async read(kafka, from) {
      let count = 0
      let characters = 0
      await using consumer = kafka.consumer({ topics: [from], from: 'earliest', until: 'end' })
      for await (const batch of consumer.batches()) {
        for (const record of batch) {
          count++
          characters += (record.key as string).length + record.value.length
        }
      }
      return { count, characters }
    },
  },
  {
    figure: 'for await record',
    goal: 1_200_000,
    async read(kafka, from) {
      let count = 0
      let characters = 0
      await using consumer = kafka.consumer({ topics: [from], from: 'earliest', until: 'end' })
      for await (const record of consumer) {
        count++
        characters += (record.key as string).length + record.value.length
      }
      return { count, characters }
    },
  },
]

/** A backlog read from its beginning, every key and value as a string. */
export const consume: Scenario = {
  name: 'consume',
  summary: 'a backlog of 100-byte records, key and value read as strings',
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
      const expected = keys.reduce((sum, key) => sum + key.length, 0) + count * valueBytes
      for (const way of ways) {
        const samples: number[] = []
        const processorUs: ProcessorUs[] = []
        for (let run = 0; run <= runs; run++) {
          const meter = new ProcessorMeter(broker.pid)
          const begun = performance.now()
          const read = await way.read(kafka, backlog)
          const rate = count / ((performance.now() - begun) / 1000)
          const used = meter.perRecord(count)
          if (read.count !== count || read.characters !== expected)
            throw new Error(`read ${read.count} records and ${read.characters} characters, expected ${count} and ${expected}`)
          log(`${way.figure}: ${Math.round(rate).toLocaleString('en-US')} records/s${run === 0 ? ' (warm-up)' : ''}`)
          if (run === 0) continue
          samples.push(rate)
          processorUs.push(used)
        }
        measurements.push({
          scenario: 'consume',
          figure: way.figure,
          unit: 'records/s',
          setting: `${valueBytes} B, ${partitions} partitions`,
          samples,
          processorUs,
          goal: way.goal,
        })
      }
    } finally {
      await kafka.close()
      await broker.remove()
    }
    return measurements
  },
}

import { Kafka, string, topic } from '@kafka-ts/client'
import { startBrokerProcess } from '@kafka-ts/tests/support'
import { ProcessorMeter } from '../processor-time.ts'
import type { Measurement, ProcessorUs, Scenario, ScenarioOptions } from '../scenario.ts'
import { sendAll } from '../send-all.ts'
import { recordsPerCall, sendAllInCalls } from '../send-all-in-calls.ts'
import { makeWorkload } from '../workload.ts'

interface Setting {
  readonly records: number
  readonly valueBytes: number
  readonly partitions: number
  readonly durability: 'page' | 'commit'
  /** Left out: `send()`, a promise a record. */
  readonly call?: 'sendMany'
  readonly unit: 'records/s' | 'MB/s'
  readonly goal: number
}

const settings: readonly Setting[] = [
  { records: 1_000_000, valueBytes: 100, partitions: 6, durability: 'page', unit: 'records/s', goal: 1_000_000 },
  { records: 1_000_000, valueBytes: 100, partitions: 6, durability: 'page', call: 'sendMany', unit: 'records/s', goal: 1_500_000 },
  { records: 1_000_000, valueBytes: 100, partitions: 6, durability: 'commit', unit: 'records/s', goal: 600_000 },
  { records: 1_000_000, valueBytes: 100, partitions: 6, durability: 'commit', call: 'sendMany', unit: 'records/s', goal: 1_350_000 },
  { records: 1_000_000, valueBytes: 100, partitions: 100, durability: 'commit', unit: 'records/s', goal: 300_000 },
  { records: 1_000_000, valueBytes: 100, partitions: 1000, durability: 'commit', unit: 'records/s', goal: 150_000 },
  { records: 300_000, valueBytes: 1024, partitions: 6, durability: 'page', unit: 'MB/s', goal: 350 },
  { records: 300_000, valueBytes: 1024, partitions: 6, durability: 'commit', unit: 'MB/s', goal: 200 },
]

/** Public `send()`, one promise a record, and `sendMany()`; acks=all, no compression, default linger. */
export const produce: Scenario = {
  name: 'produce',
  summary: 'send() with one promise a record and sendMany() of 1,000, acks=all, 12-byte keys, distinct values',
  async run(options) {
    const measurements: Measurement[] = []
    for (const setting of settings) measurements.push(await measure(setting, options))
    return measurements
  },
}

async function measure(setting: Setting, { runs, scale, log }: ScenarioOptions): Promise<Measurement> {
  const count = Math.max(1000, Math.round(setting.records * scale))
  const { keys, values } = makeWorkload(count, setting.valueBytes)
  const broker = await startBrokerProcess({ configs: { durability: setting.durability } })
  const kafka = new Kafka({ brokers: [broker.address] })
  const call = setting.call === undefined ? '' : `, ${setting.call}(${recordsPerCall.toLocaleString('en-US')})`
  const name = `${setting.valueBytes} B, ${setting.partitions} partitions, ${setting.durability}${call}`
  const send = setting.call === undefined ? sendAll : sendAllInCalls
  const samples: number[] = []
  const processorUs: ProcessorUs[] = []
  try {
    for (let run = 0; run <= runs; run++) {
      const target = topic(`produce-${run}`, { key: string(), value: string() })
      await kafka.admin.createTopics([{ topic: target, partitions: setting.partitions }])
      const producer = kafka.producer()
      // Connections and metadata are made before the clock starts.
      await producer.send(target, { key: 'warm', value: 'up' })
      const meter = new ProcessorMeter(broker.pid)
      const begun = performance.now()
      await send(producer, target, {
        count,
        partitions: setting.partitions,
        record: (i) => ({ key: keys[i] as string, value: values[i] as string }),
      })
      const seconds = (performance.now() - begun) / 1000
      const used = meter.perRecord(count)
      await producer.close()
      await expectRecords(kafka, target.name, count + 1)
      await kafka.admin.deleteTopics([target.name])
      const rate = setting.unit === 'records/s' ? count / seconds : (count * setting.valueBytes) / 1e6 / seconds
      log(`${name}: ${Math.round(rate).toLocaleString('en-US')} ${setting.unit}${run === 0 ? ' (warm-up)' : ''}`)
      if (run === 0) continue
      samples.push(rate)
      processorUs.push(used)
    }
  } finally {
    await kafka.close()
    await broker.remove()
  }
  return { scenario: 'produce', figure: 'acknowledged', unit: setting.unit, setting: name, samples, processorUs, goal: setting.goal }
}

/** A run that lost or doubled a record is no measurement. */
async function expectRecords(kafka: Kafka, topicName: string, expected: number): Promise<void> {
  const consumer = kafka.consumer({ topics: [topicName], from: 'earliest' })
  const ends = await consumer.endOffsets()
  await consumer.close()
  const found = ends.reduce((sum, end) => sum + end.offset, 0)
  if (found !== expected) throw new Error(`${topicName} holds ${found} records, ${expected} were acknowledged`)
}

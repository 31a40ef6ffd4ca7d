import { Kafka, string, topic } from '@kafka-ts/client'
import { startBrokerProcess } from '@kafka-ts/tests/support'
import type { Measurement, Scenario } from '../scenario.ts'
import { percentile } from '../stats.ts'

const ratePerSecond = 5000
const seconds = 8
const warmUpSeconds = 2
const partitions = 6

/** From just before `send()` to the record in the consumer's hands; producer and consumer share a process and its clock. */
export const latency: Scenario = {
  name: 'latency',
  summary: `end to end at ${ratePerSecond.toLocaleString('en-US')} records/s, linger 0, acks=all, durability=commit`,
  async run({ runs, scale, log }) {
    const figures = [
      { name: 'p50', fraction: 0.5, goal: 1.5, samples: [] as number[] },
      { name: 'p99', fraction: 0.99, goal: 5, samples: [] as number[] },
      { name: 'p99.9', fraction: 0.999, goal: undefined, samples: [] as number[] },
      { name: 'max', fraction: 1, goal: undefined, samples: [] as number[] },
    ]
    const broker = await startBrokerProcess()
    try {
      for (let run = 0; run < runs; run++) {
        const sorted = (await pacedRun(broker.address, `paced-${run}`, Math.max(2, seconds * scale))).sort()
        for (const figure of figures) figure.samples.push(percentile(sorted, figure.fraction))
        log(figures.map((figure) => `${figure.name} ${(figure.samples.at(-1) as number).toFixed(2)} ms`).join(', '))
      }
    } finally {
      await broker.remove()
    }
    return figures.map(
      ({ name, goal, samples }): Measurement => ({
        scenario: 'latency',
        figure: `end to end ${name}`,
        unit: 'ms',
        setting: `${ratePerSecond} records/s, ${partitions} partitions, commit`,
        samples,
        ...(goal === undefined ? {} : { goal }),
      }),
    )
  },
}

async function pacedRun(address: string, name: string, runSeconds: number): Promise<Float64Array> {
  await using kafka = new Kafka({ brokers: [address] })
  const target = topic(name, { key: string(), value: string() })
  await kafka.admin.createTopics([{ topic: target, partitions }])
  const total = Math.round(ratePerSecond * (runSeconds + warmUpSeconds))
  const skipped = ratePerSecond * warmUpSeconds
  const latencies = new Float64Array(total - skipped)
  const filler = 'x'.repeat(80)

  const consumer = kafka.consumer({ topics: [target], from: 'earliest' })
  const reading = (async () => {
    let seen = 0
    for await (const batch of consumer.batches()) {
      const now = performance.now()
      for (const record of batch) {
        const [sequence, sentAt] = record.value.split(' ', 2) as [string, string]
        if (Number(sequence) >= skipped) latencies[Number(sequence) - skipped] = now - Number(sentAt)
        seen++
      }
      if (seen >= total) return
    }
  })()

  const producer = kafka.producer({ lingerMs: 0 })
  const failures: unknown[] = []
  const begun = performance.now()
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * ratePerSecond))
    while (sent < due) {
      producer
        .send(target, { key: `key-${sent % 997}`, value: `${sent} ${performance.now()} ${filler}` })
        .catch((error: unknown) => failures.push(error))
      sent++
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await producer.flush()
  if (failures.length > 0) throw failures[0]
  await reading
  await consumer.close()
  await producer.close()
  return latencies
}

// Prints how many calibration steps one record costs, from `send()` to the strings in the reader's hands, client and broker in this process, in processor time: what else runs on the
// machine slows both alike.
import { string, topic } from '@kafka-ts/client'
import { startBroker } from '@kafka-ts/testing'
import { sendAll } from '../send-all.ts'
import { makeWorkload } from '../workload.ts'

const records = 100_000
const valueBytes = 100
const partitions = 6
const rounds = 3
const calibrationSteps = 2_000_000
const calibrationBytes = 128

const stepNs = calibrate()
console.log(JSON.stringify({ stepsPerRecord: (await recordNs()) / stepNs }))

/** Processor time of one step of a loop that does what the hot path is made of: strings into bytes, bytes into strings, and integer arithmetic. */
function calibrate(): number {
  const text = 'x'.repeat(calibrationBytes)
  const bytes = Buffer.alloc(calibrationBytes)
  let sink = 0
  const loop = (steps: number) => {
    for (let step = 0; step < steps; step++) {
      bytes.write(text, 0, 'latin1')
      for (let at = 0; at < calibrationBytes; at += 4) sink = (Math.imul(sink, 31) + (bytes[at] as number)) | 0
      sink += bytes.toString('latin1').length
    }
  }
  loop(calibrationSteps / 10)
  const begun = process.cpuUsage()
  loop(calibrationSteps)
  const spentNs = processorNsSince(begun)
  if (sink === 0) throw new Error('nothing was calculated')
  return spentNs / calibrationSteps
}

/** The least of some rounds, after one that warms up. */
async function recordNs(): Promise<number> {
  const { keys, values } = makeWorkload(records, valueBytes)
  await using broker = await startBroker({ dataDir: 'memory' })
  const kafka = broker.kafka()
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round <= rounds; round++) {
    const target = topic(`round-${round}`, { key: string(), value: string() })
    await kafka.admin.createTopics([{ topic: target, partitions }])
    await using producer = kafka.producer()
    const begun = process.cpuUsage()
    await sendAll(producer, target, {
      count: records,
      partitions,
      record: (index) => ({ key: keys[index] as string, value: values[index] as string }),
    })
    await using consumer = kafka.consumer({ topics: [target], from: 'earliest', until: 'end' })
    let characters = 0
    for await (const batch of consumer.batches()) for (const { key, value } of batch) characters += (key as string).length + value.length
    const spentNs = processorNsSince(begun)
    if (characters !== records * (12 + valueBytes)) throw new Error(`read ${characters} characters of ${records} records`)
    if (round > 0) least = Math.min(least, spentNs / records)
  }
  return least
}

function processorNsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun)
  return (user + system) * 1000
}

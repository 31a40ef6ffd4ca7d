import { Kafka } from '@kafka-ts/client'
import { SeededRandom } from '@kafka-ts/io/simulated'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts'
import { volume } from '../support/volume.ts'
import { Attacker } from './fuzz/attacker.ts'
import { nextInput } from './fuzz/inputs.ts'

/** KAFKA_TS_FUZZ=1000000 npm test -- tests/src/interop/socket-fuzz runs it by hand; KAFKA_TS_FUZZ_SEED replays the inputs. */
const inputs = volume('KAFKA_TS_FUZZ', { quick: 5_000, ci: 100_000 })
const seed = Number(process.env['KAFKA_TS_FUZZ_SEED'] ?? Date.now() % 2 ** 31)
const connections = 32
/** Memory is compared with what it was after this share of the inputs: by then code is compiled and buffers have their size. */
const warmUpShare = 0.25
const maxGrowthBytes = 64 * 1024 * 1024
const maxBystanderMs = 3_000
let broker: BrokerProcess
let kafka: Kafka

beforeAll(async () => {
  broker = await startBrokerProcess({ configs: { 'auto.create.topics.enable': 'false', 'log.level': 'error' } })
  kafka = new Kafka({ brokers: [broker.address] })
  // The topic of the captured requests, so that they get beyond its name.
  await kafka.admin.createTopics([
    { topic: 'captured', partitions: 1 },
    { topic: 'bystander', partitions: 1 },
  ])
})
afterAll(async () => {
  await kafka?.close()
  await broker?.remove()
})

test(
  `${inputs} hostile inputs (seed ${seed}) are answered or refused; memory stays flat, and others are served meanwhile`,
  async () => {
    const bystander = startBystander()
    const warmUp = await attack(Math.round(inputs * warmUpShare), seed)
    const warmBytes = broker.residentBytes()
    const rest = await attack(inputs - Math.round(inputs * warmUpShare), seed + 1)
    const growth = broker.residentBytes() - warmBytes
    const { slowestMs, served } = await bystander.stop()

    const [answered, closed] = [warmUp.answered + rest.answered, warmUp.closed + rest.closed]
    const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
    console.log(
      `${inputs} inputs: ${answered} answered, ${closed} refused; RSS ${mib(warmBytes)} then ${mib(growth)} more; bystander ${served} rounds, slowest ${slowestMs.toFixed(0)} ms`,
    )
    expect(answered + closed).toBe(inputs)
    // Inputs that all end the same way would show little.
    expect(Math.min(answered, closed)).toBeGreaterThan(inputs / 20)
    if (Number.isFinite(growth)) expect(growth).toBeLessThan(maxGrowthBytes)
    expect(served).toBeGreaterThan(0)
    expect(slowestMs).toBeLessThan(maxBystanderMs)
  },
  30_000 + inputs * 3,
)

/** So many inputs over some connections at once. Rejects with the first that the broker did not deal with. */
async function attack(count: number, seedOfInputs: number): Promise<{ answered: number; closed: number }> {
  const random = new SeededRandom(seedOfInputs)
  const outcomes = { answered: 0, closed: 0 }
  let left = count
  const run = async () => {
    const attacker = new Attacker(Number(broker.address.split(':')[1]))
    try {
      while (left-- > 0) outcomes[await attacker.send(nextInput(random))]++
    } finally {
      attacker.close()
    }
  }
  await Promise.all(Array.from({ length: connections }, run))
  return outcomes
}

/** Writes and reads back record after record on connections of its own. */
function startBystander() {
  const producer = kafka.producer()
  let isStopped = false
  let slowestMs = 0
  let served = 0
  const running = (async () => {
    await using consumer = kafka.consumer({ topics: ['bystander'], from: 'earliest' })
    const records = consumer[Symbol.asyncIterator]()
    while (!isStopped) {
      const begun = performance.now()
      const value = `round ${served}`
      await producer.send('bystander', { value })
      const { value: record } = await records.next()
      expect(Buffer.from(record?.value ?? []).toString()).toBe(value)
      slowestMs = Math.max(slowestMs, performance.now() - begun)
      served++
    }
    await producer.close()
  })()
  // Its failure is reported by `stop`, also when the attack is still going on.
  running.catch(() => {})
  return {
    stop: async () => {
      isStopped = true
      await running
      return { slowestMs, served }
    },
  }
}

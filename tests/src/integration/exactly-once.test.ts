import { type Kafka, string, topic } from '@kafka-ts/client'
import { expect, test } from 'vitest'
import { underKills } from '../support/under-kills.ts'
import { volume } from '../support/volume.ts'
import { pause, until } from '../support/waiting.ts'

/** KAFKA_TS_KILLS=50 npm test -- tests/src/integration/exactly-once runs it by hand. */
const kills = volume('KAFKA_TS_KILLS', { quick: 2, ci: 5 })
const partitions = 3
const windowRecords = 5000
const payments = topic('payments', { key: string(), value: string() })

test(
  `an idempotent producer writes each record once, in order, over ${kills} SIGKILLs of the broker at random moments`,
  () =>
    underKills({
      kills,
      start: async (kafka) => {
        await kafka.admin.createTopics([{ topic: payments, partitions }])
        return startWriter(kafka)
      },
      check: async (kafka, writer) => {
        expect(writer.failures).toEqual([])
        expect(await readAll(kafka)).toEqual(writer.expected())
      },
    }),
  60_000 + kills * 15_000,
)

/** Sends numbered records without waiting for the ones before, up to a bounded window, until stopped. */
function startWriter(kafka: Kafka) {
  const producer = kafka.producer({ batchBytes: 4096 })
  const progress = { sent: 0, acknowledged: 0 }
  const failures: unknown[] = []
  let isStopped = false
  const running = (async () => {
    while (!isStopped) {
      const number = progress.sent++
      producer.send(payments, { partition: number % partitions, key: 'payment', value: String(number) }).then(
        () => progress.acknowledged++,
        (error: unknown) => failures.push(error),
      )
      if (progress.sent - progress.acknowledged >= windowRecords)
        await until(() => progress.sent - progress.acknowledged < windowRecords / 2)
      else if (number % 100 === 0) await pause(0)
    }
    await producer.close()
  })()
  return {
    acknowledgedCount: () => progress.acknowledged,
    failures,
    stop: () => {
      isStopped = true
      return running
    },
    /** The values of each partition. */
    expected: () => {
      const values: string[][] = Array.from({ length: partitions }, () => [])
      for (let number = 0; number < progress.sent; number++) values[number % partitions]?.push(String(number))
      return values
    },
  }
}

async function readAll(kafka: Kafka): Promise<string[][]> {
  const values: string[][] = Array.from({ length: partitions }, () => [])
  await using consumer = kafka.consumer({ topics: [payments], from: 'earliest', until: 'end' })
  for await (const batch of consumer.batches()) for (const record of batch) values[record.partition]?.push(record.value)
  return values
}

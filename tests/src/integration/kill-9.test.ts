import { type Kafka, type RecordMetadata, string, topic } from '@kafka-ts/client'
import { expect, test } from 'vitest'
import { underKills } from '../support/under-kills.ts'
import { volume } from '../support/volume.ts'

/** KAFKA_TS_KILLS=50 npm test -- tests/src/integration/kill-9 runs it by hand. */
const kills = volume('KAFKA_TS_KILLS', { quick: 2, ci: 5 })
const partitions = 6
const windowRecords = 5000
const changes = topic('changes', { key: string(), value: string() })

interface Acknowledged extends RecordMetadata {
  readonly value: string
}

test(
  `an acknowledged record survives SIGKILL at a random moment, ${kills} times, at its offset and with its value`,
  () =>
    underKills({
      kills,
      start: async (kafka) => {
        await kafka.admin.createTopics([{ topic: changes, partitions }])
        return startWriter(kafka)
      },
      check: async (kafka, writer) => {
        expect(writer.failures).toEqual([])
        expectRisingOffsets(writer.acknowledged)
        await expectEachAtItsOffset(kafka, writer.acknowledged)
      },
    }),
  60_000 + kills * 15_000,
)

/** Sends numbered records with a bounded window until stopped, and keeps what was acknowledged, in the order of the sends. */
function startWriter(kafka: Kafka) {
  const producer = kafka.producer()
  const acknowledged: Acknowledged[] = []
  const failures: unknown[] = []
  let isStopped = false
  const running = (async () => {
    for (let next = 0; !isStopped; ) {
      const window: Promise<RecordMetadata>[] = []
      const values: string[] = []
      for (let i = 0; i < windowRecords / 10; i++, next++) {
        const value = `value-${next}`
        values.push(value)
        window.push(producer.send(changes, { key: `key-${next % 101}`, value }))
      }
      const outcomes = await Promise.allSettled(window)
      outcomes.forEach((outcome, i) => {
        if (outcome.status === 'fulfilled') acknowledged.push({ ...outcome.value, value: values[i] as string })
        else failures.push(outcome.reason)
      })
    }
    await producer.close()
  })()
  return {
    acknowledged,
    acknowledgedCount: () => acknowledged.length,
    failures,
    stop: () => {
      isStopped = true
      return running
    },
  }
}

function expectRisingOffsets(acknowledged: readonly Acknowledged[]): void {
  const last = new Map<number, number>()
  for (const { partition, offset, value } of acknowledged) {
    expect(offset, `the offset of ${value} in partition ${partition}`).toBeGreaterThan(last.get(partition) ?? -1)
    last.set(partition, offset)
  }
}

async function expectEachAtItsOffset(kafka: Kafka, acknowledged: readonly Acknowledged[]): Promise<void> {
  const found = new Map<string, string>()
  await using consumer = kafka.consumer({ topics: [changes], from: 'earliest', until: 'end' })
  for await (const batch of consumer.batches()) for (const record of batch) found.set(`${record.partition}:${record.offset}`, record.value)
  const lost = acknowledged.filter(({ partition, offset, value }) => found.get(`${partition}:${offset}`) !== value)
  expect(lost).toEqual([])
}

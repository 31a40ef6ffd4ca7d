import type { Producer, ProducerRecord } from '@kafka-ts/client'
import type { StringTopic } from './send-all.ts'

/** Records of one `sendMany()`. */
export const recordsPerCall = 1_000

// Records without an outcome at any one time, as `sendAll` has them.
const windowRecords = 32_000

/**
 * Sends every record through the public `sendMany()`, `recordsPerCall` at a time, and resolves when all are acknowledged. A rejected one rejects it.
 * `record(i)` makes the i-th record.
 */
export async function sendAllInCalls(
  producer: Producer,
  topic: StringTopic,
  options: { readonly count: number; readonly record: (i: number) => ProducerRecord<StringTopic> },
): Promise<void> {
  let sent = 0
  const lane = async (): Promise<void> => {
    while (sent < options.count) {
      const end = Math.min(options.count, sent + recordsPerCall)
      const records: ProducerRecord<StringTopic>[] = []
      while (sent < end) records.push(options.record(sent++))
      await producer.sendMany(topic, records)
    }
  }
  await Promise.all(Array.from({ length: windowRecords / recordsPerCall }, lane))
}

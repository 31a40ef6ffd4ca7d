import type { TopicPartition } from '@kafka-ts/client'
import type { RawRecord } from '../consume/record-shape.ts'
import type { Session } from '../session.ts'

/** The records of a partition from one offset to before another; fewer where some are gone. */
export async function readAround(
  session: Session,
  { topic, partition }: TopicPartition,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<RawRecord[]> {
  const kafka = await session.kafka()
  return session.within(`read ${topic}/${partition}`, async (signal) => {
    const consumer = kafka.consumer<string>({
      ...session.options('consumer'),
      assignments: [{ topic, partition, from: { offset: from } }],
      onOffsetOutOfRange: 'earliest',
      until: [{ topic, partition, offset: to }],
      signal,
    })
    const records: RawRecord[] = []
    try {
      for await (const batch of consumer.batches()) for (const record of batch) records.push(record as RawRecord)
    } finally {
      await consumer.close()
    }
    return records
  })
}

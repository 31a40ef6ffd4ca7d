import type { TopicPartitionOffset } from '@kafka-ts/client'
import { isKafkaError } from '../errors/kafka-errors.ts'
import type { Session } from '../session.ts'
import { keyOf } from './read-groups.ts'

/** Asked for at once; each costs a fetch. */
const MAX_PARTITIONS = 1_000
/** Enough for one batch: what is fetched beyond the first record of a partition is thrown away. */
const PARTITION_BYTES = 64 * 1024
/** Times are an extra: lag is not kept waiting for them longer than this. */
const LIMIT_MS = 2_000

/** When the record at each offset was written, in milliseconds since 1970. Offsets at which nothing is any more count from the next record; what cannot be read in time is left out. */
export async function recordTimes(session: Session, offsets: readonly TopicPartitionOffset[]): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  const wanted = offsets.slice(0, MAX_PARTITIONS)
  if (wanted.length === 0) return times
  const kafka = await session.kafka()
  const consumer = kafka.consumer<string>({
    ...session.options('consumer'),
    assignments: wanted.map(({ topic, partition, offset }) => ({ topic, partition, from: { offset } })),
    onOffsetOutOfRange: 'earliest',
    partitionMaxBytes: PARTITION_BYTES,
    until: 'end',
  })
  const limit = new AbortController()
  void session.doors.sleep(Math.min(session.timeoutMs, LIMIT_MS), limit.signal).then(() => consumer.close())
  try {
    for await (const batch of consumer.batches()) {
      const [first] = batch
      if (first !== undefined && !times.has(keyOf(batch))) times.set(keyOf(batch), first.timestamp)
      if (times.size === wanted.length) break
    }
  } catch (error) {
    // What cannot be read is not known, as what was not read in time; the lag itself is, and is told.
    if (!isKafkaError(error)) throw error
  } finally {
    limit.abort()
    await consumer.close()
  }
  return times
}

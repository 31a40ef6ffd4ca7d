import type { Consumer, TopicPartition } from '@kafka-ts/client'
import type { CliDoors, KafkaClient } from '../doors.ts'
import type { Extent } from './perf-flags.ts'
import type { Stopwatch } from './stopwatch.ts'

/** What is read, and until when. */
export interface ConsumeLoad {
  readonly topic: string
  readonly partitions: readonly number[]
  readonly extent: Extent
  readonly signal: AbortSignal
  /** Of the consumers, as settings have them. */
  readonly options: Readonly<Record<string, string | number | boolean>>
}

/** Reads the partitions from their beginning to where they end now; the partitions are dealt out to the clients. The latency is how long each batch was waited for. */
export async function consumeLoad(doors: CliDoors, clients: readonly KafkaClient[], watch: Stopwatch, load: ConsumeLoad): Promise<void> {
  const shares = clients.map((_, index) => load.partitions.filter((__, position) => position % clients.length === index))
  let read = 0
  const isOver = () => load.signal.aborted || read >= load.extent.records || watch.elapsedMs >= load.extent.durationMs
  await Promise.all(
    clients.map(async (client, index) => {
      const assignments = shares[index]!.map((partition): TopicPartition & { from: 'earliest' } => ({
        topic: load.topic,
        partition,
        from: 'earliest',
      }))
      if (assignments.length === 0) return
      const consumer: Consumer<string> = client.consumer({ ...load.options, assignments, until: 'end' })
      const onAbort = () => void consumer.close()
      load.signal.addEventListener('abort', onAbort, { once: true })
      try {
        let askedMs = doors.monotonicMs()
        for await (const batch of consumer.batches()) {
          const waitedMs = doors.monotonicMs() - askedMs
          let bytes = 0
          let count = 0
          for (const record of batch as Iterable<{ readonly key: Uint8Array | null; readonly value: Uint8Array | null }>) {
            bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0)
            count++
          }
          read += count
          watch.done(count, bytes, waitedMs)
          if (isOver()) break
          askedMs = doors.monotonicMs()
        }
      } finally {
        load.signal.removeEventListener('abort', onAbort)
        await consumer.close()
      }
    }),
  )
}

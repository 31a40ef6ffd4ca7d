import type { ConsumerBatch, TopicPartitionOffset } from '@kafka-ts/client'
import { plural } from '../output/humanize.ts'
import type { Session } from '../session.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { RawRecord } from './record-shape.ts'
import type { RecordWriter } from './record-writer.ts'

const FLUSH_BYTES = 64 * 1024
const PROGRESS_EVERY_MS = 200

/** Where records come from: a consumer with a group or without. */
export interface RecordSource {
  batches(): AsyncIterableIterator<ConsumerBatch<RawRecord>>
  /** Ends the iteration, also one that waits. */
  stop(): void
}

/** One run of `consume`. */
export interface ConsumeJob {
  readonly source: RecordSource
  readonly out: ByteWriter
  readonly writer: RecordWriter
  readonly filter: ((record: RawRecord) => boolean) | undefined
  /** Ends after so many records. */
  readonly limit: number | undefined
  /** Told after the records of a partition before an offset are out. */
  readonly onWritten?: (next: TopicPartitionOffset) => Promise<void>
  /** Aborting ends the reading; what was read is still written. */
  readonly signal: AbortSignal
}

/** Writes records until the consumer ends, the limit is reached or the signal is aborted; returns how many were written. */
export async function consume(
  session: Session,
  { source, out, writer, filter, limit = Number.POSITIVE_INFINITY, onWritten, signal }: ConsumeJob,
): Promise<number> {
  const startMs = session.doors.now()
  let drawnMs = startMs
  let count = 0
  const batches = source.batches()
  signal.addEventListener('abort', () => source.stop(), { once: true })
  writer.begin()
  try {
    while (count < limit && !signal.aborted) {
      const { value: batch, done } = await batches.next()
      if (done) break
      const { topic, partition } = batch
      let offset = batch.nextOffset
      for (const record of batch) {
        if (filter !== undefined && !filter(record)) continue
        writer.write(record)
        count++
        if (out.pendingBytes >= FLUSH_BYTES) await out.flush()
        if (count >= limit) {
          offset = record.offset + 1
          break
        }
      }
      await out.flush()
      await onWritten?.({ topic, partition, offset })
      const nowMs = session.doors.now()
      if (session.output.canShowProgress && !session.doors.stdout.isTTY && nowMs - drawnMs >= PROGRESS_EVERY_MS) {
        drawnMs = nowMs
        session.output.progress(`${plural(count, 'record')}, ${plural(Math.round((count * 1000) / (nowMs - startMs)), 'record')}/s`)
      }
    }
  } finally {
    if (drawnMs !== startMs) session.output.progress('')
    writer.end()
    await out.flush()
    await batches.return?.()
  }
  return count
}

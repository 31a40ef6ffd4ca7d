import type { TopicPartitionOffset } from '@kafka-ts/client'
import type { Session } from '../session.ts'
import type { RecordSource } from './consume.ts'
import { GroupReader } from './group-reader.ts'
import { planConsumer, type ReadRange } from './plan.ts'

/** What reads, whether for a group or not. */
export interface Reader {
  readonly source: RecordSource
  readonly onWritten: (next: TopicPartitionOffset) => Promise<void>
  /** Ends the reading when its end is reached, where the consumer does not do that itself. Aborted when the reading is over. */
  watch(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** A member of the group that is named, or a reader of its own. */
export async function openReader(
  session: Session,
  range: ReadRange,
  { group, commit }: { readonly group?: string | undefined; readonly commit: boolean },
): Promise<Reader> {
  if (group !== undefined) {
    const { topics, from, to } = range
    const reader = await GroupReader.join(session, { group, topics, from, to, isCommitting: commit })
    return {
      source: reader.source,
      onWritten: (next) => reader.written(next),
      watch: async (signal) => {
        if (to === undefined) return
        try {
          await reader.whenAtEnd(signal)
        } finally {
          reader.source.stop()
        }
      },
      close: () => reader.leave(),
    }
  }
  const options = await planConsumer(session, range)
  const consumer = (await session.kafka()).consumer<string>({ ...session.options('consumer'), ...options })
  return {
    source: { batches: () => consumer.batches(), stop: () => void consumer.close() },
    onWritten: async () => undefined,
    watch: async () => undefined,
    close: () => consumer.close(),
  }
}

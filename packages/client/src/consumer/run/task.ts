import type { RecordBatchReader } from '@kafka-ts/protocol/records'
import type { ConsumerRecord, RecordHeader } from '../../record.ts'
import type { PartitionWork } from './partition-work.ts'

/** A record as it is stored; a view of the fetched batch. */
export interface StoredRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

/** One record on its way through a handler; a link in the list of those of its partition that are not done. */
export interface Task {
  readonly work: PartitionWork
  readonly offset: number
  /** undefined: it could not be decoded, for `failure`. */
  readonly record: ConsumerRecord | undefined
  readonly failure: unknown
  /** What a dead letter is made of, where there are any. */
  readonly stored: StoredRecord | undefined
  /** What it must not overtake; undefined: nothing. */
  readonly lane: number | undefined
  /** It is not to be begun any more. */
  isDropped: boolean
  /** A handler has been given it. */
  isBegun: boolean
  previous: Task | undefined
  next: Task | undefined
}

/** Copies out of the reader what is needed once it has moved on. */
export function toStored(reader: RecordBatchReader): StoredRecord {
  const { offset, timestamp, bytes, keyStart, keyEnd, valueStart, valueEnd } = reader
  return {
    offset,
    timestamp,
    key: keyStart === -1 ? null : bytes.subarray(keyStart, keyEnd),
    value: valueStart === -1 ? null : bytes.subarray(valueStart, valueEnd),
    headers: reader.headers(),
  }
}

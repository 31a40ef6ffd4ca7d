import { attributesOf, baseSequenceOf, maxTimestampOf, producerEpochOf, producerIdOf, TIMESTAMP_TYPE_BIT } from '@kafka-ts/protocol/records'
import type { StoredBatch } from './stored-batch.ts'

/** What the header of a batch of an idempotent producer says of it. */
export interface ProducerBatch {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly baseOffset: number
  /** Behind its last record. */
  readonly nextOffset: number
  /** The largest of its records, -1 without one. */
  readonly timestamp: number
  /** With LogAppendTime the time that all its records have, else -1. */
  readonly logAppendTimeMs: number
}

/** undefined for a batch without an idempotent producer. */
export function producerBatchOf({ bytes, baseOffset, nextOffset }: StoredBatch): ProducerBatch | undefined {
  const producerId = producerIdOf(bytes, 0)
  if (producerId < 0) return undefined
  const timestamp = maxTimestampOf(bytes, 0)
  const hasLogAppendTime = (attributesOf(bytes, 0) & TIMESTAMP_TYPE_BIT) !== 0
  return {
    producerId,
    producerEpoch: producerEpochOf(bytes, 0),
    baseSequence: baseSequenceOf(bytes, 0),
    baseOffset,
    nextOffset,
    timestamp,
    logAppendTimeMs: hasLogAppendTime ? timestamp : -1,
  }
}

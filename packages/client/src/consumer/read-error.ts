import { KafkaError } from '@kafka-ts/protocol'
import { RecordsError } from '@kafka-ts/protocol/records'
import type { PartitionState } from './partition-state.ts'

/** What could not be read, as a KafkaError that names the place. */
export function readError(cause: unknown, state: PartitionState, position: number): unknown {
  if (!(cause instanceof RecordsError)) return cause
  const code =
    cause.kind === 'too large' ? 'RECORD_LIST_TOO_LARGE' : cause.kind === 'unsupported' ? 'UNSUPPORTED_COMPRESSION_TYPE' : 'CORRUPT_MESSAGE'
  return new KafkaError(code, `${state.describe()} cannot be read at offset ${state.position} (byte ${position}): ${cause.message}.`, {
    cause,
  })
}

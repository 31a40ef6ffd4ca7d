import { BytesReader, FIELDS_AT } from './records/bytes-reader.ts'
import { RecordFormatError } from './records/record-format-error.ts'

/** The protocol type of consumers, the one of classic groups whose metadata is not opaque. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer'

/** The topics at the beginning of a `ConsumerProtocolSubscription`; undefined: the client writes something of its own. */
export function readSubscribedTopics(metadata: Uint8Array): readonly string[] | undefined {
  return parsed(metadata, (reader) => reader.array(() => reader.string()))
}

/** The partitions in a `ConsumerProtocolAssignment`; undefined: the leader writes something of its own. */
export function readAssignedTopics(
  assignment: Uint8Array,
): readonly { readonly topic: string; readonly partitions: readonly number[] }[] | undefined {
  return parsed(assignment, (reader) => reader.array(() => ({ topic: reader.string(), partitions: reader.array(() => reader.int32()) })))
}

function parsed<T>(bytes: Uint8Array, read: (reader: BytesReader) => T): T | undefined {
  try {
    return read(new BytesReader(bytes, { isFlexible: false, position: FIELDS_AT }))
  } catch (error) {
    if (error instanceof RecordFormatError) return undefined
    throw error
  }
}

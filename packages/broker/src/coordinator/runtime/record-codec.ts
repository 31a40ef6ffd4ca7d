/** A record as it lies in the log. */
export interface EncodedRecord {
  readonly key: Uint8Array
  /** null: a tombstone. */
  readonly value: Uint8Array | null
}

/** How the records of one kind of coordinator are written and read. */
export interface RecordCodec<Record> {
  encode(record: Record): EncodedRecord
  /** undefined: not a record of this coordinator; it is passed over. Throws what cannot be understood. */
  decode(key: Uint8Array, value: Uint8Array | null): Record | undefined
}

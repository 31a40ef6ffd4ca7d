/** A record as it was read from the input, not yet sent. Bytes are views of what was read. */
export interface InputRecord {
  readonly key: string | Uint8Array | null
  readonly value: string | Uint8Array | null
  readonly headers?: readonly { readonly key: string; readonly value: string | Uint8Array | null }[]
  readonly partition?: number
  /** Milliseconds since 1970. */
  readonly timestamp?: number
}

/** A piece of the input that is no record: what it is, by its place, and why not. */
export class BadInput {
  readonly where: string
  readonly reason: string

  constructor(where: string, reason: string) {
    this.where = where
    this.reason = reason
  }
}

/** Turns chunks of input into records. */
export interface RecordReader {
  /** Records that are complete with this chunk. */
  push(chunk: Uint8Array): Iterable<InputRecord | BadInput>
  /** What is left once the input has ended. */
  end(): Iterable<InputRecord | BadInput>
}

/** No record may be longer: an input without line feeds must not fill the memory. */
export const MAX_INPUT_RECORD_BYTES = 64 * 1024 * 1024

/**
 * Why records could not be read or decompressed: `corrupt` bytes, a result `too large` for the caller's bound, or a
 * format or codec that is `unsupported`.
 */
export type RecordsErrorKind = 'corrupt' | 'too large' | 'unsupported'

/** Thrown for any input that is not what it claims to be; the process and the reader's buffer are unharmed. */
export class RecordsError extends Error {
  override readonly name = 'RecordsError'
  readonly kind: RecordsErrorKind

  constructor(kind: RecordsErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

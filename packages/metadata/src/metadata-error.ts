/**
 * Why a call failed.
 *
 * - `INVALID_ARGUMENT`, `TOO_MANY_OPERATIONS`, `DUPLICATE_KEY`, `REQUEST_TOO_LARGE`: the request itself; nothing was done.
 * - `COMPACTED`: the revision asked for is no longer kept; read the present state and go on from its revision.
 * - `FUTURE_REVISION`: the revision asked for does not exist yet.
 * - `LEASE_NOT_FOUND`: the lease ended, or never was.
 * - `TOO_MANY_REQUESTS`: too much waits already; nothing was done, try again later.
 * - `UNAVAILABLE`: the store takes no writes (or cannot be reached); nothing was done.
 * - `OUTCOME_UNKNOWN`: the mutation may or may not be in effect, now or after a restart. Never assume either: re-read.
 * - `CORRUPT`: what is on disk is damaged, not merely torn; the store does not open.
 * - `UNSUPPORTED_FORMAT`: what is on disk was written by a newer version.
 * - `CLOSED`: `close()` was called.
 */
export type MetadataErrorCode =
  | 'INVALID_ARGUMENT'
  | 'TOO_MANY_OPERATIONS'
  | 'DUPLICATE_KEY'
  | 'REQUEST_TOO_LARGE'
  | 'COMPACTED'
  | 'FUTURE_REVISION'
  | 'LEASE_NOT_FOUND'
  | 'TOO_MANY_REQUESTS'
  | 'UNAVAILABLE'
  | 'OUTCOME_UNKNOWN'
  | 'CORRUPT'
  | 'UNSUPPORTED_FORMAT'
  | 'CLOSED'

/** The one error of a `MetadataStore`; switch on `code`. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError'
  readonly code: MetadataErrorCode
  /** The same call, unchanged, may succeed later, and cannot have had an effect yet. */
  readonly retriable: boolean
  /** With `COMPACTED`: the oldest revision that can still be read. */
  readonly compactedRevision: number | undefined

  constructor(code: MetadataErrorCode, message: string, options: { readonly cause?: unknown; readonly compactedRevision?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retriable = code === 'TOO_MANY_REQUESTS' || code === 'UNAVAILABLE'
    this.compactedRevision = options.compactedRevision
  }
}

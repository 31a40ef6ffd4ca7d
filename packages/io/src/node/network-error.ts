import { NetworkError } from '../network.ts'

/** A socket's error as a `NetworkError` with Node's code; `ECONNRESET` for one without. `action` says what failed, on what. */
export function toNetworkError(cause: unknown, action: string): NetworkError {
  if (cause instanceof NetworkError) return cause
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'ECONNRESET'
  return new NetworkError(code, `${code}: ${action}`, { cause })
}

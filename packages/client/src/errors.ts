import { NetworkError } from '@kafka-ts/io'
import { KafkaError } from '@kafka-ts/protocol'

/** What an operation rejects with when its signal aborts. */
export function abortedError(signal: AbortSignal): KafkaError {
  return new KafkaError('ABORTED', undefined, { cause: signal.reason })
}

/** Throws ABORTED if the signal has aborted. */
export function ensureNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError(signal)
}

/** What failed on the way, as a KafkaError: failures of the network are DISCONNECTED; a bug stays what it is, wrapped as not retriable. */
export function toKafkaError(cause: unknown, operation: string): KafkaError {
  if (cause instanceof KafkaError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new KafkaError(cause instanceof NetworkError ? 'DISCONNECTED' : 'UNKNOWN_SERVER_ERROR', `${operation}: ${reason}`, { cause })
}

/** Settles as `promise`, or rejects with ABORTED when the signal aborts first; `promise` itself goes on. */
export function withSignal<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortedError(signal))
    if (signal.aborted) {
      promise.catch(() => undefined)
      onAbort()
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

import type { BrokerConfigValues } from '../config/broker-config.ts'

/** What a connection may take, and how long it may take it. */
export interface ConnectionLimits {
  /** The largest frame, header included. */
  readonly maxFrameBytes: number
  readonly maxInFlightRequests: number
  /** Bytes of requests not yet answered, above which it is not read. */
  readonly maxQueuedBytes: number
  /** Bytes it may leave unread before its fetches wait. */
  readonly maxUnsentBytes: number
  readonly firstBytesTimeoutMs: number
  readonly stalledTimeoutMs: number
  readonly maxIdleMs: number
}

export function connectionLimits(values: BrokerConfigValues): ConnectionLimits {
  return {
    maxFrameBytes: values['socket.request.max.bytes'],
    maxInFlightRequests: values['connection.max.in.flight.requests'],
    maxQueuedBytes: values['connection.max.queued.bytes'],
    maxUnsentBytes: values['connection.max.unsent.bytes'],
    firstBytesTimeoutMs: values['connection.first.bytes.timeout.ms'],
    stalledTimeoutMs: values['connection.stalled.timeout.ms'],
    maxIdleMs: values['connections.max.idle.ms'],
  }
}

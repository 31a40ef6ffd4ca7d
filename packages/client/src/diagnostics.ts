import { type Channel, channel } from 'node:diagnostics_channel'

/** What is published for a produce or fetch request that has an outcome. */
export interface RequestEvent {
  readonly nodeId: number
  readonly partitionCount: number
  /** Of record batches. */
  readonly bytes: number
  readonly durationMs: number
  /** Of the request as a whole. */
  readonly error: Error | undefined
}

/** Subscribe to `kafka-ts.produce` and `kafka-ts.fetch` of `node:diagnostics_channel` to trace requests; nothing is done while nobody has. */
export const produceChannel: Channel<unknown, RequestEvent> = channel('kafka-ts.produce')
export const fetchChannel: Channel<unknown, RequestEvent> = channel('kafka-ts.fetch')

import { type Channel, channel } from 'node:diagnostics_channel'

/** Published for every produce request that has an outcome. Times are milliseconds. */
export interface ProduceEvent {
  readonly nodeId: number
  readonly batchCount: number
  readonly recordCount: number
  readonly bytes: number
  readonly durationMs: number
  /** Of the request as a whole. */
  readonly error: Error | undefined
}

/** Published for every fetch that has an outcome. */
export interface FetchEvent {
  readonly nodeId: number
  readonly partitionCount: number
  readonly bytes: number
  readonly durationMs: number
  readonly error: Error | undefined
}

/** Subscribe to `kafka-ts.produce` and `kafka-ts.fetch` of `node:diagnostics_channel` to trace requests; nothing is done while nobody has. */
export const produceChannel: Channel<unknown, ProduceEvent> = channel('kafka-ts.produce')
export const fetchChannel: Channel<unknown, FetchEvent> = channel('kafka-ts.fetch')

import type { Listing } from '../output/listing.ts'
import { decimal, flag, int64, integer, list, object, type ShapeOf, text } from '../output/shape.ts'
import type { Column } from '../output/table.ts'
import type { Latencies } from './latencies.ts'

const shape = object({
  topic: text(),
  clients: integer(),
  records: int64('that count: those of the warm-up do not'),
  failed: int64('refused, or never seen again'),
  bytes: int64('of keys and values'),
  durationMs: decimal(),
  recordsPerSecond: decimal(),
  bytesPerSecond: decimal(),
  latency: object({
    meanMs: decimal(),
    maxMs: decimal(),
    percentiles: list(object({ percentile: decimal(), ms: decimal() })),
  }),
  isDryRun: flag(),
})
/** What a benchmark measured. */
export type PerfResult = ShapeOf<typeof shape>

/** Everything that is counted while a benchmark runs. */
export interface Measurement {
  readonly topic: string
  readonly clients: number
  readonly records: number
  readonly failed: number
  readonly bytes: number
  readonly durationMs: number
  readonly latencies: Latencies
  readonly percentiles: readonly number[]
}

/** A measurement as an item. */
export function perfResult(measurement: Measurement, isDryRun = false): PerfResult {
  const { topic, clients, records, failed, bytes, durationMs, latencies, percentiles } = measurement
  const perSecond = (count: number) => (durationMs <= 0 ? 0 : rounded((count * 1000) / durationMs))
  return {
    topic,
    clients,
    records,
    failed,
    bytes,
    durationMs: rounded(durationMs),
    recordsPerSecond: perSecond(records),
    bytesPerSecond: perSecond(bytes),
    latency: {
      meanMs: rounded(latencies.meanMs),
      maxMs: rounded(latencies.maxMs),
      percentiles: percentiles.map((percentile) => ({ percentile, ms: rounded(latencies.percentile(percentile)) })),
    },
    isDryRun,
  }
}

const PRECISION = 1000

function rounded(value: number): number {
  return Math.round(value * PRECISION) / PRECISION
}

/** The result as a line, with a column for each percentile. */
export function perfListing(kind: string, percentiles: readonly number[]): Listing<PerfResult> {
  const latencyColumns = percentiles.map(
    (percentile, index): Column<PerfResult> => ({
      header: `P${percentile}-MS`,
      value: (item) => item.latency.percentiles[index]?.ms,
      number: 'ms',
    }),
  )
  return {
    kind,
    item: shape,
    name: (item) => item.topic,
    columns: [
      { header: 'TOPIC', value: (item) => item.topic, isName: true },
      { header: 'CLIENTS', value: (item) => item.clients, isWide: true },
      { header: 'RECORDS', value: (item) => item.records, number: 'count' },
      { header: 'FAILED', value: (item) => item.failed, number: 'count' },
      { header: 'REC/S', value: (item) => Math.round(item.recordsPerSecond), number: 'count' },
      { header: 'BYTES/S', value: (item) => item.bytesPerSecond, number: 'bytes' },
      { header: 'SECONDS', value: (item) => Math.round(item.durationMs / 100) / 10, isWide: true },
      { header: 'MEAN-MS', value: (item) => item.latency.meanMs, number: 'ms' },
      ...latencyColumns,
      { header: 'MAX-MS', value: (item) => item.latency.maxMs, number: 'ms' },
    ],
  }
}

import { usageError } from '../errors/cli-error.ts'
import { durationFlag } from '../flags/duration.ts'
import { parseList } from '../flags/key-value.ts'
import { Flags } from '../flags/oclif.ts'

const MAX_CLIENTS = 100

/** How long a benchmark runs, and what it tells; all have these. */
export const perfFlags = {
  records: Flags.integer({ summary: 'How many records', min: 1 }),
  duration: durationFlag({ summary: 'Or for how long', helpValue: '30s', minMs: 100 }),
  warmup: durationFlag({ summary: 'What happens so long after the start does not count', helpValue: '2s' }),
  clients: Flags.integer({ summary: 'How many clients, each with connections of its own', min: 1, max: MAX_CLIENTS, default: 1 }),
  percentiles: Flags.string({ summary: 'Which percentiles of the latency', helpValue: '50,99', default: '50,95,99,99.9' }),
}

/** What the records of a benchmark that writes are like. */
export const loadFlags = {
  size: Flags.integer({ summary: 'Bytes of a value', min: 1, default: 100 }),
  rate: Flags.integer({ summary: 'Records a second, of all clients together; latency then counts from when a record was due', min: 1 }),
}

/** `50,99.9` as numbers between 0 and 100. */
export function parsePercentiles(input: string): number[] {
  const percentiles = parseList(input).map(Number)
  const wrong = percentiles.findIndex((percentile) => !(percentile > 0 && percentile <= 100))
  if (wrong !== -1 || percentiles.length === 0) throw usageError(`--percentiles: ${input} is not a list of numbers above 0, up to 100.`)
  return percentiles
}

/** When a benchmark is over: after so many records, or so long; whichever was asked for, and `defaultRecords` when neither was. */
export interface Extent {
  readonly records: number
  readonly durationMs: number
}

/** The extent that the flags ask for. */
export function extentOf(
  flags: { readonly records?: number | undefined; readonly duration?: number | undefined },
  defaultRecords: number,
): Extent {
  return {
    records: flags.records ?? (flags.duration === undefined ? defaultRecords : Number.POSITIVE_INFINITY),
    durationMs: flags.duration ?? Number.POSITIVE_INFINITY,
  }
}

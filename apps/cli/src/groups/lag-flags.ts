import { durationFlag } from '../flags/duration.ts'
import { Flags } from '../flags/oclif.ts'
import { type TimeMode, timeModes } from './lag-watch.ts'

const MIN_SAMPLE_MS = 500

/** How lag is looked at. */
export const lagFlags = {
  sample: durationFlag({ summary: 'Watch for so long: gives rates, catch-up time and status', helpValue: '10s', minMs: MIN_SAMPLE_MS }),
  time: Flags.option({ options: timeModes })({
    summary:
      'How the time lag is found: exact (from the timestamps of records), estimate (from the growth of the log, needs --sample or --watch), or off. Default: exact, and estimate with --watch',
  }),
}

/** The flags as options of a watch. */
export function lagWatchOptions(flags: {
  readonly sample?: number | undefined
  readonly time?: TimeMode | undefined
  readonly watch?: number | undefined
}): { readonly sampleMs: number; readonly time: TimeMode } {
  return { sampleMs: flags.sample ?? 0, time: flags.time ?? (flags.watch === undefined ? 'exact' : 'estimate') }
}

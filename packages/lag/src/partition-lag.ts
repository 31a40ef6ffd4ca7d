import { type Eta, etaOf } from './eta.ts'
import type { OffsetHistory } from './offset-history.ts'
import { type PartitionStatus, partitionStatusOf, type StatusRules } from './partition-status.ts'
import { deltaOf, ratesOf } from './rates.ts'
import { type TimeLag, timeLagOf } from './time-lag.ts'

/** The offsets of a partition as they were read last. */
export interface PartitionOffsets {
  /** null: the group has committed nothing here. undefined: it could not be read. */
  readonly committedOffset: number | null | undefined
  /** undefined: it could not be read. */
  readonly endOffset: number | undefined
  /** undefined: it was not read. */
  readonly logStartOffset?: number | undefined
}

/** Where a group stands on one partition. `null` is nothing (no commit), `undefined` not known. */
export interface PartitionLag extends PartitionOffsets {
  readonly logStartOffset: number | undefined
  /** Records not committed yet, never below 0. */
  readonly lag: number | null | undefined
  /** Records a second. */
  readonly inPerSecond: number | undefined
  readonly outPerSecond: number | undefined
  /** IN - OUT: above 0 the lag grows. */
  readonly deltaPerSecond: number | undefined
  readonly eta: Eta
  readonly timeLag: TimeLag | null | undefined
  readonly status: PartitionStatus
  /** Records that the group had still to read are deleted. */
  readonly isBelowLogStart: boolean
}

/** Works out where a group stands on a partition, from what was read now and the samples up to now (the one of now among them). */
export function partitionLagOf(
  history: OffsetHistory,
  offsets: PartitionOffsets,
  { nowMs, ...rules }: StatusRules & { readonly nowMs: number },
): PartitionLag {
  const { committedOffset, endOffset, logStartOffset } = offsets
  const rates = ratesOf(history)
  const read = { committedOffset, endOffset, logStartOffset, ...rates }
  if (committedOffset === undefined || endOffset === undefined) return { ...read, ...NOT_KNOWN }
  if (committedOffset === null) return { ...read, ...NO_COMMIT }
  const lag = Math.max(0, endOffset - committedOffset)
  return {
    ...read,
    lag,
    deltaPerSecond: deltaOf(rates),
    eta: etaOf(lag, rates),
    timeLag: timeLagOf(history, committedOffset, nowMs),
    status: partitionStatusOf(history, nowMs, rules),
    isBelowLogStart: logStartOffset !== undefined && committedOffset < logStartOffset,
  }
}

const NO_COMMIT = {
  lag: null,
  deltaPerSecond: undefined,
  eta: undefined,
  timeLag: null,
  status: 'NO-COMMIT',
  isBelowLogStart: false,
} as const

const NOT_KNOWN = {
  lag: undefined,
  deltaPerSecond: undefined,
  eta: undefined,
  timeLag: undefined,
  status: 'UNKNOWN',
  isBelowLogStart: false,
} as const

import { type Eta, etaOf } from './eta.ts'
import type { PartitionLag } from './partition-lag.ts'
import type { PartitionStatus } from './partition-status.ts'
import { deltaOf } from './rates.ts'
import type { TimeLag } from './time-lag.ts'

/** How a group does: the worst of its partitions, unless what it is as a whole says more. */
export type GroupStatus = PartitionStatus | 'EMPTY' | 'REBALANCE'

/** The totals of a group, or of any other set of partitions. */
export interface LagTotals {
  /** Of the partitions whose lag is known; undefined when none is. */
  readonly lag: number | undefined
  /** The lag of some partition is not in `lag`: write it with a `>=`. */
  readonly isLowerBound: boolean
  readonly inPerSecond: number | undefined
  readonly outPerSecond: number | undefined
  readonly deltaPerSecond: number | undefined
  readonly eta: Eta
  /** The largest of the partitions. */
  readonly timeLag: TimeLag | undefined
  /** The largest lag over the mean; undefined when there is none. */
  readonly skew: number | undefined
  /** The position of the partition with the largest lag, -1 for none. */
  readonly worst: number
  /** Some partition's committed offset is below its log start. */
  readonly isBelowLogStart: boolean
}

/** Worst last. A partition without a commit is no worse than one that is fine: nothing may ever have been written to it. */
const severity: readonly GroupStatus[] = [
  'NO-COMMIT',
  'OK',
  'EMPTY',
  'WARMING',
  'CATCHING',
  'REBALANCE',
  'UNKNOWN',
  'BEHIND',
  'REWIND',
  'STALLED',
  'STOPPED',
]

/** How bad a status is: a higher number is worse. */
export function severityOf(status: GroupStatus): number {
  return severity.indexOf(status)
}

/** Whether a status is one to look into. */
export function isIssue(status: GroupStatus): boolean {
  return severityOf(status) >= severityOf('REBALANCE')
}

/** Kafka's states in which a group hands partitions out anew, of both protocols. */
const rebalanceStates: readonly string[] = ['PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling']
const emptyStates: readonly string[] = ['Empty', 'Dead']

/** The status of a group, from its state (Kafka's name of it) and its partitions. */
export function groupStatusOf(state: string, partitions: readonly { readonly status: PartitionStatus }[]): GroupStatus {
  if (rebalanceStates.includes(state)) return 'REBALANCE'
  if (emptyStates.includes(state)) return 'EMPTY'
  let worst: PartitionStatus = 'NO-COMMIT'
  for (const { status } of partitions) if (severityOf(status) > severityOf(worst)) worst = status
  return worst
}

/** Adds partitions up. What is not known or not committed is left out, and `isLowerBound` says so. */
export function totalsOf(partitions: readonly PartitionLag[]): LagTotals {
  const counted = partitions.filter((partition) => typeof partition.lag === 'number')
  const lag = counted.length === 0 ? undefined : sum(counted, lagOf)
  // The rate of a partition without a commit is left out as well: what nobody reads would count as growing lag.
  const rates = { inPerSecond: sumKnown(counted, (partition) => partition.inPerSecond), outPerSecond: sumKnown(counted, outOf) }
  const worst = indexOfLargest(partitions)
  return {
    lag,
    isLowerBound: partitions.some(isLeftOut),
    ...rates,
    deltaPerSecond: deltaOf(rates),
    eta: largestEta(counted) ?? (lag === undefined ? undefined : etaOf(lag, rates)),
    timeLag: largestTimeLag(counted),
    skew: lag === undefined || lag === 0 ? undefined : lagOf(partitions[worst]!) / (lag / counted.length),
    worst,
    isBelowLogStart: partitions.some((partition) => partition.isBelowLogStart),
  }
}

/** A partition without a commit and without records adds nothing, whoever counts. */
function isLeftOut({ lag, endOffset, logStartOffset }: PartitionLag): boolean {
  return typeof lag !== 'number' && (endOffset === undefined || endOffset !== logStartOffset)
}

function lagOf({ lag }: PartitionLag): number {
  return lag ?? 0
}

function outOf({ outPerSecond }: PartitionLag): number | undefined {
  return outPerSecond
}

function sum(partitions: readonly PartitionLag[], value: (partition: PartitionLag) => number): number {
  let total = 0
  for (const partition of partitions) total += value(partition)
  return total
}

function sumKnown(partitions: readonly PartitionLag[], value: (partition: PartitionLag) => number | undefined): number | undefined {
  let total: number | undefined
  for (const partition of partitions) {
    const known = value(partition)
    if (known !== undefined) total = (total ?? 0) + known
  }
  return total
}

function indexOfLargest(partitions: readonly PartitionLag[]): number {
  let largest = -1
  partitions.forEach((partition, index) => {
    if (typeof partition.lag === 'number' && (largest === -1 || partition.lag > lagOf(partitions[largest]!))) largest = index
  })
  return largest
}

/** A group has caught up when the last of its partitions has: a quick one does not help a slow one. */
function largestEta(partitions: readonly PartitionLag[]): Eta {
  let largest: number | undefined
  for (const { eta } of partitions) {
    if (eta === 'never') return eta
    if (eta !== undefined && (largest === undefined || eta > largest)) largest = eta
  }
  return largest
}

function largestTimeLag(partitions: readonly PartitionLag[]): TimeLag | undefined {
  let largest: TimeLag | undefined
  for (const { timeLag } of partitions) if (timeLag && (largest === undefined || timeLag.ms > largest.ms)) largest = timeLag
  return largest
}

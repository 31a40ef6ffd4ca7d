import type { Job } from './job.ts'
import type { Peer } from './peer.ts'

/** What all scenarios measure with, unless one of them is about it. */
export interface Plan {
  readonly runs: number
  /** At most so long is measured in one cell of one run. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** At most so much of each peer's records. */
  readonly scale: number
  /** Records a second of the paced runs. */
  readonly rate: number
  readonly valueBytes: number
  readonly partitions: number
  readonly windowRecords: number
  /** Filling a backlog may take so long; what is there then is the backlog. */
  readonly fillSeconds: number
  /** What a server has on disk when `recovery` kills it. */
  readonly gibibytes: number
}

/** The default scenario with all peers within eight minutes on two cores that are free. */
export const wholePlan: Plan = {
  runs: 3,
  seconds: 2,
  warmUpSeconds: 1.2,
  scale: 1,
  rate: 5000,
  valueBytes: 100,
  partitions: 6,
  windowRecords: 32_000,
  fillSeconds: 5,
  gibibytes: 1,
}

/** Whether all of it works, in about two minutes; its figures are rough. */
export const quickPlan: Plan = {
  ...wholePlan,
  runs: 1,
  seconds: 0.5,
  warmUpSeconds: 0.3,
  scale: 0.15,
  rate: 1000,
  fillSeconds: 2,
  gibibytes: 0.1,
}

const leastRecords = 5000
/** Times the different records of a peer: for the fastest reader to take longer than a second. */
const backlogFactor = 3
/** Of the values that a client holds before it sends them. */
const mostWorkloadBytes = 384 * 2 ** 20
/** Of the values without an acknowledgement, where records are large. */
const mostWindowBytes = 32 * 2 ** 20
/** Of the values in one call of the clients that take many: no batch of it may be larger than what Kafka takes, 1 MiB. */
const mostCallBytes = 512 * 2 ** 10
const callRecords = 1000

type Volume = Pick<Job, 'count' | 'fillRecords' | 'windowRecords' | 'callRecords'>

/** How many records a cell of `peer` may have at the most, and how many of them at a time. */
export function volumeOf(peer: Peer, plan: Plan): Volume {
  const ofScale = Math.max(leastRecords, Math.round(peer.records * plan.scale))
  const count = Math.min(ofScale, Math.floor(mostWorkloadBytes / plan.valueBytes))
  return {
    count,
    fillRecords: count * backlogFactor,
    windowRecords: Math.min(plan.windowRecords, Math.floor(mostWindowBytes / plan.valueBytes)),
    callRecords: Math.min(callRecords, Math.floor(mostCallBytes / plan.valueBytes)),
  }
}

import type { Durability, Peer } from './peer.ts'

/** What is measured of a client; `start` and `idle RSS` are of its server. */
export type Scenario = 'produce' | 'consume' | 'latency'

export const scenarios: readonly Scenario[] = ['produce', 'consume', 'latency']

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
}

/** All peers within eight minutes on two cores that are free. */
export const wholePlan: Plan = {
  runs: 3,
  seconds: 2,
  warmUpSeconds: 0.8,
  scale: 1,
  rate: 5000,
  valueBytes: 100,
  partitions: 6,
  windowRecords: 32_000,
  fillSeconds: 10,
}

/** Whether all of it works, in about two minutes; its figures are rough. */
export const quickPlan: Plan = { ...wholePlan, runs: 1, seconds: 0.5, warmUpSeconds: 0.3, scale: 0.15, rate: 1000, fillSeconds: 2 }

export function recordsOf(peer: Peer, plan: Plan): number {
  return Math.max(5 * 1000, Math.round(peer.records * plan.scale))
}

/**
 * Reading a backlog has no durability: what is compared with `commit` is not read a second time with `page`, except by whom all others are compared
 * with, for those that have `page` only.
 */
export function measures(peer: Peer, scenario: Scenario, durability: Durability): boolean {
  if (scenario !== 'consume' || durability === 'commit') return true
  return !peer.durabilities.includes('commit') || peer.name === 'kafka-ts'
}

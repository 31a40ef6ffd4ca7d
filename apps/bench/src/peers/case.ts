import type { Figure } from './figures.ts'
import type { Compression, JobFigure, JobKind } from './job.ts'
import type { Durability, Peer } from './peer.ts'
import type { Plan } from './plan.ts'

/** One thing that is measured of each client in each run. */
export interface Case {
  readonly kind: JobKind
  /** What differs from the plan, as the table shows it; empty where nothing does. */
  readonly setting: string
  /** Which of the job's figures are shown, and as what. */
  readonly figures: Readonly<Partial<Record<Figure, JobFigure>>>
  readonly plan?: Partial<Plan>
  readonly compression?: Compression
  readonly clients?: number
  /** It is not for those who only produce, in any case. */
  readonly isFor?: (peer: Peer, durability: Durability) => boolean
}

/** Whether it reads what was there before, written by one client for all readers of a server. */
export function readsBacklog({ kind }: Case): boolean {
  return kind === 'consume' || kind === 'fan-out'
}

/** Whether it is of sending alone, and so for those, too, who only produce. */
export function isOfProducing({ kind }: Case): boolean {
  return kind === 'produce' || kind === 'fill'
}

import type { Eta, GroupStatus, LagTotals, PartitionLag, TimeLag } from '@kafka-ts/lag'
import { formatCount, formatDelta, formatEta, formatRate, formatTimeLag } from './format.ts'
import type { Glyphs } from './glyphs.ts'
import { type Span, type Style, span } from './line.ts'
import type { CellContext } from './table-view.ts'

const statusStyles: Readonly<Record<GroupStatus, Style>> = {
  OK: 'good',
  CATCHING: 'info',
  BEHIND: 'bad',
  REWIND: 'warn',
  STALLED: 'bad',
  STOPPED: 'bad',
  EMPTY: 'dim',
  REBALANCE: 'warn',
  'NO-COMMIT': 'dim',
  WARMING: 'dim',
  UNKNOWN: 'warn',
}

/** How a status looks; it always has a glyph and a word as well. */
export function statusStyle(status: GroupStatus): Style {
  return statusStyles[status]
}

/** `▲ BEHIND`. */
export function statusCell(status: GroupStatus, glyphs: Glyphs): Span {
  return span(`${glyphs.status[status]} ${status}`, statusStyles[status])
}

/** A lag: `-` for no commit, `?` for not known, `!` in front when records were deleted unread, `≥` when something is left out. */
export function lagCell(
  lag: Pick<PartitionLag, 'lag' | 'isBelowLogStart'> & { readonly isLowerBound?: boolean },
  { glyphs, numbers }: Pick<CellContext, 'glyphs' | 'numbers'>,
): Span {
  if (lag.lag === null) return span('-', 'dim')
  if (lag.lag === undefined) return span('?', 'warn')
  const marks = `${lag.isBelowLogStart ? '!' : ''}${lag.isLowerBound ? glyphs.atLeast : ''}`
  return span(`${marks}${formatCount(lag.lag, numbers)}`, lag.isBelowLogStart ? 'bad' : 'plain')
}

/** The lag of a group: `-` when it has committed nothing, `?` when that is not known. */
export function totalLagCell({ partitions, totals }: Standing, context: Pick<CellContext, 'glyphs' | 'numbers'>): Span {
  return lagCell(hasNoCommit({ partitions, totals }) ? { ...totals, lag: null } : totals, context)
}

/** The time lag of a group. */
export function totalTimeCell({ partitions, totals }: Standing, context: Pick<CellContext, 'glyphs'>): Span {
  if (totals.lag === undefined && !hasNoCommit({ partitions, totals })) return span('?', 'warn')
  return timeCell(totals.lag === undefined ? null : totals.timeLag, context)
}

/** Partitions and what they come to. */
interface Standing {
  readonly partitions: readonly Pick<PartitionLag, 'lag'>[]
  readonly totals: LagTotals
}

function hasNoCommit({ partitions, totals }: Standing): boolean {
  return totals.lag === undefined && partitions.every(({ lag }) => lag === null)
}

/** A time lag. */
export function timeCell(timeLag: TimeLag | null | undefined, { glyphs }: Pick<CellContext, 'glyphs'>): Span {
  return span(formatTimeLag(timeLag, glyphs.ellipsis), timeLag ? 'plain' : 'dim')
}

/** A rate; the ellipsis while it is not known. */
export function rateCell(perSecond: number | undefined, { glyphs, numbers }: Pick<CellContext, 'glyphs' | 'numbers'>): Span {
  return perSecond === undefined ? span(glyphs.ellipsis, 'dim') : span(formatRate(perSecond, numbers))
}

/** A change a second. */
export function deltaCell(perSecond: number | undefined, { glyphs, numbers }: Pick<CellContext, 'glyphs' | 'numbers'>): Span {
  return perSecond === undefined ? span(glyphs.ellipsis, 'dim') : span(formatDelta(perSecond, numbers))
}

/** An ETA. */
export function etaCell(eta: Eta): Span {
  return span(formatEta(eta), eta === undefined ? 'dim' : eta === 'never' ? 'warn' : 'plain')
}

/** What an ETA is sorted by: never comes after every time. */
export function etaOrder(eta: Eta): number | undefined {
  return eta === 'never' ? Number.POSITIVE_INFINITY : eta
}

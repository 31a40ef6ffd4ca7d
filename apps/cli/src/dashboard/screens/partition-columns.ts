import type { PartitionDescription } from '@kafka-ts/client'
import { type NamedPartitionLag, severityOf } from '@kafka-ts/lag'
import { isUnderReplicated } from '../../partitions/partition-state.ts'
import type { ExactTime } from '../ui/state.ts'
import { formatCount, formatSpan } from '../view/format.ts'
import { lagCell, rateCell, statusCell, timeCell } from '../view/lag-cells.ts'
import { type Span, span } from '../view/line.ts'
import type { CellContext, ViewColumn } from '../view/table-view.ts'

/** A partition of a group with all that is shown of it. */
export interface PartitionRow {
  readonly key: string
  readonly lag: NamedPartitionLag
  readonly description: PartitionDescription | undefined
  /** Who works on it; undefined for nobody. */
  readonly owner: { readonly clientId: string; readonly host: string } | undefined
  readonly exactTime: ExactTime | undefined
}

function offsetCell(offset: number | null | undefined): Span {
  if (offset === null) return span('-', 'dim')
  return offset === undefined ? span('?', 'warn') : span(formatCount(offset, 'exact'))
}

/** `=` in front: read from the record itself. */
function exactOrEstimated({ exactTime, lag }: PartitionRow, context: CellContext): Span {
  if (exactTime !== undefined && exactTime.offset === lag.committedOffset)
    return span(`=${formatSpan(context.nowMs - exactTime.timeMs)}`, 'info')
  return timeCell(lag.timeLag, context)
}

/** Columns of the partitions of a group, in their order on the screen. */
export const partitionColumns: readonly ViewColumn<PartitionRow>[] = [
  { id: 'name', header: 'TOPIC', rank: 0, width: 0, draw: ({ lag }) => span(lag.topic), sortValue: ({ key }) => key },
  { id: 'partition', header: 'P', rank: 1, width: 4, isRight: true, draw: ({ lag }) => span(String(lag.partition)) },
  {
    id: 'status',
    header: 'STATUS',
    rank: 9,
    width: 11,
    draw: ({ lag }, { glyphs }) => statusCell(lag.status, glyphs),
    sortValue: ({ lag }) => severityOf(lag.status),
  },
  { id: 'start', header: 'START', rank: 13, width: 13, isRight: true, draw: ({ lag }) => offsetCell(lag.logStartOffset) },
  { id: 'committed', header: 'COMMITTED', rank: 4, width: 13, isRight: true, draw: ({ lag }) => offsetCell(lag.committedOffset) },
  { id: 'end', header: 'END', rank: 5, width: 13, isRight: true, draw: ({ lag }) => offsetCell(lag.endOffset) },
  {
    id: 'lag',
    header: 'LAG',
    rank: 2,
    width: { human: 8, exact: 13 },
    isRight: true,
    draw: ({ lag }, context) => lagCell(lag, context),
    sortValue: ({ lag }) => lag.lag ?? undefined,
  },
  {
    id: 'time',
    header: 'TIME',
    rank: 3,
    width: 7,
    isRight: true,
    isLive: true,
    draw: exactOrEstimated,
    sortValue: ({ lag }) => lag.timeLag?.ms,
  },
  {
    id: 'in',
    header: 'IN/s',
    rank: 12,
    width: { human: 6, exact: 10 },
    isRight: true,
    draw: ({ lag }, context) => rateCell(lag.inPerSecond, context),
    sortValue: ({ lag }) => lag.inPerSecond,
  },
  {
    id: 'rate',
    header: 'OUT/s',
    rank: 6,
    width: { human: 6, exact: 10 },
    isRight: true,
    draw: ({ lag }, context) => (lag.lag === null ? span('-', 'dim') : rateCell(lag.outPerSecond, context)),
    sortValue: ({ lag }) => lag.outPerSecond,
  },
  { id: 'leader', header: 'LDR', rank: 10, width: 4, isRight: true, draw: ({ description }) => leaderCell(description) },
  { id: 'isr', header: 'ISR', rank: 11, width: 7, draw: ({ description }) => isrCell(description) },
  {
    id: 'client',
    header: 'CLIENT',
    rank: 7,
    width: 12,
    draw: ({ owner }) => (owner === undefined ? span('-', 'dim') : span(owner.clientId)),
    sortValue: ({ owner }) => owner?.clientId,
  },
  { id: 'host', header: 'HOST', rank: 8, width: 14, draw: ({ owner }) => (owner === undefined ? span('-', 'dim') : span(owner.host)) },
]

function leaderCell(description: PartitionDescription | undefined): Span {
  if (description === undefined) return span('?', 'warn')
  return description.leader < 0 ? span('none', 'bad') : span(String(description.leader))
}

function isrCell(description: PartitionDescription | undefined): Span {
  if (description === undefined) return span('?', 'warn')
  const { isr, replicas } = description
  return isUnderReplicated(description) ? span(`${isr.length}/${replicas.length} !`, 'warn') : span(`${isr.length}/${replicas.length}`)
}

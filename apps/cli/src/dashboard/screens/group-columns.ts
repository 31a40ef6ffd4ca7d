import { severityOf } from '@kafka-ts/lag'
import type { GroupRow } from '../model/snapshot.ts'
import { formatCount, windowName } from '../view/format.ts'
import { deltaCell, etaCell, etaOrder, rateCell, statusCell, totalLagCell, totalTimeCell } from '../view/lag-cells.ts'
import { span } from '../view/line.ts'
import { sparkline } from '../view/sparkline.ts'
import type { ViewColumn } from '../view/table-view.ts'

/** Columns of the list of groups, in their order on the screen. */
export const groupColumns: readonly ViewColumn<GroupRow>[] = [
  { id: 'name', header: 'GROUP', rank: 0, width: 0, draw: ({ groupId }) => span(groupId), sortValue: ({ groupId }) => groupId },
  {
    id: 'status',
    header: 'STATUS',
    rank: 1,
    width: 11,
    draw: ({ lag }, { glyphs }) => statusCell(lag.status, glyphs),
    sortValue: ({ lag }) => severityOf(lag.status),
  },
  {
    id: 'members',
    header: 'MEM',
    rank: 7,
    width: 4,
    isRight: true,
    draw: ({ group }) => span(String(group.members.length)),
    sortValue: ({ group }) => group.members.length,
  },
  { id: 'topics', header: 'TOP', rank: 11, width: 4, isRight: true, draw: ({ topicCount }) => span(String(topicCount)) },
  { id: 'partitions', header: 'PRT', rank: 12, width: 4, isRight: true, draw: ({ lag }) => span(String(lag.partitions.length)) },
  {
    id: 'lag',
    header: 'LAG',
    rank: 2,
    width: { human: 8, exact: 13 },
    isRight: true,
    draw: ({ lag }, context) => totalLagCell(lag, context),
    sortValue: ({ lag }) => lag.totals.lag,
  },
  {
    id: 'worst',
    header: 'WORST PARTITION',
    rank: 10,
    width: { human: 22, exact: 27 },
    draw: ({ worst }, { numbers }) =>
      typeof worst?.lag === 'number' && worst.lag > 0
        ? span(`${worst.topic}/${worst.partition} ${formatCount(worst.lag, numbers)}`)
        : span('-', 'dim'),
  },
  {
    id: 'time',
    header: 'TIME',
    rank: 3,
    width: 7,
    isRight: true,
    draw: ({ lag }, context) => totalTimeCell(lag, context),
    sortValue: ({ lag }) => lag.totals.timeLag?.ms,
  },
  {
    id: 'rate',
    header: ({ glyphs }) => glyphs.delta,
    rank: 5,
    width: { human: 6, exact: 11 },
    isRight: true,
    draw: ({ lag }, context) => deltaCell(lag.totals.deltaPerSecond, context),
    sortValue: ({ lag }) => lag.totals.deltaPerSecond,
  },
  {
    id: 'in',
    header: 'IN/s',
    rank: 8,
    width: { human: 6, exact: 10 },
    isRight: true,
    draw: ({ lag }, context) => rateCell(lag.totals.inPerSecond, context),
    sortValue: ({ lag }) => lag.totals.inPerSecond,
  },
  {
    id: 'out',
    header: 'OUT/s',
    rank: 9,
    width: { human: 6, exact: 10 },
    isRight: true,
    draw: ({ lag }, context) => rateCell(lag.totals.outPerSecond, context),
    sortValue: ({ lag }) => lag.totals.outPerSecond,
  },
  {
    id: 'eta',
    header: 'ETA',
    rank: 4,
    width: 6,
    isRight: true,
    draw: ({ lag }) => etaCell(lag.totals.eta),
    sortValue: ({ lag }) => etaOrder(lag.totals.eta),
  },
  {
    id: 'coordinator',
    header: 'CRD',
    rank: 13,
    width: 4,
    isRight: true,
    draw: ({ group }) => (group.coordinator === undefined ? span('?', 'dim') : span(String(group.coordinator))),
  },
  {
    id: 'trend',
    header: ({ historyMs }) => `TREND ${windowName(historyMs)}`,
    rank: 6,
    width: 10,
    draw: ({ trend }, { glyphs }) => span(sparkline(trend, 10, glyphs), 'info'),
  },
]

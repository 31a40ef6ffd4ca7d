import { severityOf } from '@kafka-ts/lag'
import type { MemberRow, TopicGroupRow } from '../model/snapshot.ts'
import { deltaCell, etaCell, etaOrder, rateCell, statusCell, totalLagCell, totalTimeCell } from '../view/lag-cells.ts'
import { span } from '../view/line.ts'
import type { ViewColumn } from '../view/table-view.ts'

type Standing = Pick<MemberRow & TopicGroupRow, 'partitions' | 'totals'>

const lagColumn: ViewColumn<Standing> = {
  id: 'lag',
  header: 'LAG',
  rank: 2,
  width: { human: 8, exact: 13 },
  isRight: true,
  draw: (row, context) => totalLagCell(row, context),
  sortValue: ({ totals }) => totals.lag,
}

const timeColumn: ViewColumn<Standing> = {
  id: 'time',
  header: 'TIME',
  rank: 3,
  width: 7,
  isRight: true,
  draw: (row, context) => totalTimeCell(row, context),
  sortValue: ({ totals }) => totals.timeLag?.ms,
}

/** Columns of the members of a group. */
export const memberColumns: readonly ViewColumn<MemberRow>[] = [
  {
    id: 'name',
    header: 'CLIENT',
    rank: 0,
    width: 0,
    draw: ({ clientId }) => span(clientId),
    sortValue: ({ clientId, memberId }) => `${clientId} ${memberId}`,
  },
  { id: 'host', header: 'HOST', rank: 4, width: 15, draw: ({ host }) => span(host), sortValue: ({ host }) => host },
  {
    id: 'partitions',
    header: 'PRT',
    rank: 1,
    width: 4,
    isRight: true,
    draw: ({ partitions }) => span(String(partitions.length)),
    sortValue: ({ partitions }) => partitions.length,
  },
  lagColumn,
  timeColumn,
  {
    id: 'rate',
    header: 'OUT/s',
    rank: 5,
    width: { human: 6, exact: 10 },
    isRight: true,
    draw: ({ totals }, context) => rateCell(totals.outPerSecond, context),
    sortValue: ({ totals }) => totals.outPerSecond,
  },
  {
    id: 'eta',
    header: 'ETA',
    rank: 6,
    width: 6,
    isRight: true,
    draw: ({ totals }) => etaCell(totals.eta),
    sortValue: ({ totals }) => etaOrder(totals.eta),
  },
  {
    id: 'instance',
    header: 'INSTANCE',
    rank: 7,
    width: 12,
    draw: ({ instanceId }) => (instanceId === null ? span('-', 'dim') : span(instanceId)),
  },
  { id: 'member', header: 'MEMBER ID', rank: 8, width: 30, draw: ({ memberId }) => span(memberId, 'dim') },
]

/** Columns of the groups that read a topic. */
export const topicGroupColumns: readonly ViewColumn<TopicGroupRow>[] = [
  { id: 'name', header: 'GROUP', rank: 0, width: 0, draw: ({ groupId }) => span(groupId), sortValue: ({ groupId }) => groupId },
  {
    id: 'status',
    header: 'STATUS',
    rank: 1,
    width: 11,
    draw: ({ group }, { glyphs }) => statusCell(group.lag.status, glyphs),
    sortValue: ({ group }) => severityOf(group.lag.status),
  },
  { id: 'partitions', header: 'PRT', rank: 6, width: 4, isRight: true, draw: ({ partitions }) => span(String(partitions.length)) },
  lagColumn,
  timeColumn,
  {
    id: 'rate',
    header: ({ glyphs }) => glyphs.delta,
    rank: 4,
    width: { human: 6, exact: 11 },
    isRight: true,
    draw: ({ totals }, context) => deltaCell(totals.deltaPerSecond, context),
    sortValue: ({ totals }) => totals.deltaPerSecond,
  },
  {
    id: 'eta',
    header: 'ETA',
    rank: 5,
    width: 6,
    isRight: true,
    draw: ({ totals }) => etaCell(totals.eta),
    sortValue: ({ totals }) => etaOrder(totals.eta),
  },
]
